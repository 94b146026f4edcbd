import Networks
import Tensors
import TestSupport
import Testing

@Suite("Constants that are computed")
struct ConstantsTests {
  private func evaluate(_ network: Network, _ x: [Double]) -> [Double] {
    let batch = Tensor<Double>(Shape([1] + network.inputShape.dimensions), x)
    return network.evaluate(batch, network.parameters(as: Tensor<Double>.self)).scalars
  }

  @Test("A constant has the batch of the input and no slope")
  func constant() throws {
    var network = Network(input: [2])
    let value = network.addParameter("c", Tensor([1, 3], [1, 2, 3]))
    let id = try network.add(Constant(value), [0])
    #expect(network.nodes[id].shape == [1, 3])
    let batch = Tensor<Double>([2, 2], [1, 2, 3, 4])
    let result = network.evaluate(batch, network.parameters(as: Tensor<Double>.self))
    #expect(result.shape == [2, 1, 3] && result.scalars == [1, 2, 3, 1, 2, 3])
  }

  @Test("Sums, products and matrix products take computed constants as parameters")
  func folds() throws {
    var random = SplitMix64(seed: 3)
    var network = Network(input: [2, 3])
    let matrix = network.addParameter("m", random.tensor([3, 3]))
    let vector = network.addParameter("v", random.tensor([3]))
    let square = Power(exponent: 2)
    let m = try network.add(square, [network.add(Constant(matrix), [0])])
    let v = try network.add(
      SquareRoot(), [network.add(square, [network.add(Constant(vector), [0])])])
    let product = try network.add(MatrixProduct(), [0, m])
    let scaled = try network.add(Multiply(), [v, product])
    let shifted = try network.add(Add(isDifference: true), [scaled, v])
    try network.add(ReLU(), [network.add(Add(), [v, shifted])])
    let folded = network.simplified()
    #expect(!folded.nodes.contains { $0.operation is Constant || $0.operation is MatrixProduct })
    for _ in 0..<10 {
      let x = (0..<6).map { _ in Double.random(in: -1...1, using: &random) }
      #expect(
        largestRelativeDifference(evaluate(folded, x), evaluate(network, x), floor: 1) < 1e-14)
    }
  }

  @Test("What cancels in single precision stays a computation")
  func keepsCancellation() throws {
    var network = Network(input: [1])
    let large = network.addParameter("large", Tensor([1], [1e9]))
    let small = network.addParameter("small", Tensor([1], [Double(Float(0.7))]))
    let a = try network.add(Constant(large), [0])
    let sum = try network.add(Add(), [a, network.add(Constant(small), [0])])
    let rest = try network.add(Add(isDifference: true), [sum, a])
    try network.add(Add(), [0, rest])
    let simple = network.simplified()
    #expect(simple.nodes.contains { $0.operation is Constant })
    let x = Tensor<Float>([1, 1], [1])
    #expect(simple.evaluate(x, simple.parameters(as: Tensor<Float>.self)).scalars == [1])
  }
}
