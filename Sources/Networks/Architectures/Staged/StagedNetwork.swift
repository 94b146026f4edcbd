import Files
import Tensors

/// Stages of convolutions, attention or recurrences, then hidden linear layers and the classifier: what `surety search` looks for.
///
/// A stage of convolutions is a chain of them. A stage of another kind begins with a convolution, too, which sets width and size of the
/// map; each of its blocks adds to every place first what it reads from others (attention, delta or decay) and then two layers of its own
/// channels. Everything is made of operations that training, bounds and model files know.
///
/// The search over such stages is that of Fu et al., "Nemotron-Flash: towards latency-optimal hybrid small language models" (NeurIPS 2025).
public struct StagedNetwork: Architecture {
  /// The stages, from the image up.
  public var stages: [NetworkStage]
  /// The size of the hidden linear layer; nil for none.
  public var linear: Int?
  /// Which layers are normalised.
  public var normalization: NormalizationPlacement

  /// Creates an architecture; without stages two of convolutions.
  public init(
    _ stages: [NetworkStage] = Self.usualStages, linear: Int? = nil,
    normalization: NormalizationPlacement = .full
  ) {
    (self.stages, self.linear, self.normalization) = (stages, linear, normalization)
  }

  /// The name in recipes.
  public static var name: String { "staged" }
  public var name: String { Self.name }

  /// The stages of a recipe that names none.
  public static let usualStages = [
    NetworkStage(.convolution, width: 16, stride: 2),
    NetworkStage(.convolution, width: 32, stride: 2),
  ]

  /// The places along a row or a column that a recurrence may have: each is written out in the graph.
  public static let longestLine = 64

  public func network(for task: ImageTask) throws(InputError) -> Network {
    var stack = try LayerStack(name, task)
    guard !stages.isEmpty else {
      throw InputError("architecture \"\(name)\"", place: "stages", "none; expected one at least")
    }
    for (number, stage) in stages.enumerated() {
      try add(stage, "stage\(number + 1)", to: &stack)
    }
    return try stack.head(
      hidden: linear.map { [$0] } ?? [], isNormalized: normalization == .full,
      classes: task.classes)
  }

  private func add(
    _ stage: NetworkStage, _ name: String, to stack: inout LayerStack
  ) throws(InputError) {
    guard stage.blocks > 0 else {
      throw InputError("architecture \"\(self.name)\"", place: name, "0 blocks; expected 1 or more")
    }
    guard stage.kind != .convolution else {
      for block in 1...stage.blocks {
        try layer(stage.width, block == 1 ? stage.stride : 1, "\(name).conv\(block)", &stack)
      }
      return
    }
    try layer(stage.width, stage.stride, "\(name).entry", &stack)
    for block in 1...stage.blocks {
      let name = "\(name).block\(block)"
      let stream = stack.last
      if normalization != .none { try stack.normalization("\(name).bn") }
      // Every other block goes along the columns, so that two blocks see the whole map.
      let mixer = TokenMixer(name, in: self.name, along: block % 2 == 1 ? .rows : .columns)
      try mixer.add(stage.kind, to: &stack)
      try stack.add(Add(), [stream, stack.last], "\(name).sum")
      try addChannelLayers(stage.width, "\(name).channels", to: &stack)
    }
  }

  private func layer(
    _ width: Int, _ stride: Int, _ name: String, _ stack: inout LayerStack
  ) throws(InputError) {
    try stack.convolution(.init(width, 3, stride: stride, padding: 1), name)
    if normalization != .none { try stack.normalization("\(name).bn") }
    try stack.relu("\(name).relu")
  }

  /// Adds two layers of each place's channels, the first twice as wide, beside a residual connection.
  private func addChannelLayers(
    _ width: Int, _ name: String, to stack: inout LayerStack
  ) throws(InputError) {
    let stream = stack.last
    try stack.convolution(.init(2 * width, 1), "\(name).rising")
    if normalization != .none { try stack.normalization("\(name).bn") }
    try stack.relu("\(name).relu")
    try stack.convolution(.init(width, 1), "\(name).falling")
    try stack.add(Add(), [stream, stack.last], "\(name).sum")
  }
}
