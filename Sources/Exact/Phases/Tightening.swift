import Bounds
import Networks
import Properties
import Synchronization
import Tensors

/// Bounds the inputs of ReLUs by linear programs over the inputs that could meet the condition.
///
/// - Soundness: An end is moved only to what `LinearProgram.lowerBound(of:multipliers:)` proves. With the column to minimise
///   kept low, the ends hold for inputs that meet the condition, which is all that a refutation needs.
struct Tightening: Sendable {
  let encoded: NetworkProgram
  let tolerance: Double
  /// Asked often; ends that are not known by the time it says true stay as they are.
  let isOver: @Sendable () -> Bool

  /// What a ReLU's input lies between.
  struct Range: Sendable {
    var low: Double
    var high: Double
  }

  /// The ranges of some neurons.
  ///
  /// - Returns: A range for each; nil when the programs show that no input meets the condition.
  func ranges(of neurons: [NetworkProgram.Neuron]) -> [Range]? {
    var program = encoded.program
    let objective = Int(encoded.objective)
    program.upper[objective] = min(program.upper[objective], tolerance)
    guard program.lower[objective] <= program.upper[objective] else { return nil }
    let capped = program
    let parts = min(neurons.count, Workers.available)
    let results = Mutex([Range?](repeating: nil, count: neurons.count))
    Workers.forEach(parts) { part in
      let simplex = Simplex(capped)
      for place in stride(from: part, to: neurons.count, by: parts) {
        let range = range(of: neurons[place], capped, simplex)
        results.withLock { $0[place] = range }
      }
    }
    let ranges = results.withLock { $0 }
    return ranges.contains { $0.map { $0.low > $0.high } ?? false }
      ? nil
      : zip(ranges, neurons).map { range, neuron in
        range
          ?? Range(
            low: capped.lower[Int(neuron.input)], high: capped.upper[Int(neuron.input)])
      }
  }

  private func range(
    of neuron: NetworkProgram.Neuron, _ program: LinearProgram, _ simplex: Simplex
  ) -> Range? {
    let column = neuron.input
    var range = Range(low: program.lower[Int(column)], high: program.upper[Int(column)])
    for sign in [1.0, -1] {
      if isOver() { break }
      simplex.setObjective(column, sign)
      defer { simplex.setObjective(column, 0) }
      switch simplex.minimize(keepsOptimality: false, until: isOver) {
      case .optimal, .above:
        let bound = program.lowerBound(
          of: [(column, sign)], multipliers: simplex.multipliers)
        if sign > 0 {
          range.low = max(range.low, bound)
        } else {
          range.high = min(range.high, -bound)
        }
      case .infeasible, .failed: continue
      }
    }
    return range
  }
}
