import Networks
import Properties
import Tensors

/// Measures what single precision loses on the way through a network.
///
/// How much large numbers that cancel cost shows in no output of ordinary size. So the network is run in both
/// precisions at some inputs of a region, and the largest difference is taken. A ReLU hides what was lost where it
/// gives 0, though a bound may hang on it; so the same is done with every ReLU open on both sides, at half the
/// slope on the lower one, and with clippings and maxima alike.
///
/// - Soundness: A measurement, no bound: inputs between those that were run, and the steps of a bound, may lose
///   more. `Judgement` leaves room of a hundred times what was measured.
public struct RoundingProbe: Sendable {
  /// What was measured over one region.
  public struct Sample: Sendable {
    /// The output at the middle of the region, in double.
    public var output: [Double]
    /// The largest error of an output in single precision; infinite where a number was not finite.
    public var noise: Double

    /// What a linear function of the outputs may inherit.
    ///
    /// - Parameter weight: The sum of the sizes of its coefficients.
    public func noise(weight: Double) -> Double { weight == 0 ? 0 : weight * noise }
  }

  /// The network, and the same with its ReLUs open.
  private let forms: [Network]
  private let single: Parameters<Tensor<Float>>
  private let double: Parameters<Tensor<Double>>
  /// The inputs that are run in each region: its middle, and others whose coordinates have many digits.
  private static let points = 4

  /// Prepares measurements on a network.
  public init(_ network: Network) {
    let open = network.replacingOperations(opened(_:))
    forms = [network, open]
    single = network.parameters(as: Tensor<Float>.self)
    double = network.parameters(as: Tensor<Double>.self)
  }

  private var network: Network { forms[0] }

  /// The measurement for each region.
  public func samples(over regions: [Region]) -> [Sample] {
    var samples: [Sample] = []
    let elements = network.nodes.reduce(1) { $0 + $1.shape.count }
    let batch = max(1, min(64, 1_000_000 / elements))
    for first in stride(from: 0, to: regions.count, by: batch) {
      let part = Array(regions[first..<min(first + batch, regions.count)])
      let x = inputs(of: part)
      let converted = Tensor<Float>(converting: x)
      let exact = forms.map { $0.evaluate(x, double) }
      let noise = zip(forms, exact).map { errors(of: $0.evaluate(converted, single), against: $1) }
      let values = exact[0].scalars
      let size = network.outputShape.count
      for index in part.indices {
        let middle = index * Self.points * size
        samples.append(
          Sample(
            output: Array(values[middle..<middle + size]),
            noise: noise.reduce(0) { max($0, $1[index]) }))
      }
    }
    return samples
  }

  /// The largest error of an element of each node over one region, by node.
  public func nodeNoise(over region: Region) -> [Double] {
    let x = inputs(of: [region])
    let converted = Tensor<Float>(converting: x)
    var noise = [Double](repeating: 0, count: network.nodes.count)
    for form in forms {
      var exact = [Tensor<Double>?](repeating: nil, count: network.nodes.count)
      _ = form.evaluate(x, double) { exact[$0] = $1 }
      _ = form.evaluate(converted, single) { node, values in
        guard let known = exact[node] else { return }
        noise[node] = max(noise[node], errors(of: values, against: known)[0])
      }
    }
    return noise
  }

  /// The inputs of some regions, region after region.
  private func inputs(of regions: [Region]) -> Tensor<Double> {
    var values: [Double] = []
    for region in regions {
      values += region.center
      for point in 1..<Self.points {
        // Multiples of an irrational number are spread evenly and end in no zeros.
        var place = Double(point) * 0.381966011250105
        for (low, high) in zip(region.lower, region.upper) {
          place += 0.618033988749895
          values.append(low + (high - low) * (place - place.rounded(.down)))
        }
      }
    }
    return Tensor(
      Shape([regions.count * Self.points] + network.inputShape.dimensions),
      // Both precisions start from the same numbers.
      values.map { Double(Float($0)) })
  }

  /// The largest difference of each region's values.
  private func errors(of values: Tensor<Float>, against exact: Tensor<Double>) -> [Double] {
    let regions = exact.shape[0] / Self.points
    let size = exact.count / max(1, regions)
    return values.withElements { values in
      exact.withElements { exact in
        (0..<regions).map { region in
          (region * size..<(region + 1) * size).reduce(0) { largest, i in
            let error = abs(Double(values[i]) - exact[i])
            return error.isFinite ? max(largest, error) : .infinity
          }
        }
      }
    }
  }
}
