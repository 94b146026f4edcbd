/// How the kernels that a network computes with follow from those that are trained.
public struct WeightSettings: Sendable, Hashable {
  /// The rule.
  public enum Kind: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// The trained kernels themselves.
    case plain
    /// Each output channel's kernel less its mean, divided by its deviation (Qiao et al., "Micro-batch training with
    /// batch-channel normalization and weight standardization", 2019).
    case standardized = "weight-standardization"
    /// The same divided by the root of its size too, times a fixed gain and one that is learnt (Brock et al.,
    /// "Characterizing signal propagation to close the performance gap in unnormalized ResNets", ICLR 2021).
    case scaled = "scaled-weight-standardization"
    /// The matrix of every linear layer and convolution divided by an estimate of its largest singular value, times a number that is
    /// learnt (Zhai et al., "Stabilizing transformer training by preventing attention entropy collapse", ICML 2023).
    case sigmaReparam = "sigma-reparam"
    /// The matrix of every linear layer and convolution rescaled so that it stretches no distance in l2 (Prach and Lampert,
    /// "Almost-orthogonal layers for efficient general-purpose Lipschitz networks", ECCV 2022).
    case aol
    /// Orthonormal rows or columns by the Cayley transform, of linear layers and of convolutions whose windows do not overlap (Trockman and
    /// Kolter, "Orthogonalizing convolutional layers with the Cayley transform", ICLR 2021).
    case cayley

    /// Whether no layer can stretch a distance in l2, but for rounding.
    var keepsDistances: Bool { self == .aol || self == .cayley }
  }

  /// The gain after which a ReLU of standard normal numbers has deviation 1, `sqrt(2 / (1 - 1 / pi))`.
  public static let reluGain = (2 / (1 - 1 / Double.pi)).squareRoot()

  /// The rule.
  public var kind = Kind.plain
  /// The l2 norm of a kernel with a learnt gain of 1; nil for the norm `sqrt(2 pi / size)` that keeps the widths of
  /// intervals from layer to layer, as the initialisation of Shi et al. (2021) does.
  public var gain: Double? = WeightSettings.reluGain
  /// What each matrix's learnt number begins with, with `sigmaReparam`; nil for its largest singular value, with which the network begins as its
  /// weights were drawn.
  public var firstGain: Double?
  /// What the matrices of the last layers are multiplied by, with `aol` and `cayley`: one over the temperature of the loss.
  public var lastGain = 1.0
  /// What is added to the variance of a kernel.
  ///
  /// The usual 1e-5 is more than the variance that wide layers begin with in certified training, and would keep
  /// their kernels from being standardised.
  public var epsilon = 1e-10

  mutating func visit(_ fields: inout some RecipeFields, isFromFile: Bool) {
    guard !isFromFile else {
      return fields.inapplicable(
        ["weights", "gain", "weight-epsilon"],
        "the network is read from a file, whose kernels are plain")
    }
    fields.choice("weights", &kind, default: .plain)
    switch kind {
    case .scaled:
      fields.number("gain", &gain, in: .positive, none: "intervals", default: Self.reluGain)
    case .sigmaReparam:
      fields.number("gain", &firstGain, in: .positive, none: "first", default: nil)
    case .aol, .cayley: fields.number("gain", &lastGain, in: .positive, default: 1)
    case .plain, .standardized:
      fields.inapplicable(
        ["gain"],
        "belongs to scaled-weight-standardization, sigma-reparam, aol and cayley; the weights are \(kind.rawValue)"
      )
    }
    switch kind {
    case .standardized, .scaled:
      fields.number("weight-epsilon", &epsilon, in: .notNegative, default: 1e-10)
    case .plain:
      fields.inapplicable(["weight-epsilon"], "the weights are plain, nothing is divided")
    case .sigmaReparam:
      fields.inapplicable(["weight-epsilon"], "sigma-reparam divides by a norm, not by a deviation")
    case .aol, .cayley:
      fields.inapplicable(["weight-epsilon"], "\(kind.rawValue) divides by no deviation")
    }
  }
}
