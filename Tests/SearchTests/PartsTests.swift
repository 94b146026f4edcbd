import Bounds
import Foundation
import Networks
import Properties
import Tensors
import Testing

@testable import Search
@testable import TestSupport

@Suite("Parts of regions are bounded soundly")
struct PartsTests {
  @Test("Planes cut away no point that keeps their limits")
  func cuts() {
    var kept = 0
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let inputs = Int.random(in: 1...5, using: &random)
      let lower = (0..<inputs).map { _ in Double.random(in: -1...0, using: &random) }
      let upper = lower.map { $0 + Double.random(in: 0...1, using: &random) }
      let rows = Int.random(in: 1...3, using: &random)
      let planes = (0..<rows * inputs).map { _ in
        Int.random(in: 0..<4, using: &random) == 0 ? 0 : Double.random(in: -1...1, using: &random)
      }
      let bounds = (0..<rows).map { row in
        (0..<inputs).reduce(0.0) { sum, i in
          let a = planes[row * inputs + i]
          return sum + (a > 0 ? a * lower[i] : a * upper[i])
        }
      }
      let limits = (0..<rows).map {
        DomainClip.Limit(row: $0, value: bounds[$0] + Double.random(in: -0.1...0.6, using: &random))
      }
      let box = SubBox<Double>(
        root: 0, open: [0], lower: lower, upper: upper, share: 1, margin: 0, known: nil)
      var clip = DomainClip(box)
      let isLeft = clip.meet(
        limits,
        BoxPlanes(
          inputs: inputs, coefficients: planes, constants: [Double](repeating: 0, count: rows),
          bounds: bounds, paid: [Double](repeating: 0, count: rows)))
      let (low, high) = (clip.lowerEnds(box.lower), clip.upperEnds(box.upper))
      for _ in 0..<100 {
        let point = zip(lower, upper).map {
          $0 + ($1 - $0) * Double.random(in: 0...1, using: &random)
        }
        let isInside = limits.allSatisfy { limit in
          (0..<inputs).reduce(0.0) { $0 + planes[limit.row * inputs + $1] * point[$1] }
            <= limit.value
        }
        guard isInside else { continue }
        kept += 1
        #expect(isLeft, "seed \(seed)")
        for i in 0..<inputs {
          #expect(
            low[i] <= point[i] + 1e-12 && point[i] <= high[i] + 1e-12, "seed \(seed), input \(i)")
        }
      }
    }
    #expect(kept > 1000)
  }

  @Test("The halves of a box cover it and share the middle")
  func halves() {
    let box = SubBox<Float>(
      root: 0, open: [0], lower: [0, -1], upper: [1, 3], share: 1, margin: 0, known: [1])
    let halves = box.halves(along: 1)
    #expect(halves[0].lower == [0, -1] && halves[0].upper == [1, 1])
    #expect(halves[1].lower == [0, 1] && halves[1].upper == [1, 3])
    #expect(halves.allSatisfy { $0.share == 0.5 && $0.known == [1] })
    let thin = SubBox<Float>(
      root: 0, open: [], lower: [1], upper: [Float(1).nextUp], share: 1, margin: 0, known: nil)
    #expect(!thin.canHalve(0))
  }

  /// A convolution, ReLU, a convolution, ReLU and a linear layer.
  private func convolutional(_ random: inout SplitMix64) throws -> Network {
    var network = Network(input: [1, 2, 4, 3])
    func parameter(_ shape: Shape) -> ParameterID {
      network.addParameter(
        "p\(network.parameters.count)",
        Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -0.6...0.6, using: &random) }))
    }
    let geometry = ConvolutionGeometry(padding: [1, 1, 1, 1])
    let first = try network.add(
      Convolution(weight: parameter([3, 2, 3, 3]), bias: parameter([3]), geometry: geometry), [0])
    let a = try network.add(ReLU(), [first])
    let second = try network.add(
      Convolution(weight: parameter([2, 3, 3, 3]), bias: parameter([2]), geometry: geometry), [a])
    let b = try network.add(ReLU(), [second])
    let flat = try network.add(Reshape(to: [24]), [b])
    try network.add(Linear(weight: parameter([24, 2]), bias: parameter([2])), [flat])
    return network
  }

  /// The values of a node, by cutting the network there.
  private func values(
    of node: Int, _ point: [Double], _ network: Network, _ parameters: Parameters<Tensor<Double>>
  ) -> [Double] {
    var cut = network
    cut.setOutput(node, named: "cut")
    return cut.evaluate(
      Tensor(Shape([1] + network.inputShape.dimensions), point), parameters
    ).scalars
  }

  @Test("Bounds under signs hold for every input that gives the signs, whatever the multipliers")
  func splitBounds() throws {
    var checked = 0
    for seed in 0..<40 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let network =
        seed % 2 == 0 ? try convolutional(&random) : try SmallNetwork(seed: seed * 7).network()
      let bounder = Bounder<Tensor<Double>>(network)
      let size = network.inputShape.count
      let lower = (0..<size).map { _ in Double.random(in: -1...0, using: &random) }
      let upper = lower.map { $0 + Double.random(in: 0.2...1, using: &random) }
      let region = try Region(lower: lower, upper: upper)
      let inputs = InputSet<Tensor<Double>>([region], shape: network.inputShape)
      let state = try bounder.crown(over: inputs)
      let outputs = network.outputShape.count
      let row = (0..<outputs).map { _ in Double.random(in: -1...1, using: &random) }
      let functions = OutputFunctions(Tensor([1, 1, outputs], row))
      let nodes = network.preactivations
      var intervals = state.intervals
      var splits: [NeuronSplit] = []
      // The signs are those of a point, so that some part of the region has them.
      let middle = zip(lower, upper).map {
        $0 + ($1 - $0) * Double.random(in: 0...1, using: &random)
      }
      for node in nodes {
        guard let interval = intervals[node] else { continue }
        var (low, high) = (interval.lower, interval.upper)
        let values = self.values(of: node, middle, network, bounder.parameters)
        for element in 0..<low.count where Int.random(in: 0..<6, using: &random) == 0 {
          let isPositive = values[element] >= 0
          splits.append(
            NeuronSplit(node: Int32(node), element: Int32(element), isPositive: isPositive))
          if isPositive {
            low.withMutableElements { $0[element] = max(0, $0[element]) }
          } else {
            high.withMutableElements { $0[element] = min(0, $0[element]) }
          }
        }
        intervals[node] = Interval(lower: low, upper: high)
      }
      let start = SplitRow<Double>(
        splits: splits,
        multipliers: splits.map { _ in Double.random(in: 0...0.5, using: &random) })
      let found = try bounder.splitLowerBounds(
        of: functions, bounder.state(over: inputs, intervals: intervals), [start],
        steps: SlopeSteps(count: 8, rate: 0.2, decay: 0.9), candidates: 2)[0]
      #expect(found.multipliers.allSatisfy { $0 >= 0 })
      for _ in 0..<400 {
        let reach = Double.random(in: 0...1, using: &random)
        let point = lower.indices.map { i in
          let other = Double.random(in: lower[i]...upper[i], using: &random)
          return middle[i] + reach * (other - middle[i])
        }
        let x = Tensor<Double>(Shape([1] + network.inputShape.dimensions), point)
        let values = Dictionary(
          uniqueKeysWithValues: nodes.map {
            ($0, self.values(of: $0, point, network, bounder.parameters))
          })
        let hasSigns = splits.allSatisfy { split in
          let value = values[Int(split.node)]?[Int(split.element)] ?? .nan
          return split.isPositive ? value >= 0 : value <= 0
        }
        guard hasSigns else { continue }
        checked += 1
        let value = zip(row, network.evaluate(x, bounder.parameters).scalars)
          .reduce(0) { $0 + $1.0 * $1.1 }
        #expect(found.bound <= value + 1e-9, "seed \(seed)")
      }
    }
    #expect(checked > 200, "\(checked) points had the signs")
  }

  /// The root of a region's tree with planes of every neuron, and the bounds that it was made from.
  private func root(
    of region: Region, _ condition: [LinearConstraint], _ bounder: Bounder<Tensor<Double>>
  ) throws -> (NeuronRoot<Double>, BoundState<Tensor<Double>>) {
    let network = bounder.network
    let inputs = InputSet<Tensor<Double>>([region], shape: network.inputShape)
    let state = try bounder.crown(over: inputs)
    let neurons = network.preactivations.flatMap { node in
      (0..<network.nodes[node].shape.count).map {
        NeuronSplit(node: Int32(node), element: Int32($0), isPositive: true)
      }
    }
    var root = NeuronRoot<Double>(
      inputs: inputs, inputsInDouble: inputs, condition: condition, intervals: state.intervals,
      intervalsInDouble: state.intervals.map { $0?.widened(by: 1e-12, and: 0) },
      slack: condition.map { _ in 0 },
      noise: [Double](repeating: 0, count: network.nodes.count), place: 0)
    root.planes = try NeuronPlanes(over: region, root, Set(neurons), bounder, memory: 1 << 30)
    return (root, state)
  }

  @Test("Planes leave the neurons of every input with the signs and the value between their ends")
  func neuronPlanes() throws {
    var (checked, tightened) = (0, 0)
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix64(seed: seed, stream: 3)
      let network =
        seed % 2 == 0 ? try convolutional(&random) : try SmallNetwork(seed: seed * 7).network()
      let bounder = Bounder<Tensor<Double>>(network)
      let size = network.inputShape.count
      let lower = (0..<size).map { _ in Double.random(in: -1...0, using: &random) }
      let upper = lower.map {
        $0
          + (Int.random(in: 0..<5, using: &random) == 0
            ? 0 : Double.random(in: 0.2...1, using: &random))
      }
      let region = try Region(lower: lower, upper: upper)
      let (root, state) = try root(of: region, [], bounder)
      guard let planes = root.planes else { continue }
      func point(_ reach: Double, around middle: [Double]) -> [Double] {
        lower.indices.map { i in
          let other = Double.random(in: lower[i]...upper[i], using: &random)
          return middle[i] + reach * (other - middle[i])
        }
      }
      let middle = point(1, around: lower)
      let row = (0..<network.outputShape.count).map { _ in Double.random(in: -1...1, using: &random)
      }
      func value(at point: [Double]) -> Double {
        let x = Tensor<Double>(Shape([1] + network.inputShape.dimensions), point)
        return zip(row, network.evaluate(x, bounder.parameters).scalars)
          .reduce(0) { $0 + $1.0 * $1.1 }
      }
      func values(at point: [Double]) -> [Double] {
        var known: [Int32: [Double]] = [:]
        return planes.neurons.map { neuron in
          let found =
            known[neuron.node]
            ?? self.values(of: Int(neuron.node), point, network, bounder.parameters)
          known[neuron.node] = found
          return found[Int(neuron.element)]
        }
      }
      // The signs and the value are those of a point, so that some part of the region has them.
      let given = values(at: middle)
      let signed = given.indices.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }.prefix(
        3)
      let splits = signed.map {
        NeuronSplit(
          node: planes.neurons[$0].node, element: planes.neurons[$0].element,
          isPositive: given[$0] >= 0)
      }
      let limit = value(at: middle) + Double.random(in: 0...0.3, using: &random)
      let found = try bounder.splitLowerBounds(
        of: OutputFunctions(Tensor([1, 1, row.count], row)), state, [SplitRow<Double>()],
        steps: SlopeSteps(count: 3, rate: 0.2, decay: 0.9), candidates: 0, extras: .planes)[0]
      let plane = try #require(found.plane)
      let condition = try #require(planes.halfSpace(plane: plane, limit: limit))
      let ends = try #require(
        planes.tightened(planes.ends, by: [condition] + splits.compactMap(planes.halfSpace)),
        "seed \(seed): a part that contains a point counts as empty")
      tightened += zip(ends, planes.ends).count { $0 != $1 }
      for trial in 0..<150 {
        let at =
          trial == 0 ? middle : point(Double.random(in: 0...1, using: &random), around: middle)
        let reached = values(at: at)
        let hasSigns = zip(signed, splits).allSatisfy { place, split in
          split.isPositive ? reached[place] >= 0 : reached[place] <= 0
        }
        guard hasSigns, value(at: at) <= limit else { continue }
        checked += 1
        for (place, reached) in reached.enumerated() {
          #expect(
            Double(ends[2 * place]) <= reached + 1e-12
              && reached - 1e-12 <= Double(ends[2 * place + 1]),
            "seed \(seed), neuron \(place)")
        }
      }
    }
    #expect(checked > 500 && tightened > 200, "\(checked) points, \(tightened) ends")
  }

  @Test("Inputs are halved where that tells more, and bounds hold for every input of the half")
  func halvedInputs() throws {
    var (chosen, checked, gained) = (0, 0, 0)
    for seed in 0..<120 as Range<UInt64> {
      var random = SplitMix64(seed: seed, stream: 4)
      let network =
        seed % 2 == 0 ? try convolutional(&random) : try SmallNetwork(seed: seed * 7).network()
      let bounder = Bounder<Tensor<Double>>(network)
      let size = network.inputShape.count
      let lower = (0..<size).map { _ in Double.random(in: -1...0, using: &random) }
      // Few inputs that move many neurons are worth halving.
      let movable = Int.random(in: 0..<size, using: &random)
      let upper = lower.enumerated().map { i, low in
        i == movable || i == (movable + 1) % size && seed % 3 == 0 ? low + 2 : low
      }
      let region = try Region(lower: lower, upper: upper)
      let row = (0..<network.outputShape.count).map { _ in
        Double.random(in: -1...1, using: &random)
      }
      let condition = LinearConstraint(
        outputs: row.enumerated().map { .init($0, $1) }, bound: 0)
      let (root, _) = try root(of: region, [condition], bounder)
      guard let planes = root.planes else { continue }
      func bound(_ problem: NeuronProblem<Double>) throws -> SplitBound<Double> {
        let batch = NeuronBatch(
          [problem], [root], bounder, region: { ($0.inputsInDouble, $0.intervalsInDouble) },
          slack: .infinity)
        return try bounder.splitLowerBounds(
          of: batch.functions, batch.state, batch.rows,
          steps: SlopeSteps(count: 4, rate: 0.2, decay: 0.9), candidates: 64)[0]
      }
      let middle = zip(lower, upper).map {
        $0 + ($1 - $0) * Double.random(in: 0...1, using: &random)
      }
      var problem = NeuronProblem<Double>(
        root: 0, splits: [], multipliers: [[]], slopes: [[]], margin: 0, share: 1)
      let whole = try bound(problem)
      var last = whole
      for _ in 0..<4 {
        guard let split = planes.halving(outweighing: last.candidates, after: problem.splits)
        else { break }
        #expect(split.node == 0 && lower[Int(split.element)] < upper[Int(split.element)])
        chosen += 1
        let isUpper = middle[Int(split.element)] >= Double(split.point)
        problem = problem.children(split)[isUpper ? 0 : 1]
        problem.ends = try #require(
          planes.tightened(planes.ends, by: problem.splits.compactMap(planes.halfSpace)))
        last = try bound(problem)
      }
      guard !problem.splits.isEmpty else { continue }
      #expect(problem.belongs(to: [root], network))
      if last.bound > whole.bound + 1e-6 { gained += 1 }
      for _ in 0..<200 {
        let point = lower.indices.map { i in
          var (low, high) = (lower[i], upper[i])
          for split in problem.splits where Int(split.element) == i {
            if split.isPositive {
              low = max(low, Double(split.point))
            } else {
              high = min(high, Double(split.point))
            }
          }
          return Bool.random(using: &random)
            ? Double.random(in: low...high, using: &random)
            : Bool.random(using: &random) ? low : high
        }
        let x = Tensor<Double>(Shape([1] + network.inputShape.dimensions), point)
        let value = zip(row, network.evaluate(x, bounder.parameters).scalars)
          .reduce(0) { $0 + $1.0 * $1.1 }
        checked += 1
        #expect(last.bound <= value + 1e-9, "seed \(seed)")
      }
    }
    #expect(
      chosen > 40 && gained > 10 && checked > 3000, "\(chosen) halved, \(gained) gained, \(checked)"
    )
  }

  @Test("Multipliers raise a bound above what the signs give without them")
  func multipliersHelp() throws {
    // f = x over [-1, 1], where x >= 0 is known of a unit that f does not go through.
    var network = Network(input: [1, 1])
    let one = network.addParameter("w", Tensor([1, 1], [1]))
    let zero = network.addParameter("v", Tensor([1, 1], [0]))
    let a = try network.add(Linear(weight: one, bias: nil), [0])
    let b = try network.add(ReLU(), [a])
    let c = try network.add(Linear(weight: zero, bias: nil), [b])
    try network.add(Add(), [a, c])
    let bounder = Bounder<Tensor<Double>>(network)
    let inputs = InputSet<Tensor<Double>>(
      [try Region(lower: [-1], upper: [1])], shape: network.inputShape)
    let state = try bounder.crown(over: inputs)
    let split = NeuronSplit(node: Int32(a), element: 0, isPositive: true)
    let functions = OutputFunctions(Tensor<Double>([1, 1, 1], [1]))
    let found = try bounder.splitLowerBounds(
      of: functions, state, [SplitRow<Double>(splits: [split])],
      steps: SlopeSteps(count: 100, rate: 0.2, decay: 0.97), candidates: 0)[0]
    #expect(found.bound > -0.05 && found.bound <= 1e-9)
  }
}
