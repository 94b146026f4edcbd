import Datasets
import Files
import Networks
import Properties
import Tensors

/// A network that reads the examples of a data set as they are, and gives an output for each class.
///
/// The normalisation, and the change to channels last where the network wants that, become its first
/// nodes. So regions are stated in pixels, a channel's own deviation makes no ellipsoid of a ball, and a
/// counterexample is an image. A single output becomes two: the threshold, and the output itself, so that class 1 is
/// the larger of the two exactly where the output is above the threshold.
struct ExampleNetwork {
  /// The network.
  let network: Network
  /// The examples as the network reads them.
  let images: ImageSet
  /// What a single output is compared with; nil for a network of several.
  let threshold: Double?

  /// - Parameter threshold: What a single output is compared with; nil for 0, or for 0.5 after a sigmoid.
  /// - Throws: `InputError` when the images or the labels do not fit the network.
  init(
    _ network: Network, for images: ImageSet, _ normalization: Normalization,
    threshold: Double? = nil
  ) throws(InputError) {
    let images = try images.fitted(to: network.inputShape)
    self.images = images
    let outputs = network.outputShape.count
    guard outputs >= 1 else { throw InputError("network", "gives no output") }
    guard outputs == 1 || threshold == nil else {
      throw InputError(
        "--threshold", "is for a network of one output; this one has \(outputs), one for each class"
      )
    }
    let limit = outputs == 1 ? threshold ?? network.usualThreshold : nil
    if let limit, !Float(limit).isFinite {
      throw InputError("--threshold", "\(limit) is not a finite 32-bit number")
    }
    // The comparison is one of 32-bit floats.
    self.threshold = limit.map { Double(Float($0)) }
    try images.checkClasses(outputs: outputs)
    let channels = images.shape[0]
    guard normalization.mean.count == 1 || normalization.mean.count == channels else {
      let what =
        images.kind == .rows ? "rows of \(channels) columns" : "images of \(channels) channels"
      throw InputError(
        "--mean", "\(normalization.mean.count) values for \(what), expected as many")
    }
    do throws(ShapeMismatch) {
      var result = try Self.prefixed(network, images.shape, normalization)
      if let threshold = self.threshold { try result.addThreshold(threshold) }
      self.network = result
    } catch {
      throw InputError("network", error.description)
    }
  }

  static func prefixed(
    _ network: Network, _ image: [Int], _ normalization: Normalization
  ) throws(ShapeMismatch) -> Network {
    let wanted = network.inputShape
    let isMoved = ExampleLayout(network: wanted.dimensions, pictures: image) == .channelsLast
    let first = isMoved ? Shape([1] + image) : wanted
    var result = Network(input: first, named: network.inputName)
    result.precision = network.precision
    for parameter in network.parameters {
      _ = result.addParameter(
        parameter.name, parameter.value, isExact: parameter.isExact, error: parameter.error)
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
    if isMoved {
      input = try result.add(Transpose([0, 2, 3, 1]), [input], named: "channels last")
      input = try result.add(Reshape(to: wanted), [input], named: "input shape")
    }
    var places = [input]
    for node in network.nodes.dropFirst() {
      guard let operation = node.operation else { continue }
      let added = try result.add(operation, node.inputs.map { places[$0] }, named: node.name)
      result.addTensors(node.tensors, of: added)
      places.append(added)
    }
    result.setOutput(places[network.output], named: network.outputName)
    return result
  }
}

extension Network {
  /// What a single output is compared with unless the user says so: 0.5 where a sigmoid gives it, 0 for a logit.
  fileprivate var usualThreshold: Double {
    var node = output
    while let operation = nodes[node].operation {
      if operation is Sigmoid { return 0.5 }
      // Only what keeps the values is looked through.
      guard let affine = operation as? any AffineOperation, affine.movesElementsOnly else {
        return 0
      }
      node = nodes[node].inputs[0]
    }
    return 0
  }

  /// Makes two outputs of one: the threshold, and the output.
  ///
  /// - Soundness: The output is compared as it is, without a subtraction that could round.
  fileprivate mutating func addThreshold(_ threshold: Double) throws(ShapeMismatch) {
    let name = outputName
    let row = try add(Reshape(to: [1, 1]), [output], named: "\(name)/row")
    let weight = addParameter("\(name)/pair", Tensor([1, 2], [0, 1]))
    let bias = addParameter("\(name)/threshold", Tensor([2], [threshold, 0]))
    try add(Linear(weight: weight, bias: bias), [row], named: "\(name)/pair")
    setOutput(output, named: name)
  }
}
