import Foundation

/// How the learning rate and the weight decay of matrices change with the width.
///
/// A matrix here is one whose number of inputs grows with the width; everything else keeps its rate and has no decay, by every rule.
public enum WidthRule: String, Sendable, Hashable, CaseIterable, Codable {
  /// The rate over the width, the decay times its root (Fan et al. 2025).
  case rule
  /// The rate over the width, the decay as it is: the maximal update parametrisation alone.
  case constant
  /// The rate over the width, the decay times the width, so that their product stays.
  case proportional
  /// Rate and decay as they are.
  case none

  /// What rate and decay of a matrix are multiplied by where it reads `growth` times as many inputs.
  func scale(_ growth: Double) -> StepScale {
    switch self {
    case .rule: StepScale(rate: 1 / growth, decay: growth.squareRoot())
    case .constant: StepScale(rate: 1 / growth, decay: 1)
    case .proportional: StepScale(rate: 1 / growth, decay: growth)
    case .none: StepScale()
    }
  }

  /// The slope of the logarithm of the largest singular value by that of the width that follows from `sqrt(rate / decay) width^(3/4)`.
  ///
  /// Source: Fan et al., "Robust layerwise scaling rules by proper weight decay tuning" (arXiv 2510.15262), of which the three quarters are a
  /// measurement.
  public var publishedSlope: Double {
    switch self {
    case .rule: 0
    case .constant: 0.25
    case .proportional: -0.25
    case .none: 0.75
    }
  }
}
