import Bounds
import Foundation
import Networks
import Properties
import Search
import Tensors

/// Decides questions by linear and mixed-integer programs: slower than branch and bound over bounds, and independent of it.
///
///     let search = ExactSearch(network)
///     let result = search.decide(questions, hunter)
///
/// Bounds of ReLUs' inputs come from CROWN in double precision and, where there are few, from linear programs. Then parts by
/// the signs of those inputs are refuted one by one. GLPK solves the programs, and is believed in nothing: what counts is
/// computed from its multipliers.
///
/// - Soundness: `impossible` states that every part was refuted in the arithmetic of `LinearProgram.lowerBound(of:multipliers:)`,
///   over intervals in double that leave room for their rounding; `found` that the caller confirmed a point.
public struct ExactSearch: Sendable {
  /// What the search may use; how to split does not matter here.
  public var options: SearchOptions
  private let network: Network
  private let maps: Result<[AffineMap?], Unsupported>
  private let parameters: Parameters<Tensor<Double>>

  /// Creates a search.
  ///
  /// - Parameter network: The network; it should be simplified first.
  public init(_ network: Network, options: SearchOptions = .init()) {
    let network = network.expressedInReLUs()
    self.network = network
    self.options = options
    let parameters = network.parameters(as: Tensor<Double>.self)
    self.parameters = parameters
    maps = Result { () throws(Unsupported) in try network.affineMaps(parameters) }
  }

  /// Decides whether any input of any case's region meets a condition of the case.
  ///
  /// - Parameters:
  ///   - questions: The questions.
  ///   - hunter: Looks for counterexamples and confirms them.
  ///   - progress: Called between programs.
  public func decide(
    _ questions: [Question], _ hunter: any CounterexampleHunter,
    progress: (SearchProgress) -> Void = { _ in }
  ) -> SearchResult {
    var total = SearchProgress()
    var binaries = 0
    let count = questions.reduce(0) { $0 + $1.conditions.count }
    do throws(Unsupported) {
      let samples = RoundingProbe(network).samples(over: questions.map(\.region))
      for (given, sample) in zip(questions, samples) {
        let errors = try network.foldingErrors(over: given.region, parameters)
        // The largest of numbers and of what is none may be a number.
        guard errors.allSatisfy(\.isFinite) else {
          return result(.stopped(.rounding("numbers on the way are not finite")), total, binaries)
        }
        for condition in given.conditions {
          if let limit = options.limit { return result(.stopped(limit), total, binaries) }
          let tolerance = condition.reduce(0) {
            let folding = $1.outputs.reduce(0) {
              $0 + abs($1.coefficient) * errors[$1.index]
            }
            return max(
              $0,
              Judgement.tolerance(
                scale: $1.scale(at: sample.output), noise: sample.noise(weight: $1.weight),
                precision: .double) + 1.001 * folding)
          }
          guard tolerance.isFinite, let root = try root(given.region, condition, tolerance) else {
            let why = "numbers on the way are not finite"
            return result(.stopped(.rounding(why)), total, binaries)
          }
          var outcome = SearchOutcome.impossible
          if let encoded = root.encoded {
            binaries = max(binaries, encoded.neurons.count)
            let before = total
            let search = PhaseSearch(
              encoded: encoded, tolerance: tolerance, options: options, hunter: hunter)
            let state: SearchProgress
            (outcome, state) = search.run { progress(before.adding($0, of: count)) }
            total = before.adding(state, of: count)
          } else {
            total.decided += 1 / Double(count)
          }
          guard outcome == .impossible else { return result(outcome, total, binaries) }
        }
      }
    } catch {
      return result(.stopped(.unsupported(error.description)), total, binaries)
    }
    return result(.impossible, total, binaries)
  }

  private func result(
    _ outcome: SearchOutcome, _ progress: SearchProgress, _ binaries: Int
  ) -> SearchResult {
    SearchResult(
      outcome: outcome, progress: progress,
      strategy: "mixed-integer programs of at most \(binaries) binary variables")
  }

  private struct Root {
    /// Nil when the condition was refuted already.
    var encoded: NetworkProgram?
  }

  /// The program of a condition, with bounds made as tight as they are worth; nil when numbers are not finite.
  private func root(
    _ region: Region, _ condition: [LinearConstraint], _ tolerance: Double
  ) throws(Unsupported) -> Root? {
    let maps = try maps.get()
    var bounds = BoundOptions()
    bounds.memory = options.memory
    bounds.deadline = options.deadline
    let bounder = Bounder(network, parameters: parameters, options: bounds)
    let inputs = InputSet<Tensor<Double>>([region], shape: network.inputShape)
    let noise = RoundingProbe(network).nodeNoise(over: region)
    guard noise.allSatisfy(\.isFinite) else { return nil }
    var known = [Interval<Tensor<Double>>?](repeating: nil, count: network.nodes.count)
    known[0] = inputs.box
    var encoded: NetworkProgram?
    let layers = network.preactivations
    // Each layer's ranges help those after it.
    for layer in [nil] + layers.map(Optional.some) {
      if let layer {
        guard let last = encoded, last.neurons.count <= Self.fewNeurons else { break }
        let neurons = last.neurons.filter { $0.node == layer }
        guard !neurons.isEmpty else { continue }
        let tightening = Tightening(encoded: last, tolerance: tolerance) { [options] in
          options.limit != nil
        }
        guard let ranges = tightening.ranges(of: neurons) else { return Root() }
        known[layer] = known[layer]?.replacing(neurons, ranges)
      }
      let state = try bounder.crown(over: inputs, knowing: known)
      guard state.finiteExamples().allSatisfy({ $0 }) else { return nil }
      for node in layers where known[node] == nil || (layer ?? -1) < node {
        let amount = 100 * noise[node] * 0x1p-29
        let fresh = state.intervals[node]?.widened(by: 1e-12, and: amount)
        known[node] = known[node].flatMap { old in fresh?.intersection(old) } ?? fresh
      }
      encoded = try NetworkProgram(network, over: region, known, condition, maps)
    }
    return Root(encoded: encoded)
  }

  /// Up to how many ReLUs of unknown sign are bounded by programs of their own.
  private static let fewNeurons = 120
}

extension Interval<Tensor<Double>> {
  /// The interval with ranges of some neurons.
  fileprivate func replacing(
    _ neurons: [NetworkProgram.Neuron], _ ranges: [Tightening.Range]
  ) -> Interval {
    var (low, high) = (lower, upper)
    low.withMutableElements { low in
      high.withMutableElements { high in
        for (neuron, range) in zip(neurons, ranges) {
          low[neuron.element] = max(low[neuron.element], range.low)
          high[neuron.element] = min(high[neuron.element], range.high)
        }
      }
    }
    return Interval(lower: low, upper: high)
  }
}

extension SearchProgress {
  /// With what the search of one of some conditions has done.
  fileprivate func adding(_ part: SearchProgress, of count: Int) -> SearchProgress {
    var sum = self
    sum.visited += part.visited
    sum.open = part.open
    sum.bytes = part.bytes
    sum.decided += part.decided / Double(count)
    return sum
  }
}

extension Network {
  /// The matrices of the affine nodes that the output depends on; nil for the others.
  fileprivate func affineMaps(
    _ parameters: Parameters<Tensor<Double>>
  ) throws(Unsupported) -> [AffineMap?] {
    var maps = [AffineMap?](repeating: nil, count: nodes.count)
    let needed = isNeeded
    for (id, node) in nodes.enumerated() where needed[id] {
      guard let operation = node.operation else { continue }
      if let affine = operation as? any AffineOperation {
        maps[id] = AffineMap(affine, NodeShapes(self, id), parameters)
      } else if !(operation is ReLU) {
        throw Unsupported(
          operation: operation.name, node: node.name, analysis: "linear programs")
      }
    }
    return maps
  }
}
