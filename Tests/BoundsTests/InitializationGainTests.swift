import Bounds
import Networks
import Tensors
import Testing

@Suite("Widths of intervals at the start of training")
struct InitializationGainTests {
  /// The mean radius before each ReLU of six layers of 1,024, over that of the input.
  private func gains(_ initialization: Initialization) throws -> [Double] {
    let network = try MLP(hidden: [Int](repeating: 1024, count: 6))
      .network(for: ImageTask(shape: [1, 32, 32], classes: 10)).initialized(initialization, seed: 1)
    let radius: Float = 0.01
    let shape = Shape([1] + network.inputShape.dimensions)
    let box = Interval(
      center: Tensor<Float>(repeating: 0.5, shape), radius: Tensor(repeating: radius, shape))
    let state = try Bounder<Tensor<Float>>(network).intervals(over: InputSet(box: box))
    return try network.nodes.filter { $0.operation is ReLU }.map { node in
      let interval = try #require(state.intervals[node.inputs[0]])
      let widths = zip(interval.lower.scalars, interval.upper.scalars).map {
        Double($1) - Double($0)
      }
      return widths.reduce(0, +) / Double(widths.count) / 2 / Double(radius)
    }
  }

  @Test("With IBP weights the radius before every ReLU is twice the input's")
  func ibp() throws {
    let gains = try gains(.ibp)
    #expect(gains.count == 6)
    for gain in gains { #expect(abs(gain / 2 - 1) < 0.05, "\(gains)") }
  }

  @Test("With Xavier's and Kaiming's weights it grows as calculated, to millions")
  func others() throws {
    for (initialization, expected) in [
      (Initialization.xavier, [25.5, 324, 4.2e3, 5.3e4, 6.8e5, 8.7e6]),
      (.kaiming, [36, 654, 1.2e4, 2.1e5, 3.9e6, 6.9e7]),
    ] {
      let gains = try gains(initialization)
      for (gain, known) in zip(gains, expected) {
        #expect(abs(gain / known - 1) < 0.1, "\(gains) against \(expected)")
      }
    }
  }
}
