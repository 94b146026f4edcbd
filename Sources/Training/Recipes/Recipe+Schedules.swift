extension Recipe {
  /// The schedules of a run.
  ///
  /// - Parameter batchesPerEpoch: The number of training images over `batch`, rounded up.
  /// - Precondition: `batchesPerEpoch` is at least 1.
  public func schedules(batchesPerEpoch: Int) -> TrainingSchedules {
    let shape: EpsilonSchedule.Shape =
      switch epsilon.ramp {
      case .smoothed: .smoothed(middle: epsilon.middle, power: epsilon.power)
      case .linear: .linear
      case .constant: .constant
      }
    var schedules = TrainingSchedules(
      epsilon: !method.usesBoxes
        ? EpsilonSchedule(.constant, epsilon: 0, batchesPerEpoch: batchesPerEpoch)
        : EpsilonSchedule(
          shape, start: epsilon.start, length: epsilon.length, epsilon: epsilon.train,
          batchesPerEpoch: batchesPerEpoch),
      learningRate: LearningRateSchedule(
        initial: optimizer.learningRate, milestones: optimizer.decayEpochs,
        factor: optimizer.decayFactor, batchesPerEpoch: batchesPerEpoch,
        fall: optimizer.schedule, batches: epochs * batchesPerEpoch))
    schedules.cleanWeight = method == .clean ? .constant(1) : loss.cleanWeight
    if method == .crownIBP { schedules.crownWeight = loss.crownWeight }
    if method.usesBounds { schedules.regularizerWeight = regularizer.weight }
    schedules.statisticsSpeed = network.statisticsSpeed
    let rule: AveragingSchedule.Rule =
      switch averaging.kind {
      case .none: .none
      case .ema: .exponential(decay: averaging.decay)
      case .swa: .uniform(every: averaging.every)
      }
    schedules.averaging = AveragingSchedule(
      rule, start: averaging.start, batchesPerEpoch: batchesPerEpoch)
    return schedules
  }

  /// The recipe for another number of epochs, its schedules stretched or shortened alike.
  ///
  /// The first epoch of the ramp, its length, the epochs of the decay and the start of averaging keep their
  /// place in the run as nearly as whole epochs allow. At least
  /// the last epoch has the full radius.
  ///
  /// - Precondition: `count` is at least 1.
  public func scaled(toEpochs count: Int) -> Recipe {
    precondition(count >= 1, "\(count) epochs")
    guard count != epochs else { return self }
    var recipe = self
    func moved(_ epoch: Int) -> Int {
      Int((Double(epoch) * Double(count) / Double(epochs)).rounded())
    }
    recipe.epochs = count
    if method.usesBoxes && epsilon.ramp != .constant {
      // Epochs before the ramp, the ramp, and at least one epoch after it.
      let before = min(moved(epsilon.start - 1), count - 1)
      let end = min(moved(epsilon.start + epsilon.length - 1), count - 1)
      recipe.epsilon.start = before + 1
      recipe.epsilon.length = max(0, end - before)
    }
    var last = 0
    recipe.optimizer.decayEpochs = optimizer.decayEpochs.map(moved).filter { epoch in
      guard epoch > last, epoch < count else { return false }
      last = epoch
      return true
    }
    if averaging.kind != .none {
      recipe.averaging.start = max(1, min(count, moved(averaging.start)))
    }
    return recipe
  }
}
