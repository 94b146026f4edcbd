import Datasets
import Tensors

/// Who computes the shares of batches, perhaps in other processes.
public protocol ShareComputing: AnyObject {
  /// The results of all shares of a batch, in their order.
  ///
  /// - Parameters:
  ///   - batch: The batch.
  ///   - index: The batches before it in the whole run.
  ///   - parameters: Every parameter, in order, as `TrainingState` has them.
  func results(
    of batch: Batch, at index: Int, _ parameters: [Tensor<Float>]
  ) throws -> [ShareResult]
}

extension Trainer {
  /// The places in a batch of each share's images: as even as can be, and none empty.
  ///
  /// - Parameter count: The images of the batch.
  public func shares(of count: Int) -> [Range<Int>] {
    let parts = min(recipe.shares, count)
    return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
  }

  /// The result of one share.
  ///
  /// It depends on the recipe, the batch and the parameters alone. The first share of a recipe without shares is the batch.
  ///
  /// - Parameters:
  ///   - share: Its place among `shares(of:)`.
  ///   - batch: The batch.
  ///   - index: The batches before it in the whole run.
  ///   - parameters: Every parameter, in order.
  /// - Throws: `Unsupported` when the network has an operation that cannot be bounded.
  public func result(
    ofShare share: Int, of batch: Batch, at index: Int, _ parameters: [Tensor<Float>]
  ) throws -> ShareResult {
    let part = batch.part(shares(of: batch.count)[share])
    let shape = Shape([part.count] + network.inputShape.dimensions)
    let images = Lanes(plain: Tensor<Float>(shape, part.pixels)).blocked
    // Attacks of each share start elsewhere.
    let seed =
      UInt64(bitPattern: Int64(recipe.seed)) &+ UInt64(index) &* 0x9E37_79B9
      &+ UInt64(share) &* 0xBF58_476D_1CE4_E5B9
    let result = try step.run(
      images, part.labels, parameters: parameters.map { Lanes(plain: $0) },
      settings: schedules.settings(at: index), seed: seed)
    return ShareResult(count: part.count, step: result.plain)
  }

  /// The results of all shares of a batch, computed here.
  func results(
    of batch: Batch, at index: Int, _ parameters: [Tensor<Float>]
  ) throws -> [ShareResult] {
    try shares(of: batch.count).indices.map {
      try result(ofShare: $0, of: batch, at: index, parameters)
    }
  }
}
