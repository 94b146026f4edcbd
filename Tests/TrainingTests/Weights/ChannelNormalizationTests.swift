import Bounds
import Differentiation
import Files
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Groups of channels that are normalised")
struct ChannelNormalizationTests {
  /// A batch normalisation of four channels with two groups behind it, and nothing else.
  private func alone(_ g: inout SplitMix64) throws -> Network {
    var network = Network(input: [1, 4, 3, 3])
    func add(_ name: String, _ range: ClosedRange<Double>) -> ParameterID {
      network.addParameter(
        name, Tensor([4], (0..<4).map { _ in Double.random(in: range, using: &g) }))
    }
    try network.add(
      BatchNormalization(
        scale: add("scale", 0.5...1.5), bias: add("bias", -1...1), mean: add("mean", -1...1),
        variance: add("variance", 0.5...2), epsilon: 1e-5), [0], named: "bn")
    var result = try network.addingChannelNormalization(groups: 2)
    for (index, parameter) in result.parameters.enumerated() {
      guard parameter.name.hasSuffix("channels.scale") || parameter.name.hasSuffix("channels.shift")
      else { continue }
      result.setValue(Tensor([2, 1], [0.7, -1.3]), of: ParameterID(index))
    }
    return result
  }

  private func random(_ shape: Shape, _ g: inout SplitMix64) -> Tensor<Double> {
    Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &g) })
  }

  @Test("The value is that of the definition")
  func definition() throws {
    var g = SplitMix64(seed: 61)
    let network = try alone(&g)
    let x = random([2, 1, 4, 3, 3], &g)
    var normalized = Tensor<Double>(repeating: 0, x.shape)
    let result = network.evaluate(x, network.parameters(as: Tensor<Double>.self)) { id, value in
      if network.nodes[id].operation is BatchNormalization { normalized = value }
    }
    for example in 0..<2 {
      for (group, scale) in [0.7, -1.3].enumerated() {
        let range = (example * 2 + group) * 18..<(example * 2 + group + 1) * 18
        let own = normalized.scalars[range]
        let mean = own.reduce(0, +) / 18
        let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 18
        for (value, found) in zip(own, result.scalars[range]) {
          let expected =
            (value - mean) / (variance + Double(Float(1e-5))).squareRoot() * scale + scale
          #expect(abs(found - expected) < 1e-12)
        }
      }
    }
  }

  @Test(
    "Sampled values lie inside intervals and lines, those of training as well",
    arguments: [0.01, 0.2, 1])
  func soundness(radius: Double) throws {
    var g = SplitMix64(seed: 62)
    for trial in 0..<4 {
      var step = try StepCase("ibp", seed: UInt64(trial + 1))
      step.network = try step.network.addingChannelNormalization(groups: trial % 2 == 0 ? 1 : 3)
      let network = step.network
      let center = step.images
      let box = Interval(
        center: center, radius: Tensor<Double>(repeating: radius, center.shape))
      let bounder = Bounder<Tensor<Double>>(network)
      let inputs = InputSet(box: box)
      let (ibp, crown) = (try bounder.intervals(over: inputs), try bounder.crown(over: inputs))
      let tracked = Bounder(
        network,
        parameters: Parameters(network.parameters.map { Tracked.variable($0.value) }))
      let trained = try tracked.intervals(
        over: InputSet(
          box: Interval(center: Tracked(center), radius: Tracked(box.radius))))
      for _ in 0..<30 {
        let corner = Bool.random(using: &g)
        let move = random(center.shape, &g)
        let x = center + (corner ? move.applying(.sign) : move) * radius
        _ = network.evaluate(x, network.parameters(as: Tensor<Double>.self)) { id, value in
          for (name, state) in [
            ("ibp", ibp.intervals[id]), ("crown", crown.intervals[id]),
            (
              "training",
              trained.intervals[id].map { Interval(lower: $0.lower.base, upper: $0.upper.base) }
            ),
          ] {
            guard let state else { continue }
            for (point, (low, high)) in zip(
              value.scalars, zip(state.lower.scalars, state.upper.scalars))
            {
              let slack = 1e-9 * max(1, abs(point))
              #expect(
                low <= point + slack && point <= high + slack,
                "\(name), node \(network.nodes[id].name): \(point) outside \(low)...\(high)")
            }
          }
        }
      }
      // Lines are never wider than intervals.
      let (a, b) = (
        try #require(ibp.intervals[network.output]), try #require(crown.intervals[network.output])
      )
      for (wide, tight) in zip(a.lower.scalars, b.lower.scalars) { #expect(tight >= wide - 1e-9) }
    }
  }

  @Test("Intervals of a small box are not much wider than the function moves")
  func tightness() throws {
    var g = SplitMix64(seed: 63)
    let network = try alone(&g)
    let x = random([1, 1, 4, 3, 3], &g)
    let radius = 1e-4
    let state = try Bounder<Tensor<Double>>(network).intervals(
      over: InputSet(box: Interval(center: x, radius: Tensor<Double>(repeating: radius, x.shape))))
    let interval = try #require(state.intervals[network.output])
    // The steepest that any output moves in l-infinity: at most 2 + z^2 times scale over deviation, z below 5 here.
    let width = zip(interval.lower.scalars, interval.upper.scalars).map { $1 - $0 }.max() ?? 0
    var reach = 0.0
    let parameters = network.parameters(as: Tensor<Double>.self)
    let middle = network.evaluate(x, parameters)
    for _ in 0..<400 {
      let moved = network.evaluate(x + random(x.shape, &g).applying(.sign) * radius, parameters)
      reach = max(reach, zip(moved.scalars, middle.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) })
    }
    #expect(width / 2 >= reach && width / 2 < 6 * reach, "\(width / 2) against \(reach)")
  }

  @Test("The local bound of how fast a group moves is above what is sampled")
  func localBound() throws {
    var g = SplitMix64(seed: 64)
    let (n, epsilon) = (24, 1e-5)
    func normalized(_ x: [Double]) -> [Double] {
      let mean = x.reduce(0, +) / Double(n)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
      return x.map { ($0 - mean) / (variance + epsilon).squareRoot() }
    }
    for _ in 0..<200 {
      let x = (0..<n).map { _ in Double.random(in: -1...1, using: &g) }
      let rho = Double.random(in: 0.01...1, using: &g)
      let mean = x.reduce(0, +) / Double(n)
      let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
      let least = max(0, deviation - rho / Double(n).squareRoot())
      let bound = 1 / (least * least + epsilon).squareRoot()
      var move = (0..<n).map { _ in Double.random(in: -1...1, using: &g) }
      let length = move.reduce(0) { $0 + $1 * $1 }.squareRoot()
      move = move.map { $0 / length * rho }
      let change = zip(normalized(x), normalized(zip(x, move).map(+))).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }.squareRoot()
      #expect(change <= bound * rho * (1 + 1e-9))
    }
  }

  @Test("Gradients of training agree with differences, factors and shifts of groups included")
  func gradients() throws {
    var step = try StepCase("ibp", extra: "regularizer: {weight: 0.5}", epsilon: 0.01)
    step.network = try step.network.addingChannelNormalization(groups: 3)
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    #expect(training.obstacle == nil)
    #expect(training.trainable.count == step.network.trainableParameters.count)
    let result = try step.run(Tensor<Double>.self)
    let size = 1e-6
    for (place, id) in training.trainable.enumerated() {
      let value = step.network.parameters[id.index].value
      for element in stride(from: 0, to: value.count, by: max(1, value.count / 3)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = value
          moved.withMutableElements { $0[element] += shift }
          return try step.run(Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 1e-4 * max(1, abs(slope)),
          "\(step.network.parameters[id.index].name)[\(element)]: \(found), \(slope)")
      }
    }
    let names = training.trainable.map { step.network.parameters[$0.index].name }
    #expect(names.filter { $0.hasSuffix("channels.scale") }.count == 2)
    // Their shape is that of a matrix, which they are not.
    for (name, form) in zip(names, training.trained.forms) where name.contains("channels") {
      #expect(form == .elements, "\(name)")
    }
  }

  @Test("Groups that do not divide the channels are refused, and networks without images")
  func refusals() throws {
    func message(_ body: () throws(InputError) -> Network) -> String {
      do throws(InputError) { return "no error: \(try body().nodes.count)" } catch {
        return error.description
      }
    }
    let task = ImageTask(shape: [1, 8, 8], classes: 3)
    let image = try CNN7(width: 2, linear: 4).network(for: task)
    #expect(
      message { () throws(InputError) in try image.addingChannelNormalization(groups: 3) }
        == "network.channel-groups: conv1.bn: 3 groups do not divide its 2 channels")
    let row = try MLP(hidden: [4], isNormalized: true).network(for: task)
    #expect(
      message { () throws(InputError) in try row.addingChannelNormalization(groups: 2) }
        == "network.channel-groups: there is no batch normalisation of images to put them behind")
  }
}
