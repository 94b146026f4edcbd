import Bounds
import Differentiation
import Networks
import Tensors

// Bounds from one backward pass over intervals, mixed with those of the intervals alone.
extension TrainingStep {
  /// The CROWN-IBP loss, with or without fusion.
  ///
  /// Source: Zhang et al., "Towards Stable and Efficient Training of Verifiably Robust Neural Networks" (2020);
  /// fusion is that of Xu et al., "Automatic Perturbation Analysis for Scalable Certified Robustness and
  /// Beyond" (2020), section 3.3.
  func crownLoss(
    _ context: Context, _ bounds: BoundState<Tracked<Base>>?, _ result: inout StepResult<Base>
  ) throws -> Tracked<Base> {
    let weight = context.settings.crownWeight
    let intervalMargins = try boundedMargins(context, bounds, &result)
    guard weight >= 1e-5, let bounds else { return crossEntropy(ofMargins: intervalMargins) }
    let bounder = Bounder(bounded, parameters: context.pass.parameters)
    let functions = OutputFunctions<Tracked<Base>>.margins(
      labels: context.labels, classes: context.classes)
    guard recipe.loss.isFused else {
      let margins = try bounder.lowerBounds(of: functions, bounds)
      result.verifiedCorrect =
        smallestMargins(margins.base.maximum(intervalMargins.base)).count { $0 > 0 }
      return crossEntropy(ofMargins: margins * weight + intervalMargins * (1 - weight))
    }
    return try fusedLoss(context, bounds, bounder, functions, intervalMargins)
  }

  /// `log` of an upper bound of `1 + sum_j exp(z_j - z_y)`, the exponentials replaced by their chords.
  private func fusedLoss(
    _ context: Context, _ bounds: BoundState<Tracked<Base>>, _ bounder: Bounder<Tracked<Base>>,
    _ functions: OutputFunctions<Tracked<Base>>, _ intervalMargins: Tracked<Base>
  ) throws -> Tracked<Base> {
    typealias T = Tracked<Base>
    let (examples, weight) = (context.labels.count, context.settings.crownWeight)
    let upper = -intervalMargins
    let lower = try bounder.intervalLowerBounds(
      of: OutputFunctions(-functions.coefficients), bounds)
    // Exponents are taken relative to each example's largest, 0 of the label's own term included.
    let top = T(upper.base.reduced(.maximum, axis: 1).maximum(Base.full(0, [1])))
    let (high, low) = ((upper - top).applying(.exp), (lower - top).applying(.exp))
    let tiny = T(Base.full(1e-8, [1]))
    let slope = ((high - low) / (upper - lower).maximum(tiny)).maximum(tiny)
    let offset = (low - slope * lower).reduced(.sum, axis: 1)
    let own = (-top).applying(.exp)
    // sum_j k_j (z_y - z_j) bounded from below is sum_j k_j (z_j - z_y) bounded from above.
    let rows = slope.reshaped([examples, 1, context.classes - 1]).product(functions.coefficients)
    let bound = try bounder.lowerBounds(of: OutputFunctions(rows), bounds)
    let crown = own + offset - bound
    let interval = own + high.reduced(.sum, axis: 1)
    let sum = crown * weight + interval * (1 - weight)
    let loss = sum.maximum(T(Base.full(1e-30, [1]))).applying(.log) + top
    return loss.total * (1 / Double(examples))
  }
}
