import Bounds
import Datasets
import Differentiation
import Files
import Foundation
import Networks
import Records
import Tensors

/// Trains a network by a recipe, batch by batch.
///
/// The trainer holds no files: it moves a `TrainingState`, from which a run can go on at any batch. Equal
/// recipes, data and states give equal results on one machine.
public struct Trainer: Sendable {
  /// The recipe.
  public let recipe: Recipe
  /// The structure of the network, with its first parameters.
  public let network: Network
  /// What is trained in its place.
  private let trained: TrainedNetwork
  /// The training images in batches.
  public let batches: TrainingBatches
  /// What the schedules say about each batch.
  public let schedules: TrainingSchedules
  /// When training that learns nothing is given up.
  private let collapse: CollapseRule
  let step: TrainingStep<Lanes<Float>>
  private let optimizer: Optimizer
  private let constraint: WeightConstraint
  /// The Frobenius norm of each trainable parameter before the first step.
  private let firstNorms: [Double]

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - network: The network to train, its first parameters drawn.
  ///   - images: The training images.
  ///   - teacher: The teacher of a recipe that names one.
  /// - Throws: `InputError` when the images do not fit the network or the teacher, it has fewer than two classes, or an operation of
  ///   it cannot be trained by the recipe's method.
  public init(
    _ recipe: Recipe, _ network: Network, on images: ImageSet, teacher: Network? = nil
  ) throws(InputError) {
    let source = recipe.network.file ?? recipe.network.architecture
    try Self.check(network, against: images, source: source)
    if let file = recipe.distillation.teacher {
      try Self.check(teacher, file, of: network, recipe, images)
    }
    // Every step needs what the last one freed.
    MemoryReuse.keep(1 << 31)
    step = TrainingStep(
      network, recipe, teacher: recipe.distillation.teacher == nil ? nil : teacher)
    if let obstacle = step.obstacle {
      throw InputError(source, "cannot be trained by \(recipe.method.rawValue): \(obstacle)")
    }
    self.recipe = recipe
    self.network = network
    trained = step.trained
    batches = try TrainingBatches(images, recipe.batchOptions())
    schedules = recipe.schedules(batchesPerEpoch: batches.batchesPerEpoch)
    var optimizer = Optimizer(recipe.optimizer, trained.forms)
    optimizer.scales = try recipe.stepScales(of: network, trained, images)
    self.optimizer = optimizer
    var constraint = WeightConstraint(recipe.constraint, trained)
    constraint.scales = optimizer.scales
    self.constraint = constraint
    firstNorms = trained.firstNorms
    var counts = [Int](repeating: 0, count: images.classes.count)
    for index in 0..<images.count { counts[images.label(index)] += 1 }
    let full = (0..<recipe.epochs).first { [schedules, batches] epoch in
      !schedules.settings(at: epoch * batches.batchesPerEpoch).isWarmUp
    }
    collapse = CollapseRule(
      counts: counts, epochs: recipe.epochs, firstFullEpoch: (full ?? recipe.epochs) + 1)
  }

  /// Checks that a network classifies images of a set.
  ///
  /// A network with one output is refused: it has no other class that an answer could change to, so every image
  /// would count as verified.
  ///
  /// - Throws: `InputError` naming `source` and the numbers that do not agree.
  static func check(
    _ network: Network, against images: ImageSet, source: String
  ) throws(InputError) {
    let outputs = network.outputShape.count
    // The region around an example is cut off at 0 and 1, which the values of a table need not keep to.
    guard images.kind == .pictures else {
      throw InputError(images.name, "is a table; training takes pictures, with values from 0 to 1")
    }
    guard outputs >= 2 else {
      throw InputError(
        source, "gives \(outputs) output; expected one for each class, and 2 classes at least")
    }
    guard network.inputShape.count == images.imageSize, outputs == images.classes.count else {
      throw InputError(
        source,
        "takes \(network.inputShape) and gives \(outputs) classes; images of "
          + "\(images.name) are \(Shape(images.shape)) of \(images.classes.count) classes")
    }
  }

  /// Checks that a network can be the teacher of another one.
  ///
  /// - Throws: `InputError` naming its file and what does not fit.
  private static func check(
    _ teacher: Network?, _ file: String, of network: Network, _ recipe: Recipe, _ images: ImageSet
  ) throws(InputError) {
    guard let teacher else {
      throw InputError("distillation.teacher", "is \(file), which the trainer was not given")
    }
    try check(teacher, against: images, source: file)
    guard recipe.distillation.subject == .features,
      let obstacle = network.obstacle(toFeaturesOf: teacher)
    else { return }
    throw InputError(file, "cannot be the teacher: \(obstacle)")
  }

  /// The state before the first batch.
  public var initialState: TrainingState { TrainingState(network, recipe) }

  /// The batches of the whole run.
  public var batchCount: Int { recipe.epochs * batches.batchesPerEpoch }

  /// The number of weights, biases, scales and gains that training changes.
  public var trainableParameterCount: Int { trained.trainableCount }

  /// The structure with everything that is trained, for the names of a checkpoint.
  public var trainedNetwork: Network { trained.network }

  /// The names of the layers of ReLUs, for records.
  public var layerNames: [String] {
    step.relus.map { network.nodes[network.nodes[$0].inputs[0]].name }
  }

  /// Takes one batch.
  ///
  /// - Parameters:
  ///   - batch: The batch.
  ///   - state: What moves.
  ///   - shares: Who computes the shares of the batch; nil for this process alone.
  /// - Throws: `Divergence` when the loss or a gradient is no finite number; the state is as it was then.
  public func train(
    _ batch: Batch, _ state: inout TrainingState, by shares: (any ShareComputing)? = nil
  ) throws {
    let start = ContinuousClock.now
    let settings = schedules.settings(at: state.batches)
    let (index, parameters) = (
      state.batches, trained.turningDirections(state.parameters)
    )
    let result = ShareResult.combined(
      try shares?.results(of: batch, at: index, parameters)
        ?? results(of: batch, at: index, parameters))
    let gradients = result.gradients
    let norm = Optimizer.norm(gradients)
    guard result.loss.isFinite, norm.isFinite else {
      throw Divergence(
        batch: state.batches, epoch: state.batches / batches.batchesPerEpoch + 1,
        reason: result.loss.isFinite
          ? "the gradient is not finite" : "the loss is \(result.loss)")
    }
    state.parameters = parameters
    let before = step.trainable.map { parameters[$0.index] }
    var weights = before
    let rate = settings.learningRate
    optimizer.step(&weights, gradients, norm: norm, &state.optimizer, rate: rate)
    constraint.apply(
      &weights, from: before, norms: firstNorms, rate: rate,
      decay: rate * recipe.optimizer.weightDecay,
      isBounded: recipe.optimizer.kind == .muon)
    for (id, weight) in zip(step.trainable, weights) { state.parameters[id.index] = weight }
    state.updateStatistics(result.moments, momentum: recipe.network.statisticsSpeed)
    state.batches += 1
    state.updateAverage(weight: settings.averageWeight)
    state.totals.add(
      result, images: batch.count, norm: norm,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Checks that every weight is a finite number, as the last step of an epoch may have left them.
  ///
  /// - Throws: `Divergence` when one is not.
  public func checkFinite(_ state: TrainingState) throws(Divergence) {
    guard !state.isFinite else { return }
    throw divergence(state, "a weight is not finite")
  }

  /// Checks that it makes sense to go on after an epoch.
  ///
  /// - Parameter epochs: The epochs of the run, in their order.
  /// - Throws: `Divergence` when the network has given one constant answer for long; `CollapseRule` has the rule.
  public func checkProgress(
    _ state: TrainingState, after epochs: [EpochRecord]
  ) throws(Divergence) {
    if let reason = collapse.reason(after: epochs) { throw divergence(state, reason) }
  }

  private func divergence(_ state: TrainingState, _ reason: String) -> Divergence {
    let epoch = max(0, state.batches - 1) / batches.batchesPerEpoch + 1
    return Divergence(batch: state.batches, epoch: epoch, reason: reason)
  }

  /// The record of the epoch that ends with the state's last batch, without its judgement.
  public func record(_ state: TrainingState) -> EpochRecord {
    let last = max(0, state.batches - 1)
    let settings = schedules.settings(at: last)
    var record = state.totals.record(
      epoch: last / batches.batchesPerEpoch + 1, settings: settings, layerNames: layerNames)
    record.effectiveRates = trained.effectiveRates(
      state.parameters, rate: settings.learningRate, kind: recipe.optimizer.kind)
    return record
  }

  /// What attention looks like on the first training images; nil where the network has none, or its numbers are not finite.
  public func attention(_ state: TrainingState) -> [AttentionRecord]? {
    guard network.nodes.contains(where: { $0.operation is Attention }) else { return nil }
    let images = batches.images
    let count = min(Self.lookedAt, images.count)
    let pixels = (0..<count).flatMap { images.image($0).map { Double($0) } }
    let rows = AttentionRows.all(
      of: trained.folded(into: network, state.parameters),
      on: Tensor(Shape([count] + network.inputShape.dimensions), pixels))
    let records = rows.compactMap(\.record)
    return records.count == rows.count ? records : nil
  }

  /// The images that attention is looked at on.
  private static let lookedAt = 16

  /// The network to judge and to save: averaged weights where the recipe keeps them, and the statistics that it asks
  /// for.
  ///
  /// - Parameter epoch: The epoch whose batches give population statistics, counted from 0.
  public func result(_ state: TrainingState, epoch: Int) -> Network {
    // Averages are of what is trained, and folded afterwards: an average of standardised kernels would not be standardised.
    let result = trained.folded(
      into: network,
      state.average.map { trained.settlingDirections($0.parameters) } ?? state.parameters)
    guard recipe.network.statistics == .population || state.average != nil else { return result }
    return withPopulationStatistics(result, epoch: epoch)
  }

  /// The network with the plain average of the statistics of one epoch's batches.
  ///
  /// Source: Mao et al., CTBench (2025): running averages lag behind weights that move fast.
  private func withPopulationStatistics(_ trained: Network, epoch: Int) -> Network {
    let parameters = trained.parameters(as: Lanes<Float>.self)
    var values = trained.parameters.indices.map { parameters[ParameterID($0)] }
    let isEstimated = recipe.network.statistics == .estimated
    var sums: [Int: Tensor<Double>] = [:]
    var count = 0.0
    for batch in batches.reader(from: BatchPosition(epoch: epoch, batch: 0), upTo: epoch + 1) {
      let shape = Shape([batch.count] + network.inputShape.dimensions)
      let x = Lanes(plain: Tensor<Float>(shape, batch.pixels)).blocked
      let speed = isEstimated ? 1 / (count + 1) : nil
      for moment in trained.normalizedPass(x, values, estimating: speed).moments {
        let size = Double(moment.count)
        if moment.isEstimate {
          // Each batch is normalised by all before it, as in training; the last estimates are the result.
          let pair = [
            (moment.normalization.mean.index, moment.mean),
            (moment.normalization.variance.index, moment.variance),
          ]
          for (index, value) in pair {
            (values[index], sums[index]) = (value, value.values)
          }
          continue
        }
        let pair = [
          (moment.normalization.mean.index, moment.mean.values),
          (
            moment.normalization.variance.index,
            moment.variance.values * (size > 1 ? size / (size - 1) : 1)
          ),
        ]
        for (index, value) in pair { sums[index] = sums[index].map { $0 + value } ?? value }
      }
      count += 1
    }
    var result = trained
    for (index, sum) in sums {
      // Rounded to what a model file holds.
      let mean = Tensor<Float>(converting: isEstimated ? sum : sum * (1 / count))
      result.setValue(Tensor<Double>(converting: mean), of: ParameterID(index))
    }
    return result
  }
}
