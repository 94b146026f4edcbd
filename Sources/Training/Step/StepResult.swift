import Tensors

/// What one step of training found, before the weights move.
public struct StepResult<Base: TensorAlgebra>: Sendable {
  /// The loss that is minimised.
  public var loss = 0.0
  /// The cross-entropy of the images as they are.
  public var cleanLoss = 0.0
  /// The loss of the method over the region; nil where there is no region.
  public var robustLoss: Double?
  /// The regularisers before their weight; 0 where they are off.
  public var regularization = 0.0
  /// The distance from the teacher before its weight; nil where there is no teacher.
  public var distillation: Double?
  /// The images that are classified rightly.
  public var cleanCorrect = 0
  /// The images whose bounds show it for the whole region of the step; nil where margins were not bounded.
  public var verifiedCorrect: Int?
  /// The gradient by each trainable parameter, in order.
  public var gradients: [Base] = []
  /// The batch's statistics at each normalisation.
  var moments: [BatchMoments<Base>] = []
  /// What the layers of ReLUs look like; empty where nothing was bounded.
  public var layers: [LayerStatistics] = []
}
