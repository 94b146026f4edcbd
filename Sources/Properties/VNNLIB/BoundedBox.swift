/// A box as it is read, bound by bound, with the line of each end.
struct BoundedBox {
  /// The line that declares each input; 0 for none.
  var declarationLines: [Int] = []
  private(set) var lower: [Double] = []
  private(set) var upper: [Double] = []
  private var lowerLines: [Int] = []
  private var upperLines: [Int] = []

  /// Makes room for the declared inputs, unbounded.
  mutating func grow() {
    let missing = declarationLines.count - lower.count
    guard missing > 0 else { return }
    lower += [Double](repeating: -.infinity, count: missing)
    upper += [Double](repeating: .infinity, count: missing)
    lowerLines += [Int](repeating: 0, count: missing)
    upperLines += [Int](repeating: 0, count: missing)
  }

  /// Applies a bound; of two, the tighter holds.
  mutating func tighten(_ bound: InputBound) {
    let index = bound.index
    if bound.isUpper {
      guard bound.value < upper[index] else { return }
      upper[index] = bound.value
      upperLines[index] = bound.line
    } else {
      guard bound.value > lower[index] else { return }
      lower[index] = bound.value
      lowerLines[index] = bound.line
    }
  }

  /// Undoes `tighten` for one input, by another box's values.
  mutating func restore(_ index: Int, from other: BoundedBox) {
    lower[index] = other.lower[index]
    upper[index] = other.upper[index]
    lowerLines[index] = other.lowerLines[index]
    upperLines[index] = other.upperLines[index]
  }

  func isEmpty(at index: Int) -> Bool { lower[index] > upper[index] }

  /// Why the box is empty at an input, in words.
  func contradiction(at index: Int) -> String {
    "X_\(index) >= \(lower[index]) (line \(lowerLines[index])) contradicts "
      + "X_\(index) <= \(upper[index]) (line \(upperLines[index]))"
  }

  /// What is missing at an input, in words; nil when both ends are there.
  func missingBound(at index: Int) -> String? {
    switch (lower[index].isFinite, upper[index].isFinite) {
    case (true, true): nil
    case (true, false): "X_\(index) has no upper bound"
    case (false, true): "X_\(index) has no lower bound"
    case (false, false): "X_\(index) has no bounds"
    }
  }
}
