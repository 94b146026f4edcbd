import Differentiation
import Lipschitz
import Networks
import RandomNumbers
import Tensors
import Testing

@testable import Training

/// Margins less what a change of some l2 length can take, and the constants that say how much that is.
@Suite("Margins by constants")
struct EMMATests {
  typealias Base = Tensor<Double>

  /// Four pixels, a hidden layer and three classes.
  private static func dense(seed: UInt64) throws -> Network {
    var random = SplitMix64(seed: seed)
    var network = Network(input: [1, 4])
    func weight(_ shape: Shape) -> ParameterID {
      network.addParameter(
        "w\(shape)",
        Tensor<Double>(shape, (0..<shape.count).map { _ in random.uniform(in: -1...1) }))
    }
    try network.add(Linear(weight: weight([4, 6]), bias: weight([6])), [0])
    try network.add(ReLU(), [network.output])
    try network.add(Linear(weight: weight([6, 3]), bias: nil), [network.output])
    return network
  }

  private static func step(_ network: Network, radius: Double = 0.1) throws -> TrainingStep<Base> {
    TrainingStep(
      network,
      try Recipe(
        yaml: "method: emma\ndata: {name: digits}\nepsilon: {test: 0}\nloss: {radius: \(radius)}",
        source: "test"))
  }

  private static func slope(
    _ step: TrainingStep<Base>, _ values: [Base]
  ) throws -> (value: Double, gradient: Base) {
    var tracked = values.map { Tracked($0) }
    tracked[0] = Tracked.variable(values[0])
    let features = try #require(step.head).features
    let slope = step.slopeEstimate(at: features, Parameters(tracked))
    return (slope.base.scalars[0], slope.gradients(of: [tracked[0]])[0])
  }

  @Test("The estimate of a layer is at most its proved norm, and close to it", arguments: 0..<20)
  func estimate(seed: Int) throws {
    let network = try Self.dense(seed: UInt64(seed))
    let weight = network.parameters[0].value
    let found = try Self.slope(Self.step(network), network.parameters.map(\.value)).value
    // The spectral norm of 4 x 6 numbers by 500 steps of power iteration on their Gram matrix.
    var v = Tensor<Double>(repeating: 0.5, [4, 1])
    var norm = 0.0
    for _ in 0..<500 {
      let image = weight.product(v, transposingLeft: true, transposingRight: false)
      let back = weight.product(image)
      let length = back.scalars.reduce(0) { $0 + $1 * $1 }.squareRoot()
      norm = length.squareRoot()
      v = back * (1 / length)
    }
    #expect(found <= norm * (1 + 1e-9))
    #expect(found >= 0.9 * norm)
  }

  @Test("Paths that meet add up, and what only moves elements costs nothing")
  func paths() throws {
    var network = Network(input: [1, 1, 2, 2])
    let half = network.addParameter("half", Tensor<Double>(repeating: 0.5, [1]))
    let one = try network.add(MultiplyConstant(half), [0])
    try network.add(Add(), [one, 0])
    try network.add(ReLU(), [network.output])
    try network.add(Reshape(to: [1, 4]), [network.output])
    let weight = network.addParameter("w", Tensor<Double>(repeating: 1, [4, 2]))
    try network.add(Linear(weight: weight, bias: nil), [network.output])
    let slope = try Self.slope(Self.step(network), network.parameters.map(\.value)).value
    #expect(abs(slope - 1.5) <= 1e-12)
  }

  @Test("The derivative agrees with differences where the iteration has settled")
  func derivative() throws {
    var network = try Self.dense(seed: 3)
    // One direction far ahead of the others, so that ten steps find it.
    let a: [Double] = [1, -2, 0.5, 1.5]
    let b: [Double] = [0.3, 1, -1, 0.2, 0.7, -0.4]
    let weight = Tensor<Double>(
      [4, 6], a.flatMap { x in b.map { x * $0 } }.enumerated().map { $1 + 0.01 * Double($0 % 5) })
    network = try Self.replacing(network, first: weight)
    let step = try Self.step(network)
    let values = network.parameters.map(\.value)
    let gradient = try Self.slope(step, values).gradient.scalars
    for element in 0..<24 {
      func value(_ shift: Double) throws -> Double {
        var moved = values
        moved[0].withMutableElements { $0[element] += shift }
        return try Self.slope(step, moved).value
      }
      let difference = try (value(1e-5) - value(-1e-5)) / 2e-5
      #expect(abs(difference - gradient[element]) <= 1e-6)
    }
  }

  private static func replacing(_ network: Network, first: Tensor<Double>) throws -> Network {
    var made = Network(input: [1, 4])
    let weight = made.addParameter("w", first)
    let bias = made.addParameter("b", network.parameters[1].value)
    let last = made.addParameter("l", network.parameters[2].value)
    try made.add(Linear(weight: weight, bias: bias), [0])
    try made.add(ReLU(), [made.output])
    try made.add(Linear(weight: last, bias: nil), [made.output])
    return made
  }

  @Test("Margins lose the constant times the rows' distance times a distance that they can give")
  func margins() throws {
    let network = try Self.dense(seed: 5)
    let radius = 0.2
    let step = try Self.step(network, radius: radius)
    let values = network.parameters.map(\.value)
    let images = Tensor<Double>([3, 1, 4], (0..<12).map { Double($0) / 6 - 1 })
    let labels = [0, 2, 1]
    let parameters = Parameters(values.map { Tracked<Base>($0) })
    let output = network.evaluate(Tracked<Base>(images), parameters)
    let context = TrainingStep<Base>.Context(
      images: images, labels: labels,
      settings: StepSettings(
        epsilon: 0, fraction: 0, isWarmUp: false, learningRate: 1, cleanWeight: 0, crownWeight: 0,
        regularizerWeight: 0, averageWeight: nil),
      pass: NormalizedPass(parameters: parameters, moments: [], output: output),
      cleanMargins: labelMargins(output, labels), classes: 3, seed: 0)
    let found = try step.emmaMargins(context).base.scalars
    let slope = try Self.slope(step, values).value
    let y = output.base.scalars
    let w = values[2].scalars
    var kinds = Set<Int>()
    for (example, label) in labels.enumerated() {
      for (place, other) in (0..<3).filter({ $0 != label }).enumerated() {
        let margin = y[example * 3 + label] - y[example * 3 + other]
        let distance = (0..<6).reduce(0) { sum, row in
          let d = w[row * 3 + label] - w[row * 3 + other]
          return sum + d * d
        }.squareRoot()
        let part = margin / (slope * distance * radius)
        kinds.insert(part <= 0.01 ? 0 : part < 1 ? 1 : 2)
        let expected = margin - radius * min(1, max(0.01, part)) * slope * distance
        #expect(abs(found[example * 2 + place] - expected) <= 1e-6)
      }
    }
    #expect(kinds.count >= 2)
  }

  @Test("Networks without a constant are refused, with what would do")
  func obstacles() throws {
    #expect(try Self.step(Self.dense(seed: 1)).obstacle == nil)
    var network = try Self.dense(seed: 1)
    try network.add(ReLU(), [network.output])
    #expect(
      try Self.step(network).obstacle
        == "emma weighs the rows of a last linear layer, and the network ends with another operation"
    )
    var other = Network(input: [1, 4])
    try other.add(Exponential(), [0], named: "grows")
    let weight = other.addParameter("w", Tensor<Double>(repeating: 1, [4, 2]))
    try other.add(Linear(weight: weight, bias: nil), [other.output])
    #expect(
      try Self.step(other).obstacle
        == "emma has no constant for operation Exp (node grows); train by clean, or replace it")
  }
}
