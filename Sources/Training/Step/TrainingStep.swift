import Bounds
import Differentiation
import Networks
import Tensors

/// One step of training: from a batch to the gradients of its loss.
///
/// The bounds are those of `Bounder`, over a number system that remembers how to differentiate; nothing about
/// them is written twice.
public struct TrainingStep<Base: BackwardAlgebra>: Sendable {
  /// The network's structure; the parameters of a step are given to it.
  public let network: Network
  /// What is trained in its place.
  let trained: TrainedNetwork
  /// What is minimised.
  public let recipe: Recipe
  /// The parameters that move.
  public let trainable: [ParameterID]
  let weights: [ParameterID]
  let relus: [Int]
  let measuredInput: Int
  let regularizer: WarmUpRegularizer
  /// The same network with ReLUs that shrink unstable bounds, for methods that do so.
  let bounded: Network
  /// What the network is drawn to; nil where the recipe names nothing.
  let teacher: Teacher<Base>?
  /// The node that is compared with the teacher's features; nil where logits are, or there is no teacher.
  let comparedNode: Int?

  /// Prepares a step.
  ///
  /// - Parameter teacher: The teacher of a recipe that names one.
  public init(_ network: Network, _ recipe: Recipe, teacher: Network? = nil) {
    self.network = network
    self.recipe = recipe
    let subject = recipe.distillation.subject
    self.teacher = teacher.map { Teacher<Base>($0, subject) }
    comparedNode = teacher != nil && subject == .features ? network.features : nil
    trained = TrainedNetwork(network, recipe.network.weights)
    trainable = trained.trainable
    weights = network.weightParameters
    relus = network.relus
    measuredInput = network.measuredInput
    var regularizer = WarmUpRegularizer()
    regularizer.tolerance = recipe.regularizer.tolerance
    regularizer.usesTightness = recipe.regularizer.terms.contains(.tightness)
    regularizer.usesBalance = recipe.regularizer.terms.contains(.relu)
    self.regularizer = regularizer
    bounded =
      recipe.loss.reluShrink < 1 ? network.shrinkingUnstable(by: recipe.loss.reluShrink) : network
  }

  /// A batch and everything that was computed from it.
  struct Context: Sendable {
    var images: Base
    var labels: [Int]
    var settings: StepSettings
    var pass: NormalizedPass<Tracked<Base>>
    var cleanMargins: Tracked<Base>
    var classes: Int
    var seed: UInt64
    /// The network at adversarial images, where more than one part of the loss looks there.
    var attacked: Look?
  }

  /// The loss of a batch and its gradients.
  ///
  /// - Parameters:
  ///   - images: The images in pixel values, `[batch] + input shape`.
  ///   - labels: The label of each image.
  ///   - parameters: Every parameter of the network, in order, kernels as they are trained, and the gains of those.
  ///   - settings: What the schedules say about this batch.
  ///   - seed: Where the random numbers of the step start.
  /// - Throws: `Unsupported` when the network has an operation that cannot be bounded.
  public func run(
    _ images: Base, _ labels: [Int], parameters: [Base], settings: StepSettings, seed: UInt64
  ) throws -> StepResult<Base> {
    let variables = trainable.map { Tracked.variable(parameters[$0.index]) }
    var values = parameters.map { Tracked($0) }
    for (id, variable) in zip(trainable, variables) { values[id.index] = variable }
    values = trained.effective(values)
    let pass = network.normalizedPass(
      Tracked(images), values, estimating: estimatesStatistics ? settings.statisticsSpeed : nil,
      keeping: comparedNode)
    let cleanMargins = labelMargins(pass.output, labels)
    var context = Context(
      images: images, labels: labels, settings: settings, pass: pass, cleanMargins: cleanMargins,
      classes: network.outputShape.count, seed: seed)
    let clean = crossEntropy(ofMargins: cleanMargins)

    var result = StepResult<Base>()
    result.cleanLoss = clean.base.number
    result.cleanCorrect = smallestMargins(cleanMargins.base).count { $0 > 0 }
    var loss = clean
    let hasRegion = settings.epsilon > 0
    if teacher != nil, hasRegion, recipe.method.usesAttack {
      context.attacked = look(at: adversarialImages(context), context)
    }
    let bounds = try regionBounds(context)
    // SABR's loss is made of the bounds of a small box, the regularisers of those of the region.
    let box =
      recipe.method == .sabr && hasRegion
      ? try intervals(over: smallBox(context), context) : bounds
    if recipe.method == .emma || (hasRegion && recipe.method != .clean) {
      let robust = try robustLoss(context, box, &result)
      result.robustLoss = robust.base.number
      let weight = settings.cleanWeight
      loss = weight == 0 ? robust : clean * weight + robust * (1 - weight)
    }
    if let teacher {
      let term = teacherTerm(teacher, context, hasRegion ? box : nil)
      result.distillation = term.base.number
      loss = loss + term * recipe.distillation.weight
    }
    if let bounds {
      let (term, layers) = regularizer.value(
        of: relus.compactMap { reluSums(at: $0, bounds) },
        inputRadius: bounds.intervals[measuredInput].map { $0.radius.base.mean } ?? 0)
      result.layers = layers
      if settings.regularizerWeight > 0 {
        result.regularization = term.base.number
        loss = loss + term * settings.regularizerWeight
      }
    }
    if recipe.loss.l1 > 0 {
      for id in weights {
        let total = values[id.index].magnitude().total
        loss = loss + total * recipe.loss.l1
      }
    }
    result.loss = loss.base.number
    result.moments = pass.moments.map {
      BatchMoments(
        normalization: $0.normalization, mean: $0.mean.base, variance: $0.variance.base,
        count: $0.count, isEstimate: $0.isEstimate)
    }
    result.gradients = loss.gradients(of: variables)
    return result
  }

  /// Whether normalisations use running estimates in training, too.
  private var estimatesStatistics: Bool { recipe.network.statistics == .estimated }

  /// The sums over the intervals at the input of a ReLU, and the number of those.
  private func reluSums(
    at relu: Int, _ bounds: BoundState<Tracked<Base>>
  ) -> (sums: ReLUSums<Tracked<Base>>, count: Int)? {
    guard let input = bounds.intervals[bounded.nodes[relu].inputs[0]],
      let output = bounds.intervals[relu]
    else { return nil }
    let sums = output.reluSums ?? Tracked<Base>.rectified(input.scaled).sums
    return (sums, input.scaled.center.shape.count)
  }

  /// Interval bounds over the whole region, where the loss or a regulariser needs them.
  private func regionBounds(_ context: Context) throws -> BoundState<Tracked<Base>>? {
    guard recipe.method.usesBounds else { return nil }
    let settings = context.settings
    // Methods that bound a small box bound the region for the regularisers alone.
    guard settings.regularizerWeight > 0 || (settings.epsilon > 0 && !recipe.method.usesSmallBox)
    else { return nil }
    // Without a region the regularisers see a very small one.
    let radius = settings.epsilon > 0 ? settings.epsilon : 1e-6
    return try intervals(over: region(context.images, radius: radius), context)
  }

  /// The pixels within a distance, cut to those that exist.
  func region(_ images: Base, radius: Double) -> Interval<Tracked<Base>> {
    let lower = (images + -radius).maximum(Base.full(0, [1]))
    let upper = (images + radius).minimum(Base.full(1, [1]))
    return Interval(
      center: Tracked(lower.combined(.mean, upper)),
      radius: Tracked(upper.combined(.halfDifference, lower)))
  }

  /// Interval bounds of every node over a box.
  func intervals(
    over box: Interval<Tracked<Base>>, _ context: Context
  ) throws -> BoundState<Tracked<Base>> {
    try Bounder(bounded, parameters: context.pass.parameters).intervals(over: InputSet(box: box))
  }
}

extension TensorAlgebra {
  /// The sum of all elements, `[1]`.
  var total: Self { reshaped([shape.count]).reduced(.sum, axis: 0) }
  /// The mean of all elements.
  var mean: Double { total.number / Double(shape.count) }
}
