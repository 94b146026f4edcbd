import Bounds
import Networks
import Properties
import Tensors

/// Looks for the weights of constraints with which their combination is nearest to being impossible, where the slopes and
/// multipliers of the combination stay as they are.
///
/// Slopes follow from weights and weights from slopes, so whoever optimises the one begins again with the other.
struct NeuronWeights<S: TensorScalar>: Sendable {
  let bounder: Bounder<Tensor<S>>
  let roots: [NeuronRoot<S>]

  /// Weights for one sub-problem, not all on one constraint, and by how much the combination's bound clears its limit with them.
  struct Found: Sendable {
    /// A factor for each constraint.
    var weights: [Double]
    var margin: Double
  }

  /// Finds weights that are better than those that sub-problems have.
  ///
  /// - Parameters:
  ///   - problems: Sub-problems of several constraints, with their combination's slopes and multipliers.
  ///   - bounds: The bounds of each one's functions, with the outputs at which they are least.
  ///   - trials: How many weights are tried.
  ///   - alone: Whether each constraint alone is tried first, with the slopes of the combination.
  /// - Returns: For each, the best weights; those that it has where none is better.
  func better(
    than problems: [NeuronProblem<S>], _ bounds: [ArraySlice<SplitBound<S>>], trials: Int,
    alone: Bool = false
  ) throws(Unsupported) -> [Found] {
    var searches = zip(problems, bounds).map { started($0, $1, alone: alone) }
    for trial in 0..<trials {
      var tried: [(index: Int, weights: [Double])] = []
      for index in problems.indices where searches[index].mixtureValue <= 0 {
        let count = searches[index].count
        if alone && trial < count {
          tried.append((index, (0..<count).map { $0 == trial ? 1 : 0 }))
        } else if let next = searches[index].next() {
          tried.append((index, next))
        }
      }
      guard !tried.isEmpty else { break }
      let batch = NeuronBatch(
        tried.map { index, weights in
          var problem = problems[index]
          problem.weights = WeightSearch.factors(weights, searches[index].units)
          return problem
        }, roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: .infinity, .combination)
      let found = try bounder.splitLowerBounds(
        of: batch.functions, batch.state, batch.rows,
        steps: .none, candidates: 0, extras: .outputs)
      for ((index, weights), bound) in zip(tried, found) {
        let root = roots[Int(problems[index].root)]
        let limit = root.limit(WeightSearch.factors(weights, root.units))
        searches[index].take(
          bound: Double(bound.bound) - limit, of: weights,
          at: bound.output.map { root.excesses(at: $0) } ?? [])
      }
    }
    return zip(problems, searches).map { problem, search in
      let weights = WeightSearch.factors(search.mixture, search.units)
      return Found(
        weights: weights.isEmpty ? problem.weights : weights, margin: search.mixtureValue)
    }
  }

  /// The search for one sub-problem's weights, with what its bounds tell.
  private func started(
    _ problem: NeuronProblem<S>, _ bounds: ArraySlice<SplitBound<S>>, alone: Bool
  ) -> WeightSearch {
    let root = roots[Int(problem.root)]
    var search = WeightSearch(units: root.units)
    let count = root.condition.count
    let weights = problem.weights(root)
    guard count > 1, bounds.count > count else { return search }
    let own = weights.isEmpty ? root.equalWeights : weights
    let combination = bounds[bounds.startIndex + count]
    search.take(
      bound: Double(combination.bound) - root.limit(own),
      of: zip(own, root.units).map { $0 * $1 },
      at: combination.output.map { root.excesses(at: $0) } ?? [])
    guard !alone else { return search }
    // Constraints alone have slopes of their own; what they tell is nearly right for those of the combination.
    for (place, bound) in bounds.prefix(count).enumerated() {
      let weights = (0..<count).map { $0 == place ? 1.0 : 0 }
      search.take(
        bound: (Double(bound.bound) - root.condition[place].bound) / root.units[place],
        of: weights, at: bound.output.map { root.excesses(at: $0) } ?? [])
    }
    return search
  }
}
