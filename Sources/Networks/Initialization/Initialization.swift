/// How the first weights of a network are drawn.
///
/// `n` is the number of inputs that one output of a layer reads (fan-in): the inputs of a linear layer, or
/// the kernel's taps times the input channels of a group.
public struct Initialization: Sendable, Hashable {
  /// The distribution of the weights.
  public enum Scheme: String, Sendable, Hashable, CaseIterable, Codable {
    /// Normal with deviation `sqrt(2 pi) / n`, so that intervals keep their width from layer to layer.
    ///
    /// The last layer is drawn by the framework's default. A layer that reads a sum, directly or through one
    /// other node such as a ReLU, gets half the weights, because intervals add their widths in a sum.
    ///
    /// Source: Shi et al., "Fast certified robust training with short warmup", 2021.
    case ibp
    /// Normal with deviation `sqrt(2 / (n + m))`, where `m` is the number of outputs that read one input.
    ///
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    /// networks", 2010.
    case xavier
    /// Normal with deviation `sqrt(2 / n)`.
    ///
    /// Source: He et al., "Delving deep into rectifiers", 2015.
    case kaiming
    /// Uniform between `-1 / sqrt(n)` and `1 / sqrt(n)`, what PyTorch does unless told otherwise.
    case framework
  }

  /// The distribution of the biases.
  public enum Biases: String, Sendable, Hashable, CaseIterable, Codable {
    /// All zero.
    case zero
    /// Uniform between `-1 / sqrt(n)` and `1 / sqrt(n)`, what PyTorch does unless told otherwise.
    case framework
  }

  /// The distribution of the weights.
  public var weights: Scheme
  /// The distribution of the biases.
  public var biases: Biases

  /// Creates an initialisation.
  public init(_ weights: Scheme, biases: Biases = .zero) {
    self.weights = weights
    self.biases = biases
  }

  /// That of Shi et al., 2021, with biases of zero.
  public static let ibp = Initialization(.ibp)
  /// That of Glorot and Bengio, 2010, with biases of zero.
  public static let xavier = Initialization(.xavier)
  /// That of He et al., 2015, with biases of zero.
  public static let kaiming = Initialization(.kaiming)
  /// That of PyTorch, biases included.
  public static let framework = Initialization(.framework, biases: .framework)
}
