import Tensors

/// The sizes and kinds of a `vit` that a recipe may set; nil leaves the usual ones.
public struct VisionTransformerSettings: Sendable, Hashable {
  /// Height and width of a patch, in pixels.
  public var patch: Int?
  /// The number of blocks.
  public var layers: Int?
  /// The heads of each block.
  public var heads: Int?
  /// How many times wider the first of a block's two layers is.
  public var expansion: Int?
  /// What is added for the places of patches.
  public var positions: VisionTransformer.Positions?
  /// What is normalised.
  public var normalization: VisionTransformer.Normalization?
  /// How branches join the stream.
  public var residual: VisionTransformer.Residual?
  /// The function between a block's two layers.
  public var activation: VisionTransformer.Activation?
  /// What products of queries and keys are multiplied by.
  public var attentionScale: Double?
  /// What logits are made of.
  public var attention: AttentionForm.Logits?
  /// The factor of the schedule by which deeper blocks keep fewer tokens.
  public var modFactor: Double?

  /// Creates settings, all of them nil.
  public init() {}

  /// The names of the settings that are made.
  var made: [String] {
    [
      patch.map { _ in "patch" }, layers.map { _ in "layers" }, heads.map { _ in "heads" },
      expansion.map { _ in "expansion" }, positions.map { _ in "positions" },
      normalization.map { _ in "normalization" }, residual.map { _ in "residual" },
      activation.map { _ in "activation" }, attentionScale.map { _ in "attention-scale" },
      attention.map { _ in "attention" },
      modFactor.map { _ in "mod-factor" },
    ].compactMap(\.self)
  }

  /// The architecture with these settings.
  func architecture(width: Int?) -> VisionTransformer {
    var result = VisionTransformer()
    result.width = width ?? result.width
    result.patch = patch ?? result.patch
    result.layers = layers ?? result.layers
    result.heads = heads ?? result.heads
    result.expansion = expansion ?? result.expansion
    result.positions = positions ?? result.positions
    result.normalization = normalization ?? result.normalization
    result.residual = residual ?? result.residual
    result.activation = activation ?? result.activation
    result.attentionScale = attentionScale
    result.attention = attention ?? result.attention
    result.modFactor = modFactor
    return result
  }
}
