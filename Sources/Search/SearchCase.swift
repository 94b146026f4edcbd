import Bounds
import Properties

/// What a search is asked.
public typealias SearchCase = Question

/// A case with its distinct rows of outputs.
struct PreparedCase: Sendable {
  let region: Region
  let conditions: [[LinearConstraint]]
  let table: OutputRows
  /// What single precision loses over the region.
  let sample: RoundingProbe.Sample

  init(_ given: SearchCase, _ sample: RoundingProbe.Sample) {
    region = given.region
    conditions = given.conditions
    table = OutputRows(of: given.conditions)
    self.sample = sample
  }

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
