import Records

extension TrainingSession {
  /// What the caller hears while the run goes on.
  public struct Progress: Sendable {
    /// The epoch, counted from 1.
    public var epoch: Int
    /// The epochs of the run.
    public var epochs: Int
    /// The batch within the epoch, counted from 1.
    public var batch: Int
    /// The batches of an epoch.
    public var batches: Int
    /// The epoch so far.
    public var record: EpochRecord
    /// The last judgement, if there was one.
    public var judged: EvaluationRecord?
    /// The seconds left, by the pace so far.
    public var secondsLeft: Double
    /// How far the certification of the final network is; nil while the network is trained.
    public var certification: CertificationProgress?
  }

  func progress(secondsLeft: Double) -> Progress {
    let perEpoch = trainer.batches.batchesPerEpoch
    let done = max(1, state.batches)
    let record =
      state.totals.batches > 0
      ? trainer.record(state) : metrics.epochs.last ?? trainer.record(state)
    return Progress(
      epoch: (done - 1) / perEpoch + 1, epochs: recipe.epochs, batch: (done - 1) % perEpoch + 1,
      batches: perEpoch, record: record, judged: metrics.epochs.last { $0.test != nil }?.test,
      secondsLeft: secondsLeft)
  }
}
