import Networks
import Tensors
import Testing

@Suite("The first weights")
struct InitializationTests {
  private static let network = try? CNN7(width: 16, linear: 128)
    .network(for: ImageTask(shape: [3, 16, 16], classes: 10))

  /// The weights of a network by the name of their parameter.
  private func weights(
    _ initialization: Initialization, seed: UInt64 = 1
  ) throws -> [String: [Double]] {
    let network = try #require(Self.network).initialized(initialization, seed: seed)
    return Dictionary(
      uniqueKeysWithValues: network.parameters.map { ($0.name, $0.value.scalars) })
  }

  private func deviation(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  @Test("IBP weights have deviation sqrt(2 pi) / n, and the last layer the framework's default")
  func ibp() throws {
    let weights = try weights(.ibp)
    for (name, n) in [("conv2", 144.0), ("conv3", 144), ("conv5", 288), ("linear1", 2048)] {
      let values = try #require(weights["\(name).weight"])
      #expect(abs(deviation(values) * n / (2 * Double.pi).squareRoot() - 1) < 0.06, "\(name)")
      #expect(weights["\(name).bias"]?.allSatisfy { $0 == 0 } == true)
    }
    let last = try #require(weights["classifier.weight"])
    let limit = 1 / 128.0.squareRoot()
    #expect(last.allSatisfy { abs($0) <= limit * 1.0001 })
    #expect(abs(deviation(last) * 3.0.squareRoot() / limit - 1) < 0.05)
    #expect(weights["conv1.bn.scale"]?.allSatisfy { $0 == 1 } == true)
  }

  @Test("Reference deviations of the specification come out")
  func references() throws {
    let large = try CNN7().network(for: ImageTask(shape: [3, 32, 32], classes: 10))
      .initialized(.ibp, seed: 4)
    for (name, expected) in [
      ("conv1", 0.0928), ("conv2", 0.004352), ("conv4", 0.002176), ("linear1", 7.65e-5),
    ] {
      let parameter = try #require(large.parameters.first { $0.name == "\(name).weight" })
      #expect(abs(deviation(parameter.value.scalars) / expected - 1) < 0.06, "\(name)")
    }
  }

  @Test("Xavier, Kaiming and the framework's default have their deviations in every layer")
  func others() throws {
    let layers: [(String, fanIn: Double, fanOut: Double)] = [
      ("conv2", 144, 144), ("conv3", 144, 288), ("linear1", 2048, 128), ("classifier", 128, 10),
    ]
    let (xavier, kaiming, framework) = (
      try weights(.xavier), try weights(.kaiming), try weights(.framework)
    )
    for (name, fanIn, fanOut) in layers {
      func ratio(_ weights: [String: [Double]], _ expected: Double) -> Double {
        deviation(weights["\(name).weight"] ?? []) / expected
      }
      #expect(abs(ratio(xavier, (2 / (fanIn + fanOut)).squareRoot()) - 1) < 0.07)
      #expect(abs(ratio(kaiming, (2 / fanIn).squareRoot()) - 1) < 0.07)
      #expect(abs(ratio(framework, 1 / (3 * fanIn).squareRoot()) - 1) < 0.07)
      let biases = framework["\(name).bias"] ?? []
      #expect(biases.allSatisfy { abs($0) <= 1.0001 / fanIn.squareRoot() } && Set(biases).count > 1)
    }
  }

  @Test("Layers that read a sum get half the weights, their shortcuts too")
  func sums() throws {
    let network = try WideResNet8(widening: 2, linear: 64)
      .network(for: ImageTask(shape: [3, 8, 8], classes: 10)).initialized(.ibp, seed: 2)
    for (name, factor) in [
      ("block1.conv1", 1.0), ("block1.conv2", 1), ("block2.conv1", 0.5), ("block2.conv2", 1),
      ("block2.shortcut", 0.5), ("block3.conv1", 0.5), ("linear1", 1),
    ] {
      let value = try #require(network.parameters.first { $0.name == "\(name).weight" }).value
      let n = value.shape.rank == 2 ? value.shape[0] : value.shape.dropping(1).count
      let expected = factor * (2 * Double.pi).squareRoot() / Double(n)
      #expect(abs(deviation(value.scalars) / expected - 1) < 0.05, "\(name)")
    }
  }

  @Test("Equal seeds give equal weights, others do not, and all are 32-bit floats")
  func seeds() throws {
    let (first, again, other) = (
      try weights(.ibp), try weights(.ibp), try weights(.ibp, seed: 2)
    )
    #expect(first == again)
    #expect(first["conv1.weight"] != other["conv1.weight"])
    #expect(first.values.joined().allSatisfy { Double(Float($0)) == $0 })
    // The numbers themselves are part of what a seed means; these were calculated in Python.
    #expect(
      first["conv1.weight"]?.prefix(3)
        == [0.04696032404899597, 0.1770811527967453, -0.017185864970088005])
  }
}
