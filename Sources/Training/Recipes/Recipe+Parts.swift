import Datasets
import Files
import Networks

extension Recipe {
  /// The architecture to start anew from; nil where the network is read from a file.
  ///
  /// - Throws: `InputError` when there is none of the name, or it has no such size.
  public func architecture() throws(InputError) -> (any Architecture)? {
    guard network.file == nil else { return nil }
    return try Architectures.named(network.architecture, network.sizes)
  }

  /// What rate and decay of each weight are multiplied by, where they are carried over from another width or divided by masses; empty where they
  /// are not.
  ///
  /// - Throws: `InputError` when there is no network of that width for the images, or an operation has no sensitivity.
  func stepScales(
    of network: Network, _ trained: TrainedNetwork, _ images: ImageSet
  ) throws(InputError) -> [StepScale] {
    let trainable = trained.trainable
    if optimizer.masses == .modular {
      return try network.modularScales(
        trainable, trained.forms, blockMass: optimizer.blockMass,
        source: self.network.file ?? self.network.architecture)
    }
    guard let width = optimizer.transferredFrom else { return [] }
    func other(_ width: Int) throws(InputError) -> Network? {
      var other = self
      other.network.sizes.width = width
      return try other.emptyNetwork(for: images)
    }
    guard let base = try other(width), let wider = try other(2 * width) else { return [] }
    return network.stepScales(from: base, wider, trainable)
  }

  /// The network of the recipe's architecture for some images, its weights zero; nil where it is read from a file.
  ///
  /// - Throws: `InputError` when the architecture does not fit the images or its groups of channels.
  public func emptyNetwork(for images: ImageSet) throws(InputError) -> Network? {
    guard let architecture = try architecture() else { return nil }
    let plain = try architecture.network(
      for: task(shape: images.shape, classes: images.classes.count)
    ).replacingRectifiers(by: network.activation)
    guard let groups = network.channelGroups else { return plain }
    return try plain.addingChannelNormalization(groups: groups)
  }

  /// The task for an architecture, with the normalisation as the network's first step.
  ///
  /// - Parameters:
  ///   - shape: Channels, height and width of an image.
  ///   - classes: The number of classes.
  public func task(shape: [Int], classes: Int) -> ImageTask {
    ImageTask(shape: shape, classes: classes, mean: data.mean, std: data.std)
  }

  /// How the training images are cut into batches and changed by chance.
  ///
  /// - Throws: `InputError` when the crop is negative, which reading a recipe excludes.
  public func batchOptions() throws(InputError) -> BatchOptions {
    BatchOptions(
      size: batch, augmentation: try Augmentation(flips: data.flip, padding: data.crop),
      seed: UInt64(seed))
  }
}
