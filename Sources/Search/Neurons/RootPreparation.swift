import Bounds
import Foundation
import Networks
import Properties
import Tensors

/// Finds out what is known before any split: intervals with optimised slopes, each root's slopes and weights, and the planes of
/// the costliest neurons. What takes long is kept beside the checkpoint as soon as it is there.
struct RootPreparation<S: TensorScalar> {
  typealias T = Tensor<S>

  private let questions: [PreparedQuestion]
  private let options: SearchOptions
  private let bounder: Bounder<T>
  private let inDouble: Bounder<Tensor<Double>>
  private var keeper: RootsKeeper
  private let effort: RootEffort

  /// Begins with what an earlier run kept.
  init(
    _ questions: [PreparedQuestion], _ options: SearchOptions, _ bounder: Bounder<T>,
    _ inDouble: Bounder<Tensor<Double>>
  ) {
    self.questions = questions
    self.options = options
    self.bounder = bounder
    self.inDouble = inDouble
    keeper = RootsKeeper(options.checkpoint, questions)
    effort = RootEffort(attempts: keeper.begin(), deadline: options.deadline)
  }

  private var network: Network { bounder.network }

  /// The roots, one for each condition of each case; nil when infinity or NaN came up.
  mutating func roots() throws(Unsupported) -> [NeuronRoot<S>]? {
    guard var roots = try boundedRoots() else { return nil }
    if !keeper.known.prepare(&roots) { try prepare(&roots) }
    return roots
  }

  /// How many neurons of a region get planes; those whose lines cost the most before any split.
  private static var neuronsWithPlanes: Int { 400 }

  /// What a bound must clear beside its slack, as a part of the values that meet in it, where slopes are to be written in a byte each.
  private static var roomOfProofs: Double { 5e-4 }

  /// How often the weights of a root's constraints are chosen anew.
  private static var weightRounds: Int { 4 }

  /// How many weights are tried each time, beside each constraint alone.
  private static var trialsOfRoot: Int { 16 }

  /// Optimises the slopes and the weights of each root's constraints, and makes the planes of its costliest neurons.
  private mutating func prepare(_ roots: inout [NeuronRoot<S>]) throws(Unsupported) {
    let bounder = effort.limiting(bounder, to: 1)
    var costs = [[NeuronSplit: Double]](repeating: [:], count: questions.count)
    for index in roots.indices {
      var found = try bounds(of: roots, at: index, bounder)
      if roots[index].condition.count > 1 {
        found = try weighed(&roots, at: index, found, bounder)
      }
      roots[index].slopes = found.map(\.slopes)
      for candidate in found.flatMap(\.candidates) {
        costs[roots[index].place][candidate.split, default: 0] += candidate.score
      }
    }
    for (place, costs) in costs.enumerated() where options.onClosedSigns == nil {
      guard let root = roots.first(where: { $0.place == place }), !costs.isEmpty else { continue }
      let limited = effort.limiting(inDouble, to: 0.1 / Double(questions.count))
      let costly = costs.sorted { ($0.value, $1.key.element) > ($1.value, $0.key.element) }
      let planes = try NeuronPlanes(
        over: questions[place].region, root, Set(costly.prefix(Self.neuronsWithPlanes).map(\.key)),
        limited, memory: options.memory / 8 / questions.count)
      for index in roots.indices where roots[index].place == place { roots[index].planes = planes }
    }
    // Whatever a limit cut short is not kept.
    if options.limit == nil {
      keeper.keep(keeper.known.prepared(roots, questions: questions.count))
    }
  }

  /// Chooses the weights of a root's constraints, and returns the bounds with them.
  ///
  /// Weights follow from slopes and slopes from weights, so both are improved in turn for as long as that helps.
  private func weighed(
    _ roots: inout [NeuronRoot<S>], at index: Int, _ found: [SplitBound<S>], _ bounder: Bounder<T>
  ) throws(Unsupported) -> [SplitBound<S>] {
    let count = roots[index].condition.count
    roots[index].weights = roots[index].equalWeights
    var found = found
    for _ in 0..<Self.weightRounds {
      let before = Double(found[count].bound) - roots[index].limit(roots[index].weights)
      guard before <= 0 else { break }
      let whole = NeuronProblem(
        wholeOf: index, rows: roots[index].rowCount, slopes: found[count].slopes)
      let better = try NeuronWeights(bounder: bounder, roots: roots).better(
        than: [whole], [found[...]], trials: count + Self.trialsOfRoot, alone: true)
      guard let best = better.first, best.margin > before else { break }
      let old = roots[index].weights
      roots[index].weights = best.weights
      let next = try bounds(of: roots, at: index, bounder)
      guard Double(next[count].bound) - roots[index].limit(best.weights) > before else {
        roots[index].weights = old
        break
      }
      found = next
    }
    return found
  }

  /// Bounds of each constraint of a root before any split, with what costs the most.
  private func bounds(
    of roots: [NeuronRoot<S>], at root: Int, _ bounder: Bounder<T>
  ) throws(Unsupported) -> [SplitBound<S>] {
    let whole = NeuronProblem<S>(wholeOf: root, rows: roots[root].rowCount)
    let batch = NeuronBatch(
      [whole], roots, bounder, region: { ($0.inputs, $0.intervals) }, slack: .infinity)
    return try bounder.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows, steps: bounder.options.outputSteps,
      candidates: 2 * Self.neuronsWithPlanes,
      extras: roots[root].condition.count > 1 ? .outputs : [])
  }

  /// The roots with their regions bounded; nil when infinity or NaN came up.
  private mutating func boundedRoots() throws(Unsupported) -> [NeuronRoot<S>]? {
    guard let known = try intervals() else { return nil }
    let nodes = network.preactivations
    let probe = RoundingProbe(network)
    var roots: [NeuronRoot<S>] = []
    for (place, prepared) in questions.enumerated() {
      // In double, since the room that single precision needs adds up over the neurons to more than most margins.
      let inputs = InputSet<Tensor<Double>>([prepared.region], shape: network.inputShape)
      var intervals = [Interval<T>?](repeating: nil, count: network.nodes.count)
      var wide = [Interval<Tensor<Double>>?](repeating: nil, count: network.nodes.count)
      let noise = probe.nodeNoise(over: prepared.region)
      guard noise.allSatisfy(\.isFinite) else { return nil }
      for node in nodes {
        guard let interval = known[place][node] else { continue }
        intervals[node] = Interval(lower: T(interval.lower), upper: T(interval.upper))
        wide[node] = interval.widened(by: 1e-12, and: 100 * noise[node] * 0x1p-29)
      }
      for condition in prepared.conditions {
        let slack = condition.map {
          Judgement.tolerance(
            scale: $0.scale(at: prepared.sample.output),
            noise: prepared.sample.noise(weight: $0.weight), precision: .double)
            + (options.onClosedSigns == nil
              ? 0 : Self.roomOfProofs * $0.scale(at: prepared.sample.output))
        }
        roots.append(
          NeuronRoot(
            inputs: InputSet([prepared.region], shape: network.inputShape), inputsInDouble: inputs,
            condition: condition, intervals: intervals,
            intervalsInDouble: wide, slack: slack, noise: noise, place: place))
      }
    }
    return roots
  }

  /// The intervals of the nodes of each case that relaxations read, in double and with optimised slopes; nil when infinity
  /// or NaN came up.
  private mutating func intervals() throws(Unsupported) -> [[Int: Interval<Tensor<Double>>]]? {
    if let known = keeper.known.intervals(of: network, questions: questions.count) { return known }
    let nodes = network.preactivations
    var result: [[Int: Interval<Tensor<Double>>]] = []
    for prepared in questions {
      let inputs = InputSet<Tensor<Double>>([prepared.region], shape: network.inputShape)
      let quick = try effort.limiting(inDouble, to: 1).crown(over: inputs)
      // Tighter intervals help everything that follows, but not at any price.
      let state =
        options.onClosedSigns != nil
        ? quick
        : try effort.limiting(inDouble, to: 0.2)
          .alphaCROWN(over: inputs, knowing: quick.intervals)
      guard state.finiteExamples().allSatisfy({ $0 }) else { return nil }
      var intervals: [Int: Interval<Tensor<Double>>] = [:]
      for node in nodes { intervals[node] = state.intervals[node] }
      result.append(intervals)
    }
    if options.limit == nil { keeper.keep(RootsRecord(result)) }
    return result
  }
}

/// How much time the work on the roots of a tree may take.
///
/// It is worth a part of the whole time. Where runs were ended in the middle of it, the next one has less, so that the search
/// begins however soon it is ended.
struct RootEffort: Sendable {
  /// How many runs began the work and were ended before it was done.
  let attempts: Int
  /// When the search is to end.
  let deadline: Date?

  /// The seconds that a step may take after earlier runs did not get through; infinite where there were none.
  private var most: Double { attempts == 0 ? .infinity : 4 / pow(3, Double(min(attempts, 8))) }

  /// A bounder that stops after a part of the time that is left; what it knows by then is of use.
  func limiting<S: TensorScalar>(
    _ bounder: Bounder<Tensor<S>>, to share: Double
  ) -> Bounder<Tensor<S>> {
    var bounder = bounder
    let seconds = min(most, (deadline?.timeIntervalSinceNow ?? .infinity) * share)
    bounder.options.deadline =
      seconds == .infinity ? nil : Date(timeIntervalSinceNow: seconds)
    return bounder
  }
}
