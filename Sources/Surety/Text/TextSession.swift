import Datasets
import Digests
import Files
import Foundation
import ModelFiles
import Records
import Reports
import Training

/// The training of a transformer on a text, with its files: the model, the records and the checkpoints in one folder.
///
/// The files are those of `TrainingSession`, and `tokenizer.json`, which says what the model's tokens stand for.
public final class TextSession {
  /// The recipe.
  public let recipe: TextRecipe
  /// The folder.
  public let folder: String
  /// The record of the run.
  public private(set) var run: TrainingRun { didSet { known.run = run } }
  /// Asked in the middle of judgements; the run stops when this says true.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Told what is being done where that takes long.
  public var onStage: @Sendable (String) -> Void = { _ in }
  /// Whether the folder's run was finished when the session was made; there is nothing to do then.
  public let wasFinished: Bool
  /// The epochs that are done.
  public var epochs: [EpochRecord] { metrics.epochs }

  private let text: TextSet
  private let trainer: TextTrainer
  private let metrics: MetricsLog
  private let checkpoints: CheckpointStore
  private let lock: OutputLock
  private let known: KnownRun
  private var state: TrainingState
  private let checkpointInterval = 60.0

  /// Prepares a run, or goes on with one.
  ///
  /// - Parameters: As for `TrainingSession.init`.
  /// - Throws: `InputError` when the text, the network or the folder are not what they should be.
  public init(
    _ recipe: TextRecipe, folder: String, resumes: Bool, restarts: Bool = false
  ) throws {
    self.recipe = recipe
    self.folder = folder
    text = try TextSet(
      contentsOf: recipe.data.file, recipe.data.tokenizer, validation: recipe.data.validation)
    guard text.validation.count > recipe.network.tokens else {
      throw InputError(
        recipe.data.file,
        "leaves \(text.validation.count) tokens to judge by, fewer than a window of "
          + "\(recipe.network.tokens)")
    }
    trainer = try TextTrainer(recipe, on: text)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(folder, "cannot be made: \(error.localizedDescription)")
    }
    lock = try OutputLock(folder: folder)
    if restarts { TrainingSession.clear(folder) }
    checkpoints = CheckpointStore(folder: folder)
    let found = resumes ? try checkpoints.latest() : nil
    let before = resumes ? try? TrainingRun(contentsOf: "\(folder)/run.json") : nil
    wasFinished = try TrainingSession.isFinished(before, in: folder, recipe: recipe.yaml)
    if !resumes, FileManager.default.fileExists(atPath: "\(folder)/run.json") {
      throw InputError(
        folder, "holds a training run already; go on with --resume or choose another --out")
    }
    if let found {
      state = try trainer.state(found.archive, source: found.path, data: text.digest)
    } else {
      state = trainer.initialState
    }
    checkpoints.removeLeftovers()
    let perEpoch = trainer.batches.batchesPerEpoch
    let hasOpenEpoch = state.batches % perEpoch == 0 && state.totals.batches > 0
    metrics = try MetricsLog(
      "\(folder)/metrics.jsonl", keeping: state.batches / perEpoch - (hasOpenEpoch ? 1 : 0))
    var run = TrainingRun(
      version: Release.version, recipe: recipe.yaml, seed: recipe.seed,
      images: RunImages(
        training: ImagesRecord(
          name: "\(text.name) training", count: text.training.count, digest: text.digest),
        test: ImagesRecord(
          name: "\(text.name) validation", count: text.validation.count, digest: text.digest)),
      machine: .current)
    run.software = .current
    run.parameters = trainer.network.trainableParameterCount
    if wasFinished, let before { run = before }
    self.run = run
    known = KnownRun(run, folder)
    if !wasFinished {
      try text.tokenizer.write(to: "\(folder)/tokenizer.json")
      try run.write(to: "\(folder)/run.json")
    }
  }

  /// Notes in the folder that the run was stopped; for a thread that ends the program in the middle of a step.
  public var markingStopped: @Sendable () -> Void { { [known] in known.markStopped() } }

  /// Trains to the end, or until `isStopped` says so.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every batch; a stopped run has a checkpoint and can be resumed.
  ///   - report: Called after every batch.
  /// - Returns: How the run ended.
  /// - Throws: `InputError` when a file cannot be written.
  public func train(
    isStopped: () -> Bool = { false }, _ report: (TrainingSession.Progress) -> Void = { _ in }
  ) throws -> TrainingStatus {
    if wasFinished { return .finished }
    let perEpoch = trainer.batches.batchesPerEpoch
    let (begin, first) = (ContinuousClock.now, state.batches)
    var saved = ContinuousClock.now
    do {
      if state.batches > 0, state.batches % perEpoch == 0, state.totals.batches > 0,
        try !finishEpoch()
      {
        return try stopped()
      }
      while state.batches < trainer.batchCount {
        try trainer.train(&state)
        if state.batches % perEpoch == 0 {
          guard try finishEpoch() else { return try stopped() }
          saved = .now
        } else if (ContinuousClock.now - saved) / .seconds(1) > checkpointInterval {
          try save()
          saved = .now
        }
        let spent = (ContinuousClock.now - begin) / .seconds(1)
        report(
          progress(
            secondsLeft: Double(trainer.batchCount - state.batches) * spent
              / Double(state.batches - first)))
        if isStopped(), state.batches < trainer.batchCount {
          try save()
          return try stopped()
        }
      }
    } catch let divergence as Divergence {
      return try end(.diverged, reason: divergence.description)
    }
    let path = "\(folder)/model.onnx"
    try trainer.result(state).write(toONNX: path)
    run.modelDigest = try sha256(ofFile: path)
    return try end(.finished, reason: nil)
  }

  private func progress(secondsLeft: Double) -> TrainingSession.Progress {
    let perEpoch = trainer.batches.batchesPerEpoch
    let done = max(1, state.batches)
    return TrainingSession.Progress(
      epoch: (done - 1) / perEpoch + 1, epochs: recipe.epochs, batch: (done - 1) % perEpoch + 1,
      batches: perEpoch,
      record: state.totals.batches > 0
        ? trainer.record(state) : metrics.epochs.last ?? trainer.record(state),
      judged: nil, secondsLeft: secondsLeft)
  }

  private func stopped() throws -> TrainingStatus {
    let done = state.batches + (state.totals.batches > 0 ? -1 : 0)
    return try end(
      .stopped, reason: "stopped in epoch \(done / trainer.batches.batchesPerEpoch + 1)")
  }

  private func save() throws(InputError) {
    try checkpoints.save(
      state.archive(trainer.network, recipe: recipe.yaml, data: text.digest))
  }

  /// Writes the epoch's line and a checkpoint; false where the run was called off before its judgement was done.
  private func finishEpoch() throws -> Bool {
    try trainer.checkFinite(state)
    var record = trainer.record(state)
    let start = ContinuousClock.now
    if record.epoch % recipe.judgedEvery == 0 || record.epoch == recipe.epochs {
      onStage("judging epoch \(record.epoch) on \(text.validation.count) tokens")
      record.text = TextEvaluation(
        trainer.result(state), on: text.validation,
        window: recipe.network.tokens
      ).record(unless: isCancelled)
      if record.text == nil {
        try save()
        return false
      }
    }
    record.seconds += (ContinuousClock.now - start) / .seconds(1)
    state.totals = EpochTotals()
    try metrics.append(record)
    try save()
    try writeReport()
    return true
  }

  private func end(_ status: TrainingStatus, reason: String?) throws -> TrainingStatus {
    run.status = status
    run.reason = reason
    run.ended = TrainingRun.time()
    try run.write(to: "\(folder)/run.json")
    try writeReport()
    return status
  }

  private func writeReport() throws(InputError) {
    let page = TrainingReport(TrainingHistory(run: run, epochs: metrics.epochs)).page
    try writeFile(Data(page.utf8), to: "\(folder)/report.html")
  }
}
