import Networks
import Tensors
import TestSupport
import Testing

/// Every combination of a pooling's attributes over one to three axes, against loops that follow the definition.
@Suite("Poolings over one to three axes")
struct PoolingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var image: [Int]
    var window: PoolingWindow
    var testDescription: String {
      "\(window.size) over \(image), stride \(window.stride), padding \(window.padding), "
        + "dilation \(window.dilation), \(window.roundsUp ? "up" : "down")"
    }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for image in [[7], [6, 5], [3, 4, 5]] {
      let axes = image.count
      for size in 2...3 {
        for stride in 1...3 {
          for dilation in 1...2 where (size - 1) * dilation < image[0] {
            for (before, after) in [(0, 0), (1, 1), (0, 1), (1, 0)] {
              for roundsUp in [false, true] {
                let window = PoolingWindow(
                  size: image.map { _ in size }, stride: image.map { _ in stride },
                  padding: Array(repeating: before, count: axes)
                    + Array(repeating: after, count: axes),
                  dilation: image.map { _ in dilation }, roundsUp: roundsUp)
                cases.append(Case(image: image, window: window))
              }
            }
          }
        }
      }
    }
    return cases
  }()

  /// How many windows the standard has along an axis: rounded up, those that begin in the padding at the end go.
  private func count(_ test: Case, _ axis: Int) -> Int {
    let (window, axes) = (test.window, test.image.count)
    let before = window.padding[axis]
    let padded = before + test.image[axis] + window.padding[axes + axis]
    let reach = window.dilation[axis] * (window.size[axis] - 1) + 1
    var starts: [Int] = []
    for start in stride(from: 0, to: padded, by: window.stride[axis]) {
      let fits = start + reach <= padded
      // The first that does not fit is the last one, if there is anything that it alone sees.
      let sees = starts.isEmpty || (starts.last ?? 0) + reach < padded
      if fits || window.roundsUp && sees && start < before + test.image[axis] {
        starts.append(start)
      }
      if !fits { break }
    }
    return starts.count
  }

  /// All places of a box, the last axis fastest.
  private func places(_ extents: [Int]) -> [[Int]] {
    extents.reduce([[]]) { places, extent in
      places.flatMap { place in (0..<extent).map { place + [$0] } }
    }
  }

  private func values(
    _ operation: any Networks.Operation, _ x: Tensor<Double>
  ) throws -> [Double] {
    var network = Network(input: x.shape)
    try network.add(operation, [0])
    return network.evaluate(
      x.reshaped(Shape([1] + x.shape.dimensions)), network.parameters(as: Tensor<Double>.self)
    ).scalars
  }

  @Test("Means and maxima are those of the elements of each window", arguments: cases)
  func values(test: Case) throws {
    let (window, image) = (test.window, test.image)
    var random = SplitMix64(seed: 17)
    let x = random.tensor(Shape([1, 1] + image))
    let strides = Shape(image).strides
    let mean = try values(AveragePool(window), x)
    let counting = try values(AveragePool(window, countsPadding: true), x)
    let largest = try values(MaxPool(window), x)
    let outputs = places(image.indices.map { count(test, $0) })
    #expect(mean.count == outputs.count)
    for (at, output) in outputs.enumerated() {
      var inside: [Double] = []
      var counted = 0
      for tap in places(window.size) {
        let place = image.indices.map {
          output[$0] * window.stride[$0] - window.padding[$0] + tap[$0] * window.dilation[$0]
        }
        if image.indices.allSatisfy({ place[$0] >= 0 && place[$0] < image[$0] }) {
          inside.append(x.scalars[zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }])
        }
        let axes = image.count
        if image.indices.allSatisfy({ place[$0] < image[$0] + window.padding[axes + $0] }) {
          counted += 1
        }
      }
      let sum = inside.reduce(0, +)
      #expect(abs(mean[at] - sum / Double(inside.count)) < 1e-14)
      #expect(abs(counting[at] - sum / Double(counted)) < 1e-14)
      #expect(largest[at] == inside.max())
    }
  }
}
