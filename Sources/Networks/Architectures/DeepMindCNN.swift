/// The tiny, small and medium networks of the first large study of interval training; none is normalised.
///
/// The large one of that study is `CNN7(normalization: .none)`.
///
/// Source: Gowal et al., "On the effectiveness of interval bound propagation for training verifiably robust
/// models", 2018.
public struct DeepMindCNN: ChainArchitecture {
  /// The sizes there are.
  public enum Size: String, Sendable, Hashable, CaseIterable {
    /// A hidden linear layer.
    case tiny
    /// Two convolutions and a hidden linear layer.
    case small
    /// Four convolutions and two hidden linear layers.
    case medium
  }

  /// The size.
  public var size: Size
  /// The channels of the first convolution; the last ones have twice as many. The tiny network has none.
  public var width: Int
  /// The size of every hidden linear layer.
  public var linear: Int
  /// Which layers are normalised; none as published.
  public var normalization: NormalizationPlacement

  /// Creates an architecture, with the published sizes where none are given.
  public init(
    _ size: Size, width: Int? = nil, linear: Int? = nil,
    normalization: NormalizationPlacement = .none
  ) {
    self.size = size
    self.width = width ?? (size == .medium ? 32 : 16)
    self.linear = linear ?? (size == .medium ? 512 : 100)
    self.normalization = normalization
  }

  public var name: String { "dm-\(size.rawValue)" }
  public var chain: LayerChain {
    let hidden = [Int](repeating: linear, count: size == .medium ? 2 : 1)
    return LayerChain(
      named: name, convolutions: convolutions, hidden: hidden, normalization: normalization)
  }

  private var convolutions: [ConvolutionLayer] {
    switch size {
    case .tiny: []
    case .small: [.init(width, 4, stride: 2), .init(2 * width, 4)]
    case .medium:
      [
        .init(width, 3), .init(width, 4, stride: 2), .init(2 * width, 3),
        .init(2 * width, 4, stride: 2),
      ]
    }
  }
}
