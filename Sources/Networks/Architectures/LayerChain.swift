import Files

/// Convolutions in a row, then hidden linear layers, each with a ReLU, then the classifier.
public struct LayerChain: Architecture {
  public var name: String
  /// The convolutions, from the image up.
  public var convolutions: [ConvolutionLayer]
  /// The sizes of the hidden linear layers.
  public var hidden: [Int]
  /// Which layers are normalised.
  public var normalization: NormalizationPlacement

  /// Creates a chain.
  public init(
    named name: String, convolutions: [ConvolutionLayer], hidden: [Int],
    normalization: NormalizationPlacement
  ) {
    self.name = name
    self.convolutions = convolutions
    self.hidden = hidden
    self.normalization = normalization
  }

  public func network(for task: ImageTask) throws(InputError) -> Network {
    var stack = try LayerStack(name, task)
    for (number, layer) in convolutions.enumerated() {
      let name = "conv\(number + 1)"
      try stack.convolution(layer, name)
      if normalization != .none { try stack.normalization("\(name).bn") }
      try stack.relu("\(name).relu")
    }
    return try stack.head(
      hidden: hidden, isNormalized: normalization == .full, classes: task.classes)
  }
}

/// An architecture that is a chain of layers.
public protocol ChainArchitecture: Architecture {
  /// The layers.
  var chain: LayerChain { get }
}

extension ChainArchitecture {
  /// Builds the network for a task.
  public func network(for task: ImageTask) throws(InputError) -> Network {
    try chain.network(for: task)
  }
}

/// Hidden linear layers and a classifier.
public struct MLP: ChainArchitecture {
  /// The sizes of the hidden layers.
  public var hidden: [Int]
  /// Whether the hidden layers are followed by batch normalisation.
  public var isNormalized: Bool

  /// Creates an architecture.
  public init(hidden: [Int], isNormalized: Bool = false) {
    self.hidden = hidden
    self.isNormalized = isNormalized
  }

  public var name: String { "mlp" }
  public var chain: LayerChain {
    LayerChain(
      named: name, convolutions: [], hidden: hidden, normalization: isNormalized ? .full : .none)
  }
}
