import Bounds
import Differentiation
import Networks
import Tensors

// Bounds through the first layers, an attack on each class through the last.
extension TrainingStep {
  /// The TAPS loss, or STAPS with the small box of SABR.
  ///
  /// Source: Mao et al., "Connecting Certified and Adversarial Training" (2023), section 3, and the published
  /// code for the gradient link and the product of losses.
  func tapsLoss(
    _ context: Context, _ bounds: BoundState<Tracked<Base>>?, _ result: inout StepResult<Base>
  ) throws -> Tracked<Base> {
    let isSmall = recipe.method.usesSmallBox
    let state = isSmall ? try intervals(over: smallBox(context), context) : bounds
    let bound = crossEntropy(
      ofMargins: try boundedMargins(context, state, &result, counting: !isSmall))
    // While the radius grows the loss is plain IBP.
    guard !context.settings.isWarmUp, let state, let latent = state.intervals[split] else {
      return bound
    }
    let attack: Tracked<Base> = crossEntropy(ofMargins: latentMargins(latent, context))
    return attack.scalingGradient(by: recipe.loss.gradientScale) * bound
  }

  /// The node whose value the attacked modules read.
  var split: Int {
    let needed = network.isNeeded
    let modules = network.nodes.indices.filter { id in
      guard needed[id], let operation = network.nodes[id].operation else { return false }
      return !(operation is AddConstant || operation is MultiplyConstant)
    }
    let first = modules[max(0, modules.count - recipe.loss.attackedModules)]
    return network.nodes[first].inputs[0]
  }

  /// For each class but the label the margin at the point of the latent box that is worst for that class.
  private func latentMargins(
    _ latent: Interval<Tracked<Base>>, _ context: Context
  ) -> Tracked<Base> {
    let others = context.classes - 1
    let (center, radius) = (latent.center.base, latent.radius.base)
    let exampleOfRow = context.labels.indices.flatMap {
      [Int32](repeating: Int32($0), count: others)
    }
    let rows = context.labels.flatMap { label in
      (0..<context.classes).filter { $0 != label }.map { (label, $0) }
    }
    let constants = context.pass.parameters.constants()
    let search = AttackSearch(
      center: center.gathered(exampleOfRow, axis: 0),
      radius: radius.gathered(exampleOfRow, axis: 0),
      settings: recipe.attack, seed: context.seed, isLatent: true)
    let points = search.worst { points in
      differences(network.evaluate(points, from: split, constants), rows)
    }
    let linked = link(points, latent, exampleOfRow)
    let margins = differences(
      network.evaluate(linked, from: split, context.pass.parameters), rows)
    return margins.reshaped([context.labels.count, others])
  }

  /// The margin of each row's label over its other class, `[rows, 1]`.
  private func differences(
    _ outputs: Tracked<Base>, _ rows: [(label: Int, other: Int)]
  ) -> Tracked<Base> {
    let classes = network.outputShape.count
    var signs = Tensor<Double>(repeating: 0, [rows.count, classes])
    for (row, pair) in rows.enumerated() {
      signs[row, pair.label] = 1
      signs[row, pair.other] = -1
    }
    return (outputs.reshaped([rows.count, classes]) * Tracked(Base(signs)))
      .reduced(.sum, axis: 1)
  }

  /// Points of a box whose gradients reach the ends of the box: all of it near an end, none in the middle.
  private func link(
    _ points: Base, _ latent: Interval<Tracked<Base>>, _ exampleOfRow: [Int32]
  ) -> Tracked<Base> {
    let examples = latent.center.shape[0]
    let (c, r) = (
      latent.center.base.gathered(exampleOfRow, axis: 0),
      latent.radius.base.gathered(exampleOfRow, axis: 0)
    )
    let tiny = Base.full(1e-12, [1])
    // The slack is half the width, so a share falls from 1 at an end to 0 in the middle.
    let place = (points - c) / r.maximum(tiny)
    let (high, low) = (place.positivePart().minimum(Base.full(1, [1])), (-place).positivePart())
    let lowShare = low.minimum(Base.full(1, [1]))
    // With ends c + r and c - r, the gradient by c is that of both ends and by r their difference.
    return Tracked(
      points,
      [
        latent.center.dependence { rows in
          (rows * (high + lowShare)).scattered(exampleOfRow, axis: 0, extent: examples)
        },
        latent.radius.dependence { rows in
          (rows * (high - lowShare)).scattered(exampleOfRow, axis: 0, extent: examples)
        },
      ])
  }
}

extension Tracked {
  /// The same value with gradients multiplied on their way back.
  func scalingGradient(by factor: Double) -> Tracked {
    Tracked(base, [dependence { $0 * factor }])
  }
}
