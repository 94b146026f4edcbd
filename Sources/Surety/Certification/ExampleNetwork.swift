import Datasets
import Files
import Networks
import Properties
import Tensors

/// A network that reads the images of a data set as they are: pixel values from 0 to 1, channels first.
///
/// The normalisation, and the change to channels last where the network wants that, become its first
/// nodes. So regions are stated in pixels, a channel's own deviation makes no ellipsoid of a ball, and a
/// counterexample is an image.
struct ExampleNetwork {
  /// The network.
  let network: Network

  /// - Throws: `InputError` when the images or the labels do not fit the network.
  init(
    _ network: Network, for images: ImageSet, _ normalization: Normalization
  ) throws(InputError) {
    let shape = images.shape
    let size = shape.map(String.init).joined(separator: "x")
    guard network.inputShape.count == images.imageSize else {
      throw InputError(
        images.name,
        "images have \(images.imageSize) elements (\(size)), the network takes "
          + "\(network.inputShape.count) (\(network.inputShape))")
    }
    // With one output no other class exists, and every image would be certified for want of a question.
    guard network.outputShape.count >= 2 else {
      throw InputError(
        "network",
        "gives \(network.outputShape.count) output; certifying an answer needs 2 classes at least")
    }
    guard network.outputShape.count >= images.classes.count else {
      throw InputError(
        images.name,
        "has \(images.classes.count) classes, the network has \(network.outputShape.count) outputs")
    }
    guard normalization.mean.count == 1 || normalization.mean.count == shape[0] else {
      throw InputError(
        "--mean",
        "\(normalization.mean.count) values for images of \(shape[0]) channels, expected as many")
    }
    do throws(ShapeMismatch) {
      self.network = try Self.prefixed(network, images.shape, normalization)
    } catch {
      throw InputError("network", error.description)
    }
  }

  private static func prefixed(
    _ network: Network, _ image: [Int], _ normalization: Normalization
  ) throws(ShapeMismatch) -> Network {
    let wanted = network.inputShape
    // [height, width, channels] with more than one channel: the network wants channels last.
    let significant =
      wanted.dimensions.count > 3 ? Array(wanted.dimensions.suffix(3)) : wanted.dimensions
    let wantsChannelsLast =
      image.count == 3 && image[0] > 1 && significant == [image[1], image[2], image[0]]
      && significant != image
    let first = wantsChannelsLast ? Shape([1] + image) : wanted
    var result = Network(input: first, named: network.inputName)
    result.precision = network.precision
    for parameter in network.parameters {
      _ = result.addParameter(parameter.name, parameter.value)
    }
    var input = 0
    if normalization != .none {
      func spread(_ values: [Float]) -> Tensor<Double> {
        let area = image.dropFirst().reduce(1, *)
        let channels = image.first ?? 1
        let all = (0..<channels).flatMap { channel in
          [Double](repeating: Double(values[values.count == 1 ? 0 : channel]), count: area)
        }
        return Tensor(first, all)
      }
      let shift = result.addParameter("mean", spread(normalization.mean).scaled(by: -1, adding: 0))
      let scale = result.addParameter("std", spread(normalization.std))
      input = try result.add(AddConstant(shift), [input], named: "normalise/mean")
      input = try result.add(
        MultiplyConstant(scale, isQuotient: true), [input], named: "normalise/std")
    }
    if wantsChannelsLast {
      input = try result.add(Transpose([0, 2, 3, 1]), [input], named: "channels last")
      input = try result.add(Reshape(to: wanted), [input], named: "input shape")
    }
    var places = [input]
    for node in network.nodes.dropFirst() {
      guard let operation = node.operation else { continue }
      places.append(
        try result.add(operation, node.inputs.map { places[$0] }, named: node.name))
    }
    result.setOutput(places[network.output], named: network.outputName)
    return result
  }
}
