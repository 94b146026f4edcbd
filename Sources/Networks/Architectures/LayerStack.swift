import Files
import Tensors

/// A network under construction, layer on layer, with names that tell the layers apart.
struct LayerStack {
  private(set) var network: Network
  /// The node that the next layer reads.
  private(set) var last = 0

  private let architecture: String

  /// Starts with the images of a task, normalised if the task says so.
  init(_ architecture: String, _ task: ImageTask) throws(InputError) {
    self.architecture = architecture
    network = Network(input: Shape([1] + task.shape), named: "image")
    try check(task)
    // As 32-bit floats, so that a model file holds the same numbers.
    let (mean, std) = (task.mean.map { Double(Float($0)) }, task.std.map { Double(Float($0)) })
    if mean.contains(where: { $0 != 0 }) {
      let shift = parameter("normalise.mean", [1, mean.count, 1, 1], mean.map { -$0 })
      try add(AddConstant(shift), [last], "normalise.subtract")
    }
    if std.contains(where: { $0 != 1 }) {
      let scale = parameter("normalise.std", [1, std.count, 1, 1], std)
      try add(MultiplyConstant(scale, isQuotient: true), [last], "normalise.divide")
    }
  }

  private func check(_ task: ImageTask) throws(InputError) {
    func problem(_ place: String, _ text: String) -> InputError {
      InputError("architecture \"\(architecture)\"", place: place, text)
    }
    guard task.shape.count == 3, task.shape.allSatisfy({ $0 > 0 }) else {
      throw problem("images", "of shape \(task.shape); expected channels, height and width")
    }
    guard task.classes >= 2 else {
      throw problem("classes", "\(task.classes) of them; expected 2 or more")
    }
    for (name, values) in [("mean", task.mean), ("std", task.std)]
    where values.count != 1 && values.count != task.shape[0] {
      throw problem(
        name, "\(values.count) values for images of \(task.shape[0]) channels; expected as many")
    }
    guard task.mean.allSatisfy(\.isFinite) else {
      throw problem("mean", "\(task.mean) are not all finite numbers")
    }
    guard task.std.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw problem("std", "\(task.std) are not all positive numbers")
    }
  }

  private mutating func parameter(_ name: String, _ shape: Shape, _ values: [Double])
    -> ParameterID
  {
    parameter(name, Tensor(shape, values))
  }

  /// Adds a parameter.
  mutating func parameter(_ name: String, _ value: Tensor<Double>) -> ParameterID {
    network.addParameter(name, value)
  }

  private mutating func parameter(_ name: String, _ shape: Shape, repeating value: Double)
    -> ParameterID
  {
    network.addParameter(name, Tensor(repeating: value, shape))
  }

  /// Adds a node, which the next layer reads.
  @discardableResult
  mutating func add(
    _ operation: any Operation, _ inputs: [Int], _ name: String
  ) throws(InputError) -> Int {
    do throws(ShapeMismatch) {
      last = try network.add(operation, inputs, named: name)
      return last
    } catch {
      throw InputError(
        "architecture \"\(architecture)\"", place: "layer \(name)",
        "images of \(network.inputShape.dropping(1)) do not fit it: \(error)")
    }
  }

  /// Lets the next layer read a node that is there already.
  mutating func goOn(from node: Int) { last = node }

  /// Adds a convolution with a bias.
  mutating func convolution(
    _ layer: ConvolutionLayer, _ name: String, from node: Int? = nil
  ) throws(InputError) {
    let node = node ?? last
    try checkPositive(layer.channels, "channels", name)
    try checkPositive(layer.kernel, "rows in a kernel", name)
    try checkPositive(layer.stride, "rows in a stride", name)
    try checkPositive(layer.groups, "groups", name)
    let inputs = network.nodes[node].shape[1] / layer.groups
    let weight = parameter(
      "\(name).weight", [layer.channels, inputs, layer.kernel, layer.kernel], repeating: 0)
    let bias = parameter("\(name).bias", [layer.channels], repeating: 0)
    let geometry = ConvolutionGeometry(
      stride: [layer.stride, layer.stride],
      padding: [Int](repeating: layer.padding, count: 4), groups: layer.groups)
    try add(Convolution(weight: weight, bias: bias, geometry: geometry), [node], name)
  }

  /// Adds a linear layer, with a bias unless stated.
  mutating func linear(
    _ outputs: Int, _ name: String, from node: Int? = nil, hasBias: Bool = true
  ) throws(InputError) {
    let node = node ?? last
    try checkPositive(outputs, "outputs", name)
    let weight = parameter(
      "\(name).weight", [network.nodes[node].shape[-1], outputs], repeating: 0)
    let bias = hasBias ? parameter("\(name).bias", [outputs], repeating: 0) : nil
    try add(Linear(weight: weight, bias: bias), [node], name)
  }

  /// Adds a batch normalisation that changes nothing yet but for its epsilon, the 32-bit float nearest to
  /// 1e-5, which is what a model file can hold.
  mutating func normalization(_ name: String) throws(InputError) {
    let shape = network.nodes[last].shape
    let channels: Shape = [shape[1]]
    let operation = BatchNormalization(
      scale: parameter("\(name).scale", channels, repeating: 1),
      bias: parameter("\(name).bias", channels, repeating: 0),
      mean: parameter("\(name).mean", channels, repeating: 0),
      variance: parameter("\(name).variance", channels, repeating: 1),
      epsilon: Double(Float(1e-5)), rank: shape.rank)
    try add(operation, [last], name)
  }

  /// Adds a ReLU.
  mutating func relu(_ name: String) throws(InputError) { try add(ReLU(), [last], name) }

  /// Makes a row of an image.
  mutating func flatten() throws(InputError) {
    let shape = network.nodes[last].shape
    guard shape.rank != 2 else { return }
    try add(Reshape(to: [1, shape.count]), [last], "flatten")
  }

  /// Adds hidden linear layers with their ReLUs, and then the classifier.
  mutating func head(
    hidden: [Int], isNormalized: Bool, classes: Int
  ) throws(InputError) -> Network {
    try flatten()
    for (number, size) in hidden.enumerated() {
      let name = "linear\(number + 1)"
      try linear(size, name)
      if isNormalized { try normalization("\(name).bn") }
      try relu("\(name).relu")
    }
    try linear(classes, "classifier")
    var result = network
    result.setOutput(last, named: "logits")
    return result
  }

  private func checkPositive(_ size: Int, _ what: String, _ layer: String) throws(InputError) {
    guard size > 0 else {
      throw InputError(
        "architecture \"\(architecture)\"", place: "layer \(layer)",
        "\(size) \(what); expected 1 or more")
    }
  }
}
