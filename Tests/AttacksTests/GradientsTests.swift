import Bounds
import Networks
import Tensors
import TestSupport
import Testing

@testable import Attacks

/// One operation with inputs at which it is smooth.
struct DifferentiableCase: Sendable, CustomTestStringConvertible {
  var name: String
  var inputs: [Shape]
  /// The range that elements are drawn from.
  var range: ClosedRange<Double> = -2...2
  var make: @Sendable (inout Network) -> any Networks.Operation
  var testDescription: String { name }

  /// A network that slices its input into the operation's inputs, so that all derivatives are checked.
  func network() throws -> Network {
    let count = inputs.reduce(0) { $0 + $1.count }
    var network = Network(input: [count])
    var from = 0
    var parts: [Int] = []
    for shape in inputs {
      let part = try network.add(
        Selection(axis: 0, indices: (from..<from + shape.count).map(Int32.init)), [0])
      parts.append(try network.add(Reshape(to: shape), [part]))
      from += shape.count
    }
    let operation = make(&network)
    try network.add(operation, parts)
    return network
  }
}

private func parameter(_ network: inout Network, _ shape: Shape, seed: UInt64) -> ParameterID {
  var random = SplitMix64(seed: seed)
  return network.addParameter(
    "p\(seed)",
    Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &random) }))
}

private let window = PoolingWindow(
  size: [3, 2], geometry: ConvolutionGeometry(stride: [2, 1], padding: [1, 0, 1, 1]))

private let cases: [DifferentiableCase] = [
  .init(name: "ReLU", inputs: [[7]]) { _ in ReLU() },
  .init(name: "LeakyReLU", inputs: [[7]]) { _ in LeakyReLU(slope: 0.1) },
  .init(name: "Sigmoid", inputs: [[7]]) { _ in Sigmoid() },
  .init(name: "Tanh", inputs: [[7]]) { _ in Tanh() },
  .init(name: "Erf", inputs: [[7]]) { _ in Erf() },
  .init(name: "Exponential", inputs: [[7]]) { _ in Exponential() },
  .init(name: "Logarithm", inputs: [[7]], range: 0.5...3) { _ in Logarithm() },
  .init(name: "SquareRoot", inputs: [[7]], range: 0.5...3) { _ in SquareRoot() },
  .init(name: "Reciprocal", inputs: [[7]], range: 0.5...3) { _ in Reciprocal() },
  .init(name: "Square", inputs: [[7]]) { _ in Power(exponent: 2) },
  .init(name: "Power", inputs: [[7]], range: 0.5...3) { _ in Power(exponent: 1.7) },
  .init(name: "Magnitude", inputs: [[7]]) { _ in Magnitude() },
  .init(name: "Sine", inputs: [[7]]) { _ in Sine() },
  .init(name: "Cosine", inputs: [[7]]) { _ in Cosine() },
  .init(name: "Clip", inputs: [[7]]) { _ in Clip(lower: -0.8, upper: 0.9) },
  .init(name: "ElementClip", inputs: [[2, 5]]) {
    ElementClip(lower: parameter(&$0, [5], seed: 11))
  },
  .init(name: "PReLU", inputs: [[2, 5]]) { ParametricReLU(slope: parameter(&$0, [5], seed: 12)) },
  .init(name: "Maximum", inputs: [[2, 3], [1, 3]]) { _ in Maximum() },
  .init(name: "Minimum", inputs: [[3], [2, 3]]) { _ in Maximum(isMinimum: true) },
  .init(name: "LogSumExp", inputs: [[2, 4]]) { _ in LogSumExp(axis: 0) },
  .init(name: "Softplus", inputs: [[7]]) { _ in Softplus(sharpness: 2) },
  .init(name: "Elu", inputs: [[7]]) { _ in Elu(alpha: 0.7, scale: 1.2, width: 1.5) },
  .init(name: "GatedLinear", inputs: [[7]]) { _ in GatedLinear(sharpness: 1.5) },
  .init(name: "Gelu", inputs: [[7]]) { _ in Gelu() },
  .init(name: "Gelu, approximate", inputs: [[7]]) { _ in Gelu(isApproximate: true) },
  .init(name: "Mish", inputs: [[7]]) { _ in Mish() },
  .init(name: "HardSwish", inputs: [[7]], range: -5...5) { _ in HardSwish() },
  .init(name: "Softsign", inputs: [[7]]) { _ in Softsign() },
  .init(name: "Tangent", inputs: [[7]], range: -1.2...1.2) { _ in Tangent() },
  .init(name: "ArcSine", inputs: [[7]], range: -0.9...0.9) { _ in ArcSine() },
  .init(name: "ArcCosine", inputs: [[7]], range: -0.9...0.9) { _ in ArcCosine() },
  .init(name: "ArcTangent", inputs: [[7]]) { _ in ArcTangent() },
  .init(name: "HyperbolicSine", inputs: [[7]]) { _ in HyperbolicSine() },
  .init(name: "HyperbolicCosine", inputs: [[7]]) { _ in HyperbolicCosine() },
  .init(name: "AreaSine", inputs: [[7]]) { _ in AreaSine() },
  .init(name: "AreaCosine", inputs: [[7]], range: 1.2...4) { _ in AreaCosine() },
  .init(name: "AreaTangent", inputs: [[7]], range: -0.9...0.9) { _ in AreaTangent() },
  .init(name: "Shrink", inputs: [[7]]) { _ in Shrink(threshold: 0.4, bias: 0.1) },
  .init(name: "Remainder", inputs: [[7]]) { _ in Remainder(divisor: 0.7) },
  .init(name: "Multiply", inputs: [[2, 3], [2, 3]]) { _ in Multiply() },
  .init(name: "Multiply, one row repeated", inputs: [[2, 3], [1, 3]]) { _ in Multiply() },
  .init(name: "Multiply, lower rank", inputs: [[3], [2, 2, 3]]) { _ in Multiply() },
  .init(name: "MatrixProduct", inputs: [[2, 3], [3, 4]]) { _ in MatrixProduct() },
  .init(name: "MatrixProduct, repeated", inputs: [[2, 2, 3], [1, 3, 4]]) { _ in MatrixProduct() },
  .init(name: "MatrixProduct, lower rank", inputs: [[2, 3], [2, 3, 4]]) { _ in MatrixProduct() },
  .init(name: "Softmax, last axis", inputs: [[2, 3]]) { _ in Softmax(axis: 1) },
  .init(name: "Softmax, first axis", inputs: [[2, 3]]) { _ in Softmax(axis: 0) },
  .init(name: "MaxPool", inputs: [[1, 2, 5, 4]]) { _ in MaxPool(window) },
  .init(name: "MaxPool of one axis", inputs: [[1, 2, 8]]) { _ in
    MaxPool(PoolingWindow(size: [3], stride: [3], padding: [1, 0], roundsUp: true))
  },
  .init(name: "MaxPool of three axes", inputs: [[1, 1, 3, 4, 3]]) { _ in
    MaxPool(
      PoolingWindow(size: [2, 2, 2], stride: [2, 1, 2], dilation: [1, 2, 1], roundsUp: true))
  },
  .init(name: "AveragePool of three axes", inputs: [[1, 1, 3, 4, 3]]) { _ in
    AveragePool(PoolingWindow(size: [2, 2, 2], stride: [2, 1, 2], roundsUp: true))
  },
  .init(name: "Resampling", inputs: [[2, 3, 2]]) { _ in
    Resampling(axis: 1, sums: [[.init(0, 0.3), .init(2, -2)], [.init(1, 1)], []])
  },
  .init(name: "AveragePool", inputs: [[1, 2, 5, 4]]) { _ in AveragePool(window) },
  .init(name: "Linear", inputs: [[4]]) { Linear(weight: parameter(&$0, [4, 3], seed: 1)) },
  .init(name: "Convolution", inputs: [[1, 2, 5, 4]]) {
    Convolution(
      weight: parameter(&$0, [3, 2, 3, 3], seed: 2),
      geometry: ConvolutionGeometry(stride: [2, 1], padding: [1, 1, 0, 1]))
  },
  .init(name: "Transposed convolution", inputs: [[1, 2, 3, 3]]) {
    TransposedConvolution(
      weight: parameter(&$0, [2, 3, 3, 3], seed: 3), geometry: ConvolutionGeometry(stride: [2, 2]))
  },
  .init(name: "Add, repeated", inputs: [[2, 3], [3]]) { _ in Add(isDifference: true) },
  .init(name: "Concatenate", inputs: [[2, 3], [2, 1]]) { _ in Concatenate(axis: 1) },
  .init(name: "Reduce", inputs: [[2, 3]]) { _ in
    Reduce(axes: [1], keepingAxes: false, isMean: true)
  },
]

@Suite("Gradients are the derivatives of the network")
struct GradientsTests {
  @Test("A gradient agrees with central differences", arguments: cases, 0..<3)
  func agreesWithDifferences(_ example: DifferentiableCase, seed: Int) throws {
    let network = try example.network()
    let parameters = network.parameters(as: Tensor<Double>.self)
    var random = SplitMix64(seed: UInt64(seed))
    let batch = 2
    let width = network.inputShape.count
    let x = Tensor(
      [batch, width],
      (0..<batch * width).map { _ in Double.random(in: example.range, using: &random) })
    let rowShape = Shape([batch] + network.outputShape.dimensions)
    let rows = Tensor(
      rowShape, (0..<rowShape.count).map { _ in Double.random(in: -1...1, using: &random) })
    let gradients = try Gradients(network)
    let gradient = gradients.gradient(
      of: rows, at: gradients.values(at: x, parameters), parameters)
    #expect(gradient.shape == x.shape)
    let step = 1e-6
    for example in 0..<batch {
      for i in 0..<width {
        func value(_ shift: Double) -> Double {
          var moved = x
          moved[example, i] += shift
          let y = network.evaluate(moved, parameters)
          return (y * rows).rowSums()[example]
        }
        let difference = (value(step) - value(-step)) / (2 * step)
        #expect(abs(gradient[example, i] - difference) < 1e-7 * max(1, abs(difference)))
      }
    }
  }

  @Test("A node read twice gets the sum of both gradients")
  func sharedNodes() throws {
    var network = Network(input: [2])
    let square = try network.add(Multiply(), [0, 0])
    try network.add(Add(), [square, 0])
    let parameters = network.parameters(as: Tensor<Double>.self)
    let gradients = try Gradients(network)
    let values = gradients.values(at: Tensor([1, 2], [3.0, -1]), parameters)
    let gradient = gradients.gradient(of: Tensor([1, 2], [1.0, 10]), at: values, parameters)
    #expect(gradient.scalars == [7, -10])
  }

  @Test("Stand-ins for zero derivatives point the right way")
  func standIns() throws {
    for operation in [Sign(), Floor()] as [any Networks.Operation] {
      var network = Network(input: [3])
      try network.add(operation, [0])
      let parameters = network.parameters(as: Tensor<Double>.self)
      let gradients = try Gradients(network)
      let values = gradients.values(at: Tensor([1, 3], [0.1, -0.2, 5]), parameters)
      let gradient = gradients.gradient(of: Tensor([1, 3], [1.0, 1, -1]), at: values, parameters)
      #expect(gradient[0, 0] > 0 && gradient[0, 1] > 0 && gradient[0, 2] < 0)
    }
  }

  @Test("Equal pixels of a window share one gradient")
  func tiesCountOnce() throws {
    var network = Network(input: [1, 1, 2, 2])
    try network.add(MaxPool(PoolingWindow(size: [2, 2], geometry: ConvolutionGeometry())), [0])
    let parameters = network.parameters(as: Tensor<Double>.self)
    let gradients = try Gradients(network)
    let values = gradients.values(at: Tensor(repeating: 1, [1, 1, 1, 2, 2]), parameters)
    let gradient = gradients.gradient(
      of: Tensor(repeating: 5, [1, 1, 1, 1, 1]), at: values, parameters)
    #expect(gradient.scalars == [5, 0, 0, 0])
  }

  @Test("An operation without a derivative is named")
  func unsupported() throws {
    struct Opaque: Networks.Operation {
      var name: String { "Opaque" }
      func outputShape(_ inputs: [Shape], _ parameters: (ParameterID) -> Shape) -> Shape {
        inputs[0]
      }
      func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T { inputs[0] }
    }
    var network = Network(input: [1])
    try network.add(Opaque(), [0], named: "mystery")
    #expect(throws: Unsupported(operation: "Opaque", node: "mystery", analysis: "attack")) {
      try Attack(network)
    }
  }
}
