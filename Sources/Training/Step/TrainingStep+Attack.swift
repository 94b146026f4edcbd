import Bounds
import Differentiation
import Networks
import RandomNumbers
import Tensors

// Adversarial inputs inside a loss: projected gradient ascent on the cross-entropy, every normalisation by the
// statistics of the clean batch.
extension TrainingStep {
  /// The margins at adversarial inputs, differentiable by the parameters.
  func adversarialMargins(_ context: Context) -> Tracked<Base> {
    let output =
      context.attacked?.output
      ?? network.evaluate(Tracked(adversarialImages(context)), context.pass.parameters)
    return labelMargins(output, context.labels)
  }

  /// The worst inputs that the attack finds within `attack.range` times the radius.
  func adversarialImages(_ context: Context) -> Base {
    if let attacked = context.attacked { return attacked.images }
    let radius = context.settings.epsilon * (recipe.method.usesAlpha ? recipe.attack.range : 1)
    let box = region(context.images, radius: radius)
    let parameters = context.pass.parameters.constants()
    return AttackSearch(
      center: box.center.base, radius: box.radius.base, settings: recipe.attack,
      seed: context.seed
    ).worst { labelMargins(network.evaluate($0, parameters), context.labels) }
  }

  /// SABR's box: `lambda` times the size of the region, around an adversarial input, inside the region.
  ///
  /// Source: Müller et al., "Certified Training: Small Boxes are All You Need" (2023), section 3.
  func smallBox(_ context: Context) -> Interval<Tracked<Base>> {
    let box = region(context.images, radius: context.settings.epsilon)
    let worst = adversarialImages(context)
    let (center, radius) = (box.center.base, box.radius.base)
    let room = radius * (1 - recipe.loss.lambda)
    let middle = worst.maximum(center - room).minimum(center + room)
    return Interval(center: Tracked(middle), radius: Tracked(radius * recipe.loss.lambda))
  }
}

/// Projected gradient ascent in a box, keeping for each example the worst point of all steps and restarts.
struct AttackSearch<Base: BackwardAlgebra> {
  var center: Base
  var radius: Base
  var settings: AttackSettings
  var seed: UInt64
  /// Whether the box is that of an inner layer, where steps are fractions of the whole width.
  var isLatent = false

  /// The points with the largest cross-entropy of `margins`.
  ///
  /// - Parameter margins: The margins at points, `[points, classes - 1]`, differentiable by the points.
  func worst(_ margins: (Tracked<Base>) -> Tracked<Base>) -> Base {
    var best = center
    var losses = [Double](repeating: -.infinity, count: center.shape[0])
    for restart in 0..<settings.restarts {
      var random = SplitMix64(seed: seed, path: [0x4154_5441_434B, UInt64(restart)])
      let start = Tensor<Double>(uninitialized: center.shape) { out in
        for i in 0..<center.shape.count { out[i] = random.uniform(in: -1...1) }
      }
      var point = center + radius * Base(start)
      // One evaluation more than steps: the last point counts as well.
      for step in 0...settings.steps {
        let variable = Tracked.variable(point)
        let found = margins(variable)
        keepWorst(point, found.base, &best, &losses)
        guard step < settings.steps else { break }
        let loss = crossEntropy(ofMargins: found)
        let direction = loss.gradients(of: [variable])[0].applying(.sign)
        point = (point + direction * radius * size(at: step)).maximum(center - radius)
          .minimum(center + radius)
      }
    }
    return best
  }

  /// The size of a step, as a fraction of the half width.
  private func size(at step: Int) -> Double {
    guard isLatent else { return settings.stepSize(at: step) }
    // Steps of the latent attack are fractions of the whole width, a fifth after 70 % of at least ten.
    let isLate = settings.steps >= 10 && step * 10 >= settings.steps * 7
    return settings.stepSize * (isLate ? 0.4 : 2)
  }

  private func keepWorst(
    _ point: Base, _ margins: Base, _ best: inout Base, _ losses: inout [Double]
  ) {
    let values = margins.values
    let others = values.shape[1]
    let scalars = values.scalars
    var mask = [Double](repeating: 0, count: losses.count)
    for example in losses.indices {
      let own = scalars[example * others..<(example + 1) * others]
      // Increases with the cross-entropy of the example.
      let loss = own.logSumOfNegatives
      if loss > losses[example] {
        losses[example] = loss
        mask[example] = 1
      }
    }
    if mask.allSatisfy({ $0 == 1 }) {
      best = point
    } else if mask.contains(1) {
      let shape = Shape([mask.count] + [Int](repeating: 1, count: point.shape.rank - 1))
      let chosen = Base(Tensor<Double>(shape, mask)).broadcast(to: point.shape)
      best = point.masked(by: chosen) + best.masked(by: chosen * -1 + 0.5)
    }
  }
}
