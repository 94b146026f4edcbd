/// A box as it is read, bound by bound, with the line of each end.
struct BoundedBox {
  /// The line that declares each input; 0 for none.
  private(set) var declarationLines: [Int] = []
  private(set) var lower: [Double] = []
  private(set) var upper: [Double] = []
  private var lowerLines: [Int] = []
  private var upperLines: [Int] = []
  /// The inputs whose lower end, or upper end, is left out.
  private(set) var openLower: Set<Int> = []
  private(set) var openUpper: Set<Int> = []

  /// Adds an input, unbounded, and any before it that are not yet declared.
  mutating func declare(_ index: Int, line: Int) {
    while declarationLines.count <= index {
      declarationLines.append(0)
      lower.append(-.infinity)
      upper.append(.infinity)
      lowerLines.append(0)
      upperLines.append(0)
    }
    declarationLines[index] = line
  }

  /// Applies a bound; of two, the tighter holds.
  mutating func tighten(_ bound: InputBound) {
    let index = bound.index
    if bound.isUpper {
      let isTighter = bound.value < upper[index]
      guard isTighter || (bound.value == upper[index] && bound.isStrict) else { return }
      upper[index] = bound.value
      upperLines[index] = bound.line
      openUpper.set(index, bound.isStrict)
    } else {
      let isTighter = bound.value > lower[index]
      guard isTighter || (bound.value == lower[index] && bound.isStrict) else { return }
      lower[index] = bound.value
      lowerLines[index] = bound.line
      openLower.set(index, bound.isStrict)
    }
  }

  /// Undoes `tighten` for one input, by another box's values.
  mutating func restore(_ index: Int, from other: BoundedBox) {
    lower[index] = other.lower[index]
    upper[index] = other.upper[index]
    lowerLines[index] = other.lowerLines[index]
    upperLines[index] = other.upperLines[index]
    openLower.set(index, other.openLower.contains(index))
    openUpper.set(index, other.openUpper.contains(index))
  }

  func isEmpty(at index: Int) -> Bool {
    lower[index] > upper[index] || (lower[index] == upper[index] && isOpen(at: index))
  }

  private func isOpen(at index: Int) -> Bool {
    openLower.contains(index) || openUpper.contains(index)
  }

  /// Why the box is empty at an input, in words.
  func contradiction(at index: Int) -> String {
    "X_\(index) \(openLower.contains(index) ? ">" : ">=") \(lower[index]) "
      + "(line \(lowerLines[index])) contradicts "
      + "X_\(index) \(openUpper.contains(index) ? "<" : "<=") \(upper[index]) "
      + "(line \(upperLines[index]))"
  }

  /// What is missing at an input, in words; nil when both ends are there.
  func missingBound(at index: Int) -> MissingBound? {
    let name = "X_\(index)"
    return switch (lower[index].isFinite, upper[index].isFinite) {
    case (true, true): nil
    case (true, false):
      MissingBound(problem: "\(name) has no upper bound", remedy: "(assert (<= \(name) 1.0))")
    case (false, true):
      MissingBound(problem: "\(name) has no lower bound", remedy: "(assert (>= \(name) 0.0))")
    case (false, false):
      MissingBound(
        problem: "\(name) has no bounds",
        remedy: "(assert (>= \(name) 0.0)) and (assert (<= \(name) 1.0))")
    }
  }
}

/// Words about an input that a box leaves open.
struct MissingBound {
  var problem: String
  var remedy: String
}

extension Set<Int> {
  /// Makes the set contain an index, or not.
  fileprivate mutating func set(_ index: Int, _ isContained: Bool) {
    if isContained {
      insert(index)
    } else if !isEmpty {
      remove(index)
    }
  }
}
