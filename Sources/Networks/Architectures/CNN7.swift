/// Five convolutions, a hidden linear layer and the classifier: the network of most certified training.
///
/// With normalisation everywhere it is the one of Shi et al., "Fast certified robust training with short
/// warmup", 2021; with normalisation after convolutions only the `cnn_7layer_bn` of other code; without, the
/// large network of Gowal et al., "On the effectiveness of interval bound propagation", 2018, but for its
/// padding, which is symmetric here.
public struct CNN7: ChainArchitecture {
  /// The channels of the first two convolutions; the others have twice as many.
  public var width: Int
  /// The size of the hidden linear layer.
  public var linear: Int
  /// Which layers are normalised.
  public var normalization: NormalizationPlacement
  /// The stride of the fifth convolution: 1, or 2 for images of 64x64.
  public var lastStride: Int

  /// Creates an architecture.
  public init(
    width: Int = 64, linear: Int = 512, normalization: NormalizationPlacement = .full,
    lastStride: Int = 1
  ) {
    self.width = width
    self.linear = linear
    self.normalization = normalization
    self.lastStride = lastStride
  }

  /// The variant for images of 64x64.
  public static let tinyImageNet = CNN7(lastStride: 2)

  public var name: String { "cnn-7" }
  public var chain: LayerChain {
    LayerChain(
      named: name,
      convolutions: [
        .init(width, 3, padding: 1), .init(width, 3, padding: 1),
        .init(2 * width, 3, stride: 2, padding: 1), .init(2 * width, 3, padding: 1),
        .init(2 * width, 3, stride: lastStride, padding: 1),
      ], hidden: [linear], normalization: normalization)
  }
}
