import Files

/// A layout of layers, from which networks for images of any size are built.
///
///     let task = ImageTask(shape: [3, 32, 32], classes: 10)
///     let network = try CNN7(width: 8, linear: 64).network(for: task).initialized(.ibp, seed: 1)
public protocol Architecture: Sendable {
  /// The name of the family in messages, such as `cnn-7`.
  var name: String { get }
  /// Builds the network for a task, its weights zero and its normalisations neutral.
  ///
  /// - Throws: `InputError` naming the architecture and the layer when the images are too small for it, or
  ///   a size is not positive.
  func network(for task: ImageTask) throws(InputError) -> Network
}

/// What a network for images gets and gives.
public struct ImageTask: Sendable, Hashable {
  /// Channels, height and width of an image.
  public var shape: [Int]
  /// The number of classes, and so of outputs.
  public var classes: Int
  /// What the network subtracts from the pixels, per channel; one entry stands for every channel.
  public var mean: [Double]
  /// What the network then divides them by, per channel; one entry stands for every channel.
  public var std: [Double]

  /// Creates a task.
  ///
  /// - Parameters:
  ///   - shape: Channels, height and width.
  ///   - classes: The number of classes.
  ///   - mean: What is subtracted from pixels; with mean 0 and deviation 1 no step is added.
  ///   - std: What they are divided by.
  public init(shape: [Int], classes: Int, mean: [Double] = [0], std: [Double] = [1]) {
    self.shape = shape
    self.classes = classes
    self.mean = mean
    self.std = std
  }
}

/// Which layers are followed by batch normalisation, before their ReLU.
public enum NormalizationPlacement: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every convolution and every hidden linear layer.
  case full
  /// Every convolution.
  case convolutions
  /// None.
  case none
}

/// The size of one convolution.
public struct ConvolutionLayer: Sendable, Hashable {
  /// The number of output channels.
  public var channels: Int
  /// Height and width of the kernel.
  public var kernel: Int
  /// Rows and columns between neighbouring outputs.
  public var stride: Int
  /// Rows and columns of zeros on each side.
  public var padding: Int
  /// Into how many independent convolutions the channels fall.
  public var groups: Int

  /// Creates a size.
  public init(_ channels: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }
}
