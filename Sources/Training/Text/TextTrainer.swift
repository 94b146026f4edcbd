import Datasets
import Differentiation
import Files
import Foundation
import Networks
import RandomNumbers
import Records
import Tensors

/// Trains a transformer to predict the next token at each place, batch by batch.
///
/// The trainer holds no files: it moves a `TrainingState`, from which a run can go on at any batch. Equal recipes, texts and states give equal
/// results on one machine.
public struct TextTrainer: Sendable {
  /// The recipe.
  public let recipe: TextRecipe
  /// The structure of the network, with its first parameters.
  public let network: Network
  /// The text in batches.
  public let batches: TextBatches
  private let schedules: TrainingSchedules
  private let optimizer: Optimizer
  private let constraint: WeightConstraint
  private let firstNorms: [Double]
  private let trainable: [ParameterID]

  /// Prepares a run: builds the network and draws its first weights.
  ///
  /// - Throws: `InputError` when the text is too short for a batch, or a size does not fit the others.
  public init(_ recipe: TextRecipe, on text: TextSet) throws(InputError) {
    // Every step needs what the last one freed.
    MemoryReuse.keep(6 << 30)
    self.recipe = recipe
    batches = try TextBatches(
      text.training, window: recipe.network.tokens, size: recipe.batch, seed: UInt64(recipe.seed),
      source: text.name)
    try Self.checkMemory(recipe, vocabulary: text.tokenizer.count)
    network = try recipe.architecture(vocabulary: text.tokenizer.count).network()
      .withTransformerWeights(seed: UInt64(recipe.seed))
    let trained = TrainedNetwork(network, WeightSettings())
    var optimizer = Optimizer(recipe.optimizer, trained.forms)
    optimizer.scales = try recipe.stepScales(
      of: network, trained, vocabulary: text.tokenizer.count)
    self.optimizer = optimizer
    var constraint = WeightConstraint(recipe.constraint, trained)
    constraint.scales = optimizer.scales
    self.constraint = constraint
    trainable = trained.trainable
    firstNorms = trained.firstNorms
    let perEpoch = batches.batchesPerEpoch
    schedules = TrainingSchedules(
      epsilon: EpsilonSchedule(.constant, epsilon: 0, batchesPerEpoch: perEpoch),
      learningRate: LearningRateSchedule(
        initial: recipe.optimizer.learningRate, milestones: recipe.optimizer.decayEpochs,
        factor: recipe.optimizer.decayFactor, batchesPerEpoch: perEpoch,
        fall: recipe.optimizer.schedule, batches: recipe.epochs * perEpoch))
  }

  /// Refuses sizes that the machine's memory cannot hold.
  private static func checkMemory(_ recipe: TextRecipe, vocabulary: Int) throws(InputError) {
    let sizes = recipe.network
    let (width, blocks) = (Double(sizes.width), Double(sizes.blocks))
    let weights =
      2 * Double(vocabulary) * width + blocks * (4 + 2 * Double(sizes.expansion)) * width * width
    // Weights in doubles and floats, their gradients and what the optimiser remembers; what a step keeps of each token for its derivative.
    let bytes =
      weights * 28 + 4 * Double(recipe.batch * sizes.tokens)
      * (blocks * width * Double(12 + 3 * sizes.expansion) + 4 * Double(vocabulary))
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > memory else { return }
    let gibibyte = Double(1 << 30)
    throw InputError(
      "network",
      String(
        format:
          "training it takes about %.0f GiB, and this machine has %.0f; choose a smaller width, batch or number of tokens",
        bytes / gibibyte, memory / gibibyte))
  }

  /// The state before the first batch.
  public var initialState: TrainingState {
    TrainingState(network, recipe.optimizer, recipe.constraint)
  }

  /// The batches of the whole run.
  public var batchCount: Int { recipe.epochs * batches.batchesPerEpoch }

  /// Takes the next batch.
  ///
  /// - Throws: `Divergence` when the loss or a gradient is no finite number; the state is as it was then.
  public func train(_ state: inout TrainingState) throws(Divergence) {
    let start = ContinuousClock.now
    let perEpoch = batches.batchesPerEpoch
    let position = BatchPosition(epoch: state.batches / perEpoch, batch: state.batches % perEpoch)
    let batch = batches.batch(at: position)
    let variables = trainable.map { Tracked.variable(state.parameters[$0.index]) }
    var values = state.parameters.map { Tracked($0) }
    for (id, variable) in zip(trainable, variables) { values[id.index] = variable }
    let output = network.evaluate(
      Tracked(network.input(batch)), Parameters(values))
    let prediction = NextTokens(output.base, batch.targets)
    let loss = Tracked(
      Tensor<Float>([1], [Float(prediction.loss)]),
      [output.dependence { prediction.gradient * $0.reshaped([1]) }])
    let gradients = loss.gradients(of: variables)
    let norm = Optimizer.norm(gradients)
    guard prediction.loss.isFinite, norm.isFinite else {
      throw Divergence(
        batch: state.batches, epoch: position.epoch + 1,
        reason: prediction.loss.isFinite
          ? "the gradient is not finite" : "the loss is \(prediction.loss)")
    }
    let rate = schedules.learningRate.rate(at: state.batches)
    let before = trainable.map { state.parameters[$0.index] }
    var weights = before
    optimizer.step(&weights, gradients, norm: norm, &state.optimizer, rate: rate)
    constraint.apply(
      &weights, from: before, norms: firstNorms, rate: rate,
      decay: rate * recipe.optimizer.weightDecay,
      isBounded: recipe.optimizer.kind == .muon)
    for (id, weight) in zip(trainable, weights) { state.parameters[id.index] = weight }
    state.batches += 1
    var result = StepResult<Tensor<Float>>()
    (result.loss, result.cleanLoss) = (prediction.loss, prediction.loss)
    result.cleanCorrect = prediction.correct
    state.totals.add(
      result, images: batch.targets.count, norm: norm,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// The network to judge and to save.
  public func result(_ state: TrainingState) -> Network {
    TrainedNetwork(network, WeightSettings()).folded(into: network, state.parameters)
  }

  /// Checks that every weight is a finite number, as the last step of an epoch may have left them.
  ///
  /// - Throws: `Divergence` when one is not.
  public func checkFinite(_ state: TrainingState) throws(Divergence) {
    guard !state.isFinite else { return }
    throw Divergence(
      batch: state.batches, epoch: max(0, state.batches - 1) / batches.batchesPerEpoch + 1,
      reason: "a weight is not finite")
  }

  /// The record of the epoch that ends with the state's last batch, without its judgement.
  public func record(_ state: TrainingState) -> EpochRecord {
    let last = max(0, state.batches - 1)
    return state.totals.record(
      epoch: last / batches.batchesPerEpoch + 1, settings: schedules.settings(at: last),
      layerNames: [])
  }

  /// Reads a checkpoint.
  ///
  /// - Throws: `InputError` when it belongs to another recipe, text or network.
  public func state(
    _ archive: TensorArchive, source: String, data: String
  ) throws(InputError) -> TrainingState {
    try TrainingState(
      archive, source: source, fresh: initialState, recipe: recipe.yaml, data: data)
  }
}

/// What a network says of the next tokens: its loss, its gradient, and how often it is right.
struct NextTokens: Sendable {
  /// The mean cross-entropy, in nats.
  let loss: Double
  /// The places at which the right token has the largest logit, alone.
  let correct: Int
  /// The derivative of the loss by the logits.
  let gradient: Tensor<Float>

  /// Compares logits, `[windows, 1, tokens, vocabulary]`, with the tokens that came.
  init(_ logits: Tensor<Float>, _ targets: [Int32]) {
    let width = logits.shape[-1]
    let flat = logits.reshaped([targets.count, width])
    let shifted = flat - flat.reduced(.maximum, axis: 1)
    let exponentials = shifted.applying(.exp)
    let sums = exponentials.reduced(.sum, axis: 1)
    var gradient = exponentials * (sums.applying(.reciprocal) * (1 / Double(targets.count)))
    var (loss, correct) = (0.0, 0)
    let share = Float(1 / Double(targets.count))
    let logs = sums.applying(.log).scalars
    gradient.withMutableElements { gradient in
      shifted.withElements { shifted in
        for (place, target) in targets.enumerated() {
          let at = place * width
          let own = shifted[at + Int(target)]
          loss += Double(logs[place]) - Double(own)
          gradient[at + Int(target)] -= share
          // The largest is 0; an equal one elsewhere makes the answer no answer.
          let isBest = own == 0 && shifted[at..<at + width].count { $0 == 0 } == 1
          correct += isBest ? 1 : 0
        }
      }
    }
    self.loss = loss / Double(targets.count)
    self.correct = correct
    self.gradient = gradient.reshaped(logits.shape)
  }
}

extension Network {
  /// Windows of tokens as the network's input.
  func input(_ batch: TextBatch) -> Tensor<Float> {
    Tensor(Shape([batch.count] + inputShape.dimensions), batch.inputs.map { Float($0) })
  }

  /// A transformer with its first weights: orthogonal matrices of norm 1, the last of each branch and the head zero, rows of the embedding of
  /// root mean square 1.
  ///
  /// Source: Newhouse et al. (2025), appendix on initialisation.
  func withTransformerWeights(seed: UInt64) -> Network {
    var result = self
    for (id, form) in zip(trainableParameters, weightForms) {
      let parameter = parameters[id.index]
      let isLast = ["mixing.weight", "falling.weight", "head.weight"].contains {
        parameter.name.hasSuffix($0)
      }
      guard !isLast else { continue }
      var random = SplitMix64(seed: seed, path: [3, UInt64(id.index)])
      let drawn = Tensor<Float>(
        parameter.value.shape, (0..<parameter.value.count).map { _ in Float(random.normal()) })
      let value =
        switch form {
        case .elements: drawn
        case .matrix(let matrix): matrix.changing(drawn) { $0.orthogonalized() }
        case .rows: drawn.withEvenRows.withRows(atMost: 1)
        }
      result.setValue(Tensor<Double>(converting: value), of: id)
    }
    return result
  }
}
