/// Two to four convolutions: networks that train in minutes.
///
/// CNN-3, CNN-4 and CNN-5 are those of the CTBench code (Mao et al., "CTBench: a library and benchmark for
/// certified training", 2025), CNN-6 that of the code of Shi et al., 2021.
public struct ShallowCNN: ChainArchitecture {
  /// The number of layers with weights, the classifier included.
  public enum Depth: Int, Sendable, Hashable, CaseIterable {
    /// Two convolutions.
    case three = 3
    /// Two convolutions and a hidden linear layer.
    case four
    /// Three convolutions and a hidden linear layer.
    case five
    /// Four convolutions and a hidden linear layer.
    case six
  }

  /// The number of layers.
  public var depth: Depth
  /// The channels of the first convolution; the last ones have twice as many.
  public var width: Int
  /// The size of the hidden linear layer; CNN-3 has none.
  public var linear: Int
  /// Which layers are normalised.
  public var normalization: NormalizationPlacement

  /// Creates an architecture, with the published sizes where none are given.
  public init(
    _ depth: Depth, width: Int? = nil, linear: Int? = nil,
    normalization: NormalizationPlacement = .full
  ) {
    self.depth = depth
    self.width = width ?? (depth == .six ? 32 : 16)
    self.linear = linear ?? (depth == .six ? 256 : 512)
    self.normalization = normalization
  }

  public var name: String { "cnn-\(depth.rawValue)" }
  public var chain: LayerChain {
    LayerChain(
      named: name, convolutions: convolutions, hidden: depth == .three ? [] : [linear],
      normalization: normalization)
  }

  private var convolutions: [ConvolutionLayer] {
    switch depth {
    case .three, .four:
      [.init(width, 5, stride: 2, padding: 2), .init(2 * width, 4, stride: 2, padding: 1)]
    case .five:
      [
        .init(width, 3, padding: 1), .init(width, 4, stride: 2, padding: 1),
        .init(2 * width, 4, stride: 2, padding: 1),
      ]
    case .six:
      [
        .init(width, 3, padding: 1), .init(width, 3, padding: 1),
        .init(2 * width, 3, stride: 2, padding: 1), .init(2 * width, 3, padding: 1),
      ]
    }
  }
}
