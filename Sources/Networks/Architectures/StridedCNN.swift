/// The small networks of the CROWN-IBP experiments: two or four convolutions of even kernels, not normalised.
///
/// Source: Zhang et al., "Towards stable and efficient training of verifiably robust neural networks", 2020.
public struct StridedCNN: ChainArchitecture {
  /// Whether there are four convolutions and two hidden layers instead of two and one.
  public var isDeep: Bool
  /// The channels of the first convolution are four times this.
  public var width: Int
  /// The size of every hidden linear layer.
  public var linear: Int
  /// Which layers are normalised; none as published.
  public var normalization: NormalizationPlacement

  /// Creates an architecture, with the published size of the linear layer where none is given.
  public init(
    isDeep: Bool = false, width: Int = 1, linear: Int? = nil,
    normalization: NormalizationPlacement = .none
  ) {
    self.isDeep = isDeep
    self.width = width
    self.linear = linear ?? (isDeep ? 256 : 128)
    self.normalization = normalization
  }

  public var name: String { isDeep ? "strided-4" : "strided-2" }
  public var chain: LayerChain {
    func pair(_ channels: Int) -> [ConvolutionLayer] {
      let halving = ConvolutionLayer(channels, 4, stride: 2, padding: 1)
      return isDeep ? [.init(channels, 3, padding: 1), halving] : [halving]
    }
    return LayerChain(
      named: name, convolutions: pair(4 * width) + pair(8 * width),
      hidden: [Int](repeating: linear, count: isDeep ? 2 : 1), normalization: normalization)
  }
}
