/// Two or three convolutions and a hidden linear layer, not normalised.
///
/// Source: the networks ConvMed and ConvMedBig of the DiffAI line of work (Mirman et al., 2018).
public struct ConvMed: ChainArchitecture {
  /// Whether one more convolution comes first.
  public var isBig: Bool
  /// The channels of the first convolution; the last one has four times as many.
  public var width: Int
  /// The size of the hidden linear layer.
  public var linear: Int
  /// Which layers are normalised; none as published.
  public var normalization: NormalizationPlacement

  /// Creates an architecture.
  public init(
    isBig: Bool = false, width: Int = 32, linear: Int = 250,
    normalization: NormalizationPlacement = .none
  ) {
    self.isBig = isBig
    self.width = width
    self.linear = linear
    self.normalization = normalization
  }

  public var name: String { isBig ? "conv-med-big" : "conv-med" }
  public var chain: LayerChain {
    let first: [ConvolutionLayer] =
      isBig
      ? [.init(width, 3, padding: 1), .init(width, 4, stride: 2, padding: 1)]
      : [.init(width, 5, stride: 2, padding: 2)]
    return LayerChain(
      named: name, convolutions: first + [.init(4 * width, 4, stride: 2, padding: 1)],
      hidden: [linear], normalization: normalization)
  }
}
