import Files

/// Three stages of residual blocks with grouped convolutions, a hidden linear layer and the classifier,
/// normalised throughout.
///
/// Source: `resnext` in the code of Shi et al., "Fast certified robust training with short warmup", 2021.
public struct ResNeXt: Architecture {
  /// The channels of the first convolution and of the grouped ones of the first stage; they double from
  /// stage to stage.
  public var width: Int
  /// The blocks of each stage.
  public var blocks: [Int]
  /// Into how many groups the channels of a grouped convolution fall.
  public var groups: Int
  /// The size of the hidden linear layer.
  public var linear: Int

  /// Creates an architecture.
  public init(width: Int = 64, blocks: [Int] = [1, 1, 1], groups: Int = 2, linear: Int = 512) {
    self.width = width
    self.blocks = blocks
    self.groups = groups
    self.linear = linear
  }

  /// The variant for images of 64x64.
  public static let tinyImageNet = ResNeXt(width: 16, blocks: [2, 2, 2])

  public var name: String { "resnext" }

  public func network(for task: ImageTask) throws(InputError) -> Network {
    var stack = try LayerStack(name, task)
    try stack.normalized(.init(width, 3, padding: 1), "conv1")
    try stack.relu("conv1.relu")
    let groups = groups
    for (stage, count) in blocks.enumerated() {
      let channels = width << stage
      for block in 0..<count {
        let stride = stage > 0 && block == 0 ? 2 : 1
        try stack.residual("stage\(stage + 1).block\(block + 1)", stride: stride) {
          (stack, name, stride) throws(InputError) in
          try stack.normalized(.init(channels, 1), "\(name).conv1")
          try stack.relu("\(name).relu1")
          try stack.normalized(
            .init(channels, 3, stride: stride, padding: 1, groups: groups), "\(name).conv2")
          try stack.relu("\(name).relu2")
          try stack.normalized(.init(2 * channels, 1), "\(name).conv3")
        }
      }
    }
    return try stack.head(hidden: [linear], isNormalized: true, classes: task.classes)
  }
}
