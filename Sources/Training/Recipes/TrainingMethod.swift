/// What training minimises.
public enum TrainingMethod: String, Sendable, Hashable, CaseIterable {
  /// The cross-entropy of the images as they are.
  case clean
  /// The cross-entropy of the worst inputs that projected gradient descent finds (Madry et al., ICLR 2018).
  case adversarial
  /// The cross-entropy of margins less what a change of some l2 length can take from them, by products of spectral norms (EMMA, Hu et
  /// al., NeurIPS 2023).
  case emma
  /// The cross-entropy of interval bounds (Gowal et al., "On the Effectiveness of Interval Bound
  /// Propagation", 2018).
  case ibp
  /// Bounds from one backward pass over intervals, mixed with the intervals (Zhang et al., ICLR 2020).
  case crownIBP = "crown-ibp"
  /// IBP with its own initialisation and two regularisers during a short ramp (Shi et al., NeurIPS 2021).
  case fast
  /// IBP over a small box around an adversarial input (Müller et al., ICLR 2023).
  case sabr
  /// A weighted sum of the IBP loss and the adversarial loss (De Palma et al., ICLR 2024).
  case mtlIBP = "mtl-ibp"
  /// The cross-entropy of weighted sums of IBP margins and adversarial margins (De Palma et al., ICLR 2024).
  case ccIBP = "cc-ibp"
  /// A weighted geometric mean of the IBP loss and the adversarial loss (De Palma et al., ICLR 2024).
  case expIBP = "exp-ibp"
  /// IBP through the first layers, an attack through the last (Mao et al., NeurIPS 2023).
  case taps
  /// TAPS that starts from the small box of SABR (Mao et al., NeurIPS 2023).
  case staps

  /// Whether the loss needs bounds, so that regularisers and a ramp of the radius mean something.
  public var usesBounds: Bool { self != .clean && self != .adversarial && self != .emma }

  /// Whether the loss looks at boxes of pixels, whose radius `epsilon` says, and not at the images alone or at distances in l2.
  public var usesBoxes: Bool { self != .clean && self != .emma }

  /// Whether the loss needs adversarial inputs, of the network or of its last layers.
  public var usesAttack: Bool {
    switch self {
    case .clean, .emma, .ibp, .crownIBP, .fast: false
    case .adversarial, .sabr, .mtlIBP, .ccIBP, .expIBP, .taps, .staps: true
    }
  }

  /// Whether the loss bounds a small box inside the region, as SABR does.
  public var usesSmallBox: Bool { self == .sabr || self == .staps }

  /// Whether the loss is one of the three that an alpha moves from the attack to IBP.
  public var usesAlpha: Bool { self == .mtlIBP || self == .ccIBP || self == .expIBP }

  /// Whether the loss attacks the last layers from the bounds of the first, as TAPS does.
  public var usesLatentAttack: Bool { self == .taps || self == .staps }

  /// Whether a teacher may draw the network: the methods whose loss is made of interval bounds of the whole network.
  public var takesTeacher: Bool { usesBounds && !usesLatentAttack }

  /// Whether the method begins with the initialisation and the regularisers of `fast`.
  ///
  /// Plain IBP and CROWN-IBP do not by default: they are what `fast` is compared with.
  public var usesFastWarmUp: Bool {
    switch self {
    case .clean, .adversarial, .emma, .ibp, .crownIBP: false
    case .fast, .sabr, .mtlIBP, .ccIBP, .expIBP, .taps, .staps: true
    }
  }

  /// The names of the methods for which something holds, for messages: `sabr and staps`.
  static func names(where condition: (TrainingMethod) -> Bool) -> String {
    let names = allCases.filter(condition).map(\.rawValue)
    guard let last = names.last, names.count > 1 else { return names.first ?? "none" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
