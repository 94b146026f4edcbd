import Files
import Networks
import Tensors

/// Everything that a run needs to go on as if it had never stopped, beside its recipe and data.
public struct TrainingState: Sendable, Equatable {
  /// Every parameter of the network, running statistics included, in order, kernels as they are trained, and the gains of those.
  public var parameters: [Tensor<Float>]
  /// What the optimiser remembers.
  public var optimizer: OptimizerState
  /// The average of the weights, where the recipe keeps one.
  public var average: WeightAverage?
  /// The batches that are done, over the whole run.
  public var batches = 0
  /// The sums of the epoch that is under way.
  public var totals = EpochTotals()

  /// The state before the first batch.
  public init(_ network: Network, _ recipe: Recipe) {
    self.init(
      TrainedNetwork(network, recipe.network.weights), recipe.optimizer, recipe.constraint)
  }

  /// The state before the first batch, the weights within what the constraint allows.
  public init(_ network: Network, _ optimizer: OptimizerSettings, _ constraint: ConstraintSettings)
  {
    self.init(TrainedNetwork(network, WeightSettings()), optimizer, constraint)
  }

  private init(
    _ trained: TrainedNetwork, _ optimizer: OptimizerSettings, _ constraint: ConstraintSettings
  ) {
    parameters = trained.network.parameters.map { Tensor<Float>(converting: $0.value) }
    let trainable = trained.trainable
    var weights = trainable.map { [parameters] in parameters[$0.index] }
    self.optimizer = optimizer.initialState(for: weights)
    average = nil
    WeightConstraint(constraint, trained).begin(&weights)
    for (id, weight) in zip(trainable, weights) { parameters[id.index] = weight }
  }

  /// Whether every parameter is a finite number.
  public var isFinite: Bool { parameters.allSatisfy(\.isFinite) }
}

/// An average of the weights of a run.
public struct WeightAverage: Sendable, Equatable {
  /// The averaged parameters, in order; statistics of normalisations are averaged like weights.
  public var parameters: [Tensor<Float>]
  /// How many states are in it.
  public var count: Int

  /// Starts an average with one state.
  public init(_ parameters: [Tensor<Float>]) {
    self.parameters = parameters
    count = 1
  }

  /// Creates an average that was saved.
  public init(_ parameters: [Tensor<Float>], count: Int) {
    self.parameters = parameters
    self.count = count
  }

  /// Takes one more state in, with a weight between 0 and 1.
  public mutating func add(_ other: [Tensor<Float>], weight: Double) {
    for i in parameters.indices {
      parameters[i] = parameters[i] * (1 - weight) + other[i] * weight
    }
    count += 1
  }
}

extension TrainingState {
  /// Takes the parameters into the average, with the weight that the schedule gives them after a batch.
  mutating func updateAverage(weight: Double?) {
    guard let weight else { return }
    if average == nil {
      average = WeightAverage(parameters)
    } else {
      average?.add(parameters, weight: weight)
    }
  }

  /// Takes the batch's statistics into the running ones.
  ///
  /// The running variance takes the unbiased one, as frameworks do.
  mutating func updateStatistics<Base: TensorAlgebra>(
    _ moments: [BatchMoments<Base>], momentum: Double
  ) {
    for moment in moments where moment.isEstimate {
      // The old ones are in them already.
      parameters[moment.normalization.mean.index] = Tensor<Float>(converting: moment.mean.values)
      parameters[moment.normalization.variance.index] = Tensor<Float>(
        converting: moment.variance.values)
    }
    for moment in moments where !moment.isEstimate {
      let count = Double(moment.count)
      let unbiased = count > 1 ? count / (count - 1) : 1
      let (mean, variance) = (moment.normalization.mean.index, moment.normalization.variance.index)
      func mixed(_ old: Tensor<Float>, _ new: Base, _ scale: Double) -> Tensor<Float> {
        old * (1 - momentum) + Tensor<Float>(converting: new.values) * (momentum * scale)
      }
      parameters[mean] = mixed(parameters[mean], moment.mean, 1)
      parameters[variance] = mixed(parameters[variance], moment.variance, unbiased)
    }
  }
}
