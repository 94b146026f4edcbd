import Networks
import Tensors
import TestSupport
import Testing

/// Convolutions and poolings against loops that follow the definition.
@Suite("Operations on windows")
struct WindowTests {
  struct Geometry: Sendable, CustomStringConvertible {
    var description: String
    var geometry: ConvolutionGeometry
    var channels: Int
  }

  static let geometries = ConvolutionCase.geometries.map {
    Geometry(description: $0.0, geometry: $0.1, channels: $0.channels)
  }

  /// The element of an image, zero outside it.
  private func pixel(_ x: Tensor<Double>, _ c: Int, _ y: Int, _ xx: Int) -> Double? {
    guard y >= 0, y < x.shape[2], xx >= 0, xx < x.shape[3] else { return nil }
    return x[0, c, y, xx]
  }

  @Test("A convolution sums kernel times pixel", arguments: geometries)
  func convolution(geometry: Geometry) throws {
    var random = SplitMix64(seed: 5)
    let g = geometry.geometry
    let x = random.tensor([1, geometry.channels, 5, 6])
    let perGroup = geometry.channels / g.groups
    let (weight, bias) = (random.tensor([4, perGroup, 3, 2]), random.tensor([4]))
    var network = Network(input: x.shape)
    let (w, b) = (network.addParameter("w", weight), network.addParameter("b", bias))
    try network.add(Convolution(weight: w, bias: b, geometry: g), [0])
    let y = evaluate(network, x)
    for o in 0..<4 {
      for i in 0..<y.shape[2] {
        for j in 0..<y.shape[3] {
          var sum = bias[o]
          for c in 0..<perGroup {
            for ky in 0..<3 {
              for kx in 0..<2 {
                let row = i * g.stride[0] - g.padding[0] + ky * g.dilation[0]
                let column = j * g.stride[1] - g.padding[1] + kx * g.dilation[1]
                let channel = o / (4 / g.groups) * perGroup + c
                sum += weight[o, c, ky, kx] * (pixel(x, channel, row, column) ?? 0)
              }
            }
          }
          #expect(abs(y[0, o, i, j] - sum) < 1e-13)
        }
      }
    }
  }

  @Test("A transposed convolution spreads each pixel over its window", arguments: geometries)
  func transposedConvolution(geometry: Geometry) throws {
    var random = SplitMix64(seed: 6)
    let g = geometry.geometry
    let extra = g.stride.map { $0 - 1 }
    let x = random.tensor([1, geometry.channels, 4, 3])
    let weight = random.tensor([geometry.channels, 2, 3, 2])
    var network = Network(input: x.shape)
    let w = network.addParameter("w", weight)
    try network.add(TransposedConvolution(weight: w, geometry: g, outputPadding: extra), [0])
    let y = evaluate(network, x)
    var expected = Tensor<Double>(repeating: 0, y.shape)
    let perGroup = geometry.channels / g.groups
    for c in 0..<geometry.channels {
      for i in 0..<4 {
        for j in 0..<3 {
          for o in 0..<2 {
            for ky in 0..<3 {
              for kx in 0..<2 {
                let row = i * g.stride[0] - g.padding[0] + ky * g.dilation[0]
                let column = j * g.stride[1] - g.padding[1] + kx * g.dilation[1]
                let channel = c / perGroup * 2 + o
                guard pixel(y, channel, row, column) != nil else { continue }
                expected[0, channel, row, column] += weight[c, o, ky, kx] * x[0, c, i, j]
              }
            }
          }
        }
      }
    }
    #expect(largestRelativeDifference(y.scalars, expected.scalars, floor: 1) < 1e-13)
  }

  @Test("Poolings take the mean and the maximum of what lies in the window", arguments: geometries)
  func pooling(geometry: Geometry) throws {
    var random = SplitMix64(seed: 7)
    var g = geometry.geometry
    g.groups = 1
    let window = PoolingWindow(size: [3, 2], geometry: g)
    let x = random.tensor([1, 2, 5, 6])
    let (mean, largest) = (
      try evaluate(AveragePool(window), x), try evaluate(MaxPool(window), x)
    )
    let counting = try evaluate(AveragePool(window, countsPadding: true), x)
    for c in 0..<2 {
      for i in 0..<mean.shape[2] {
        for j in 0..<mean.shape[3] {
          let pixels = (0..<6).compactMap { tap in
            pixel(
              x, c, i * g.stride[0] - g.padding[0] + tap / 2 * g.dilation[0],
              j * g.stride[1] - g.padding[1] + tap % 2 * g.dilation[1])
          }
          let sum = pixels.reduce(0, +)
          #expect(abs(mean[0, c, i, j] - sum / Double(pixels.count)) < 1e-14)
          #expect(abs(counting[0, c, i, j] - sum / 6) < 1e-14)
          #expect(largest[0, c, i, j] == pixels.max())
        }
      }
    }
  }

  @Test("Windows that do not fit are refused")
  func refusals() {
    var network = Network(input: [1, 2, 4, 4])
    let w = network.addParameter("w", Tensor(repeating: 1, [3, 2, 5, 5]))
    #expect(throws: ShapeMismatch.self) { try network.add(Convolution(weight: w), [0]) }
    let t = network.addParameter("t", Tensor(repeating: 1, [2, 1, 2, 2]))
    #expect(throws: ShapeMismatch.self) {
      try network.add(TransposedConvolution(weight: t, outputPadding: [1, 0]), [0])
    }
    let inPadding = PoolingWindow(
      size: [1, 1], geometry: ConvolutionGeometry(padding: [1, 1, 1, 1]))
    #expect(throws: ShapeMismatch.self) { try network.add(MaxPool(inPadding), [0]) }
    #expect(throws: ShapeMismatch.self) { try network.add(AveragePool(inPadding), [0]) }
  }

  private func evaluate(_ operation: any Operation, _ x: Tensor<Double>) throws -> Tensor<Double> {
    var network = Network(input: x.shape)
    try network.add(operation, [0])
    return evaluate(network, x)
  }

  private func evaluate(_ network: Network, _ x: Tensor<Double>) -> Tensor<Double> {
    let batch = x.reshaped(Shape([1] + x.shape.dimensions))
    let y = network.evaluate(batch, network.parameters(as: Tensor<Double>.self))
    return y.reshaped(y.shape.dropping(1))
  }
}
