/// An assertion as written: atoms joined by `and` and `or`.
enum Formula {
  case bound(InputBound)
  case constraint(LinearConstraint)
  case constant(Bool)
  case all([Formula])
  case any([Formula])

  /// Some of the parts hold; those that never do are left out.
  static func any(of parts: [Formula]) -> Formula {
    let possible = parts.filter { if case .constant(false) = $0 { false } else { true } }
    return switch possible.count {
    case 0: .constant(false)
    case 1: possible[0]
    default: .any(possible)
    }
  }
}

/// A bound on one input.
struct InputBound {
  var index: Int
  var isUpper: Bool
  var value: Double
  /// Whether the value itself is left out.
  var isStrict: Bool
  var line: Int
}

/// One alternative of an assertion: everything in it must hold.
struct Alternative {
  var bounds: [InputBound] = []
  var constraints: [LinearConstraint] = []

  /// The inputs that the bounds are about, in order, without repetition.
  var touchedInputs: [Int] {
    var result: [Int] = []
    for bound in bounds.sorted(by: { $0.index < $1.index }) where bound.index != result.last {
      result.append(bound.index)
    }
    return result
  }

  /// The first line that states a part of it; 0 when it is empty.
  var line: Int {
    let first = min(bounds.first?.line ?? .max, constraints.first?.line ?? .max)
    return first == .max ? 0 : first
  }
}

/// How many alternatives a formula stands for, and how many atoms they have together.
struct ExpandedSize {
  var alternatives: Int
  var atoms: Int

  /// More than this is refused, because the expansion of `and` over `or` grows exponentially.
  static let largest = ExpandedSize(alternatives: 1 << 17, atoms: 1 << 24)

  var isTooLarge: Bool {
    alternatives > Self.largest.alternatives || atoms > Self.largest.atoms
  }

  /// A size in words: sums that overflow say so.
  static func described(_ size: Int) -> String { size == .max ? "too many" : "\(size)" }

  /// Both sizes of a conjunction: each alternative of one side meets each of the other.
  static func * (a: Self, b: Self) -> Self {
    ExpandedSize(
      alternatives: saturating(a.alternatives.multipliedReportingOverflow(by: b.alternatives)),
      atoms: saturating(
        saturating(a.atoms.multipliedReportingOverflow(by: b.alternatives))
          .addingReportingOverflow(
            saturating(b.atoms.multipliedReportingOverflow(by: a.alternatives)))))
  }

  static func + (a: Self, b: Self) -> Self {
    ExpandedSize(
      alternatives: saturating(a.alternatives.addingReportingOverflow(b.alternatives)),
      atoms: saturating(a.atoms.addingReportingOverflow(b.atoms)))
  }

  private static func saturating(_ result: (partialValue: Int, overflow: Bool)) -> Int {
    result.overflow ? .max : result.partialValue
  }
}

extension Formula {
  var expandedSize: ExpandedSize {
    switch self {
    case .bound, .constraint: ExpandedSize(alternatives: 1, atoms: 1)
    case .constant(let isTrue): ExpandedSize(alternatives: isTrue ? 1 : 0, atoms: 0)
    case .all(let parts):
      parts.reduce(ExpandedSize(alternatives: 1, atoms: 0)) { $0 * $1.expandedSize }
    case .any(let parts):
      parts.reduce(ExpandedSize(alternatives: 0, atoms: 0)) { $0 + $1.expandedSize }
    }
  }

  /// The disjunctive normal form: the formula holds when some alternative does.
  ///
  /// Ask `expandedSize` first.
  var alternatives: [Alternative] {
    switch self {
    case .bound(let bound): return [Alternative(bounds: [bound])]
    case .constraint(let constraint): return [Alternative(constraints: [constraint])]
    case .constant(let isTrue): return isTrue ? [Alternative()] : []
    case .any(let parts): return parts.flatMap(\.alternatives)
    case .all(let parts):
      var result = [Alternative()]
      for part in parts {
        switch part {
        case .bound(let bound):
          for index in result.indices { result[index].bounds.append(bound) }
        case .constraint(let constraint):
          for index in result.indices { result[index].constraints.append(constraint) }
        default:
          let factor = part.alternatives
          result = result.flatMap { left in
            factor.map { right in
              Alternative(
                bounds: left.bounds + right.bounds,
                constraints: left.constraints + right.constraints)
            }
          }
        }
      }
      return result
    }
  }
}
