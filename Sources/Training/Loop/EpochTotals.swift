import Records
import Tensors

/// Sums over the batches of an epoch.
public struct EpochTotals: Sendable, Hashable, Codable {
  /// The images.
  public var images = 0
  /// The images of batches that had a region.
  public var boundedImages = 0
  /// The batches.
  public var batches = 0
  /// The batches of which the layers are known.
  public var layerBatches = 0
  /// The losses, weighed by images.
  public var loss = 0.0
  /// The clean losses, weighed by images.
  public var cleanLoss = 0.0
  /// The losses over the region, weighed by images.
  public var robustLoss = 0.0
  /// The regularisers before their own weight, weighed by images.
  public var regularization = 0.0
  /// The distances from the teacher before their weight, weighed by images; nil where there is no teacher.
  public var distillation: Double?
  /// The norms of the gradients.
  public var gradientNorm = 0.0
  /// The images classified rightly.
  public var cleanCorrect = 0
  /// The images verified, of `verifiedImages`.
  public var verifiedCorrect = 0
  /// The images whose margins were bounded.
  public var verifiedImages = 0
  /// The seconds of the batches.
  public var seconds = 0.0
  /// For each layer the sums of looseness, active and inactive parts.
  public var layers: [[Double]] = []

  /// Creates empty sums.
  public init() {}

  /// Takes a batch in.
  mutating func add<Base: TensorAlgebra>(
    _ step: StepResult<Base>, images count: Int, norm: Double, seconds: Double
  ) {
    let weight = Double(count)
    images += count
    batches += 1
    loss += step.loss * weight
    cleanLoss += step.cleanLoss * weight
    if let robust = step.robustLoss {
      robustLoss += robust * weight
      boundedImages += count
    }
    regularization += step.regularization * weight
    if let distance = step.distillation {
      distillation = (distillation ?? 0) + distance * weight
    }
    gradientNorm += norm
    cleanCorrect += step.cleanCorrect
    if let verified = step.verifiedCorrect {
      verifiedCorrect += verified
      verifiedImages += count
    }
    self.seconds += seconds
    if !step.layers.isEmpty {
      if layers.isEmpty { layers = step.layers.map { _ in [0, 0, 0] } }
      layerBatches += 1
      for (i, layer) in step.layers.enumerated() {
        layers[i][0] += layer.looseness
        layers[i][1] += layer.active
        layers[i][2] += layer.inactive
      }
    }
  }

  /// The line of `metrics.jsonl` that the sums give.
  func record(epoch: Int, settings: StepSettings, layerNames: [String]) -> EpochRecord {
    let all = Double(max(1, images))
    var record = EpochRecord(epoch: epoch, loss: loss / all)
    record.imagesPerSecond = seconds > 0 ? Double(images) / seconds : 0
    record.seconds = seconds
    record.epsilon = settings.epsilon
    record.learningRate = settings.learningRate
    record.cleanLoss = cleanLoss / all
    record.robustLoss = boundedImages > 0 ? robustLoss / Double(boundedImages) : nil
    record.regularizer = regularization > 0 ? regularization / all : nil
    record.distillation = distillation.map { $0 / all }
    record.gradientNorm = gradientNorm / Double(max(1, batches))
    record.cleanAccuracy = Double(cleanCorrect) / all
    record.verifiedAccuracy =
      verifiedImages > 0 ? Double(verifiedCorrect) / Double(verifiedImages) : nil
    let weight = 1 / Double(max(1, layerBatches))
    record.layers = zip(layerNames, layers).map { name, sums in
      LayerRecord(
        name: name, width: sums[0] * weight, active: sums[1] * weight, inactive: sums[2] * weight)
    }
    return record
  }
}
