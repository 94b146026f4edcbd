import Bounds
import Differentiation
import Networks
import Tensors

extension TrainingStep {
  /// Margins less what a change of the input may take from them by the estimated constants, `[examples, classes - 1]`.
  ///
  /// With the l2 constant `L` of the features, rows `w` of the last layer, the label `y` and the radius `r`:
  ///
  ///     m_j - e_j L |w_y - w_j|,   e_j = r min(1, max(0.01, m_j / (L |w_y - w_j| r)))
  ///
  /// where `e_j` is a constant to the gradient: margins that are far from proved are not asked for more than they can give.
  ///
  /// Source: EMMA of Hu et al., "Unlocking deterministic robustness certification on ImageNet" (NeurIPS 2023).
  func emmaMargins(_ context: Context) throws -> Tracked<Base> {
    guard let head else { preconditionFailure("A network without a linear last layer") }
    let (labels, classes) = (context.labels, context.classes)
    let slope = slopeEstimate(at: head.features, context.pass.parameters)
    let pairs = distances(of: context.pass.parameters[head.layer.weight], classes)
    let pairOfRow = labels.flatMap { label in
      (0..<classes).filter { $0 != label }.map { Int32(label * classes + $0) }
    }
    // What each margin may lose for each unit of distance.
    let losses = (pairs.gathered(pairOfRow, axis: 0) * slope).reshaped([
      labels.count, classes - 1,
    ])
    let radius = recipe.loss.radius
    let (margins, lost) = (
      context.cleanMargins.base.values.scalars, losses.base.values.scalars
    )
    let reached = zip(margins, lost).map { margin, loss in
      radius * min(1, max(0.01, margin / max(loss * radius, 1e-30)))
    }
    let distances = Base(Tensor<Double>([labels.count, classes - 1], reached))
    return context.cleanMargins - losses * Tracked(distances)
  }

  /// The l2 distances of every two rows of the last layer's matrix, `[classes * classes]`.
  private func distances(of weight: Tracked<Base>, _ classes: Int) -> Tracked<Base> {
    // `weight` is `[features, classes]`; a small number keeps the root of equal rows differentiable.
    var signs = Tensor<Double>(repeating: 0, [classes, classes * classes])
    for label in 0..<classes {
      for other in 0..<classes where other != label {
        signs[label, label * classes + other] = 1
        signs[other, label * classes + other] = -1
      }
    }
    let differences = weight.product(Tracked(Base(signs)))
    let squares = (differences * differences).reduced(.sum, axis: 0).reshaped([classes * classes])
    return (squares + 1e-12).applying(.squareRoot)
  }
}
