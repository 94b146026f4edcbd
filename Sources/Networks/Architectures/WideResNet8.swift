import Files

/// Three residual blocks of growing width, a hidden linear layer and the classifier, normalised throughout.
///
/// The ReLU of a block follows the sum. There is no pooling. Source: `wide_resnet_8` in the code of Shi et
/// al., "Fast certified robust training with short warmup", 2021.
public struct WideResNet8: Architecture {
  /// The blocks have 16, 32 and 64 times this many channels.
  public var widening: Int
  /// The size of the hidden linear layer.
  public var linear: Int

  /// Creates an architecture.
  public init(widening: Int = 8, linear: Int = 512) {
    self.widening = widening
    self.linear = linear
  }

  /// The variant for images of 64x64.
  public static let tinyImageNet = WideResNet8(widening: 10)

  public var name: String { "wide-resnet-8" }

  public func network(for task: ImageTask) throws(InputError) -> Network {
    var stack = try LayerStack(name, task)
    try stack.normalized(.init(16, 3, padding: 1), "conv1")
    try stack.relu("conv1.relu")
    for (stage, factor) in [1, 2, 4].enumerated() {
      let channels = 16 * widening * factor
      try stack.residual("block\(stage + 1)", stride: stage == 0 ? 1 : 2) {
        (stack, name, stride) throws(InputError) in
        try stack.normalized(.init(channels, 3, stride: stride, padding: 1), "\(name).conv1")
        try stack.relu("\(name).relu1")
        try stack.normalized(.init(channels, 3, padding: 1), "\(name).conv2")
      }
    }
    return try stack.head(hidden: [linear], isNormalized: true, classes: task.classes)
  }
}

extension LayerStack {
  /// Adds a convolution and its normalisation.
  mutating func normalized(
    _ layer: ConvolutionLayer, _ name: String, from node: Int? = nil
  ) throws(InputError) {
    try convolution(layer, name, from: node)
    try normalization("\(name).bn")
  }

  /// Adds a block whose input is added to its output before a ReLU, through a convolution of size 1 where
  /// the shape changes.
  mutating func residual(
    _ name: String, stride: Int,
    _ block: (inout LayerStack, String, Int) throws(InputError) -> Void
  ) throws(InputError) {
    let input = last
    try block(&self, name, stride)
    let output = last
    var shortcut = input
    if network.nodes[input].shape != network.nodes[output].shape {
      let channels = network.nodes[output].shape[1]
      try normalized(.init(channels, 1, stride: stride), "\(name).shortcut", from: input)
      shortcut = last
    }
    try add(Add(), [output, shortcut], "\(name).add")
    try relu("\(name).relu")
  }
}
