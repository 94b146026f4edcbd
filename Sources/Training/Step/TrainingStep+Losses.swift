import Bounds
import Differentiation
import Networks
import Tensors

extension TrainingStep {
  /// The loss of the recipe's method over the region of the step.
  ///
  /// - Parameter bounds: The bounds that it is made of: over SABR's small box, or over the region.
  func robustLoss(
    _ context: Context, _ bounds: BoundState<Tracked<Base>>?, _ result: inout StepResult<Base>
  ) throws -> Tracked<Base> {
    switch recipe.method {
    case .clean: return crossEntropy(ofMargins: context.cleanMargins)
    case .adversarial: return crossEntropy(ofMargins: adversarialMargins(context))
    case .emma: return crossEntropy(ofMargins: try emmaMargins(context))
    case .ibp, .fast:
      return crossEntropy(ofMargins: try boundedMargins(context, bounds, &result))
    case .crownIBP: return try crownLoss(context, bounds, &result)
    case .mtlIBP:
      let bound = crossEntropy(ofMargins: try boundedMargins(context, bounds, &result))
      let attack = crossEntropy(ofMargins: adversarialMargins(context))
      return bound * recipe.loss.alpha + attack * (1 - recipe.loss.alpha)
    case .ccIBP:
      let bound = try boundedMargins(context, bounds, &result)
      let mixed =
        bound * recipe.loss.alpha + adversarialMargins(context) * (1 - recipe.loss.alpha)
      return crossEntropy(ofMargins: mixed)
    case .expIBP:
      let bound = crossEntropy(ofMargins: try boundedMargins(context, bounds, &result))
      let attack = crossEntropy(ofMargins: adversarialMargins(context))
      // In logarithms, where neither factor can overflow; both losses are positive.
      let tiny = Tracked(Base.full(1e-30, [1]))
      let exponent =
        bound.maximum(tiny).applying(.log) * recipe.loss.alpha + attack.maximum(tiny).applying(.log)
        * (1 - recipe.loss.alpha)
      return exponent.applying(.exp)
    case .sabr:
      return crossEntropy(ofMargins: try boundedMargins(context, bounds, &result, counting: false))
    case .taps, .staps: return try tapsLoss(context, bounds, &result)
    }
  }

  /// IBP's lower bounds of the margins, `[examples, classes - 1]`, the last linear layer composed with them.
  func boundedMargins(
    _ context: Context, _ bounds: BoundState<Tracked<Base>>?, _ result: inout StepResult<Base>,
    counting: Bool = true
  ) throws -> Tracked<Base> {
    guard let bounds else { preconditionFailure("\(recipe.method) was not given its bounds") }
    let functions = OutputFunctions<Tracked<Base>>.margins(
      labels: context.labels, classes: context.classes)
    let margins = try Bounder(bounded, parameters: context.pass.parameters)
      .intervalLowerBounds(of: functions, bounds)
    if counting { result.verifiedCorrect = smallestMargins(margins.base).count { $0 > 0 } }
    return margins
  }
}
