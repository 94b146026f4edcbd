import Bounds
import Properties

/// A case with its distinct rows of outputs.
struct PreparedQuestion: Sendable {
  let given: Question
  let table: OutputRows
  /// What single precision loses over the region.
  let sample: RoundingProbe.Sample

  init(_ given: Question, _ sample: RoundingProbe.Sample) {
    self.given = given
    table = OutputRows(of: given.conditions)
    self.sample = sample
  }

  var region: Region { given.region }
  var conditions: [[LinearConstraint]] { given.conditions }

  /// The distinct rows that some conditions need, in order.
  func rows(of open: [Int32]) -> [Int] {
    var used = Set<Int>()
    for condition in open {
      for requirement in table.conditions[Int(condition)] { used.insert(requirement.row) }
    }
    return used.sorted()
  }

  /// Whether a condition holds at an output.
  func isViolated(at output: UnsafeBufferPointer<Double>, _ open: [Int32]) -> Bool {
    open.contains { condition in
      conditions[Int(condition)].allSatisfy { $0.excess(at: output) <= 0 }
    }
  }
}

extension LinearConstraint {
  /// By how much the sum exceeds its limit at an output; the constraint holds where this is at most 0.
  func excess<Output: RandomAccessCollection>(at output: Output) -> Double
  where Output.Element == Double, Output.Index == Int {
    outputs.reduce(-bound) { $0 + $1.coefficient * output[$1.index] }
  }
}

/// A case as a checkpoint states it.
struct CaseRecord: Codable, Hashable {
  var lower: [Double]
  var upper: [Double]
  /// For each condition, its constraints: pairs of output and coefficient, one after another, and the limit at the end.
  var conditions: [[[Double]]]

  init(_ given: Question) {
    lower = given.region.lower
    upper = given.region.upper
    conditions = given.conditions.map { condition in
      condition.map { constraint in
        constraint.outputs.flatMap { [Double($0.index), $0.coefficient] } + [constraint.bound]
      }
    }
  }

  /// The case; nil when the numbers are none of a case.
  var question: Question? {
    guard let region = try? Region(lower: lower, upper: upper) else { return nil }
    let conditions = conditions.map { condition in
      condition.map { numbers in
        let terms = stride(from: 0, to: numbers.count - 1, by: 2).map {
          LinearConstraint.Term(Int(numbers[$0]), numbers[$0 + 1])
        }
        return LinearConstraint(outputs: terms, bound: numbers.last ?? 0)
      }
    }
    return Question(region: region, conditions: conditions)
  }
}
