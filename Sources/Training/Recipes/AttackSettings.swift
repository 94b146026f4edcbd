/// The search for adversarial inputs inside a loss: projected gradient ascent on the cross-entropy.
///
/// It starts at a random point of the region, keeps the worst point of all steps and restarts, and sees the
/// batch normalisation of the clean batch.
public struct AttackSettings: Sendable, Hashable {
  /// The gradient steps.
  public var steps = 1
  /// The random starts.
  public var restarts = 1
  /// The first step, as a fraction of half the region's width; it shrinks towards the end.
  public var stepSize = 1.0
  /// The radius of the attack as a multiple of the training radius (MTL-IBP, CC-IBP, EXP-IBP).
  public var range = 1.0

  /// The size of one step, as a fraction of half the region's width.
  ///
  /// Attacks of fewer than 20 steps shrink to a fifth after each 10; longer ones to a tenth at 70 %, and from 50
  /// steps on at 50, 80 and 90 %.
  ///
  /// Source: Mao et al., "CTBench: A Library and Benchmark for Certified Training", ICML 2025, and its code.
  ///
  /// - Parameter step: The number of the step, counted from 0.
  public func stepSize(at step: Int) -> Double {
    if steps < 20 { return step < 10 ? stepSize : stepSize * 0.2 }
    let shrinks = steps < 50 ? [7] : [5, 8, 9]
    return shrinks.reduce(stepSize) { size, tenths in
      step >= steps * tenths / 10 ? size * 0.1 : size
    }
  }

  mutating func visit(_ fields: inout some RecipeFields, _ method: TrainingMethod) {
    let usual =
      switch method {
      case .adversarial: 10
      case .mtlIBP, .ccIBP, .expIBP: 1
      default: 5
      }
    fields.integer("steps", &steps, in: 1...10_000, default: usual)
    fields.integer("restarts", &restarts, in: 1...1_000, default: 1)
    let standard =
      switch method {
      case .sabr: 0.2
      case .taps, .staps: max(0.2, 2 / Double(steps))
      default: max(0.25, 2 / Double(steps))
      }
    fields.number("step-size", &stepSize, in: .positive, default: standard)
    if method.usesAlpha {
      fields.number("range", &range, in: .positive, default: 1)
    } else {
      fields.inapplicable(
        ["range"],
        "belongs to \(TrainingMethod.names(where: \.usesAlpha)); the method is \(method.rawValue)")
    }
  }
}
