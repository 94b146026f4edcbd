import Datasets
import Digests
import Federation
import Files
import Foundation
import ModelFiles
import Networks
import Records
import Reports
import Tensors
import Training

/// A training run with its files: the model, the records and the checkpoints in one folder.
///
/// | file | content |
/// |---|---|
/// | `model.onnx` | the trained network, its normalisations kept; written at the end |
/// | `metrics.jsonl` | a line for each epoch |
/// | `run.json` | recipe, seed, versions, data, machine, how the run ended, and what the certifier shows of the model |
/// | `report.html` | curves of all that, for people |
/// | `checkpoint.safetensors` | where a stopped run goes on |
public final class TrainingSession {
  /// The recipe.
  public let recipe: Recipe
  /// The folder.
  public let folder: String
  /// The record of the run.
  public internal(set) var run: TrainingRun { didSet { known.run = run } }
  /// Told of a process that has stopped, by its rank; its shares are computed by the others.
  public var onLoss: (Int) -> Void = { _ in } { didSet { shares?.onLoss = onLoss } }
  /// Asked in the middle of long steps, where `train` cannot ask its caller; the run stops when this says true.
  public var isCancelled: @Sendable () -> Bool = { false } {
    didSet { shares?.isCancelled = isCancelled }
  }
  /// Told what is being done where that takes long, in a few words, for a line of progress.
  public var onStage: @Sendable (String) -> Void = { _ in }
  /// The bytes that the certification at the end may use.
  public var memory = 4 << 30
  /// The seconds of batches after which training ends with the epoch, whose network is the result; nil for all epochs of the recipe.
  public var timeLimit: Double?
  /// Whether a run that is stopped during the certification at the end is finished, with the images that are done by then; if not, it is
  /// stopped, and certifies anew when it goes on.
  public var acceptsPartialCertification = true
  /// Whether the folder's run was finished when the session was made; there is nothing to do then.
  public let wasFinished: Bool
  /// The epochs that are done.
  public var epochs: [EpochRecord] { metrics.epochs }

  let trainer: Trainer
  let test: ImageSet
  let metrics: MetricsLog
  private let checkpoints: CheckpointStore
  /// Keeps other runs out of the folder, as long as the session lives.
  private let lock: OutputLock
  let known: KnownRun
  var state: TrainingState
  let dataDigest: String
  /// Who computes shares of batches; nil for this process alone.
  var shares: ShareLeader?
  private let recipeText: String
  /// Seconds from one checkpoint to the next within an epoch.
  private let checkpointInterval = 60.0

  /// Prepares a run, or goes on with one.
  ///
  /// - Parameters:
  ///   - recipe: The recipe.
  ///   - folder: Where the files go; made when missing.
  ///   - resumes: Whether to go on where the folder's run stopped; a folder without a checkpoint starts anew.
  ///   - restarts: Whether to remove the files of an earlier run first.
  ///   - exchange: The leader's end where other processes compute shares of every batch, each a `TrainingWorker`; nil where this one is alone.
  /// - Throws: `InputError` when the data, the network or the folder are not what they should be.
  public init(
    _ recipe: Recipe, folder: String, resumes: Bool, restarts: Bool = false,
    exchange: (any Exchange)? = nil
  ) throws {
    self.recipe = recipe
    self.folder = folder
    recipeText = recipe.yaml
    let training = try Self.images(recipe.data.name, .train, recipe.data.first)
    test = try Self.images(recipe.data.name, .test, recipe.evaluation.first)
    let network = try Self.network(recipe, for: training)
    let teacher = try TeacherFile(of: recipe, for: training)
    trainer = try Trainer(recipe, network, on: training, teacher: teacher?.network)
    dataDigest = training.digest
    // Before the folder is made: a process may work on something else.
    if let exchange {
      shares = try ShareLeader(exchange, trainer, .training(recipe, dataDigest, teacher))
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(folder, "cannot be made: \(error.localizedDescription)")
    }
    lock = try OutputLock(folder: folder)
    // Not before the lock is held: another process may be writing them.
    if restarts { Self.clear(folder) }
    checkpoints = CheckpointStore(folder: folder)
    let found = resumes ? try checkpoints.latest() : nil
    let known = resumes ? try? TrainingRun(contentsOf: "\(folder)/run.json") : nil
    wasFinished = try Self.isFinished(known, in: folder, recipe: recipe.yaml)
    let before = found == nil && !wasFinished ? nil : known
    if !resumes, FileManager.default.fileExists(atPath: "\(folder)/run.json") {
      throw InputError(
        folder, "holds a training run already; go on with --resume or choose another --out")
    }
    if let found {
      state = try TrainingState(
        found.archive, source: found.path, network, recipe, data: dataDigest)
    } else {
      state = trainer.initialState
    }
    checkpoints.removeLeftovers()
    // An epoch whose last batch is done, but which was not judged before the run stopped, has no line yet.
    let hasOpenEpoch =
      state.batches % trainer.batches.batchesPerEpoch == 0 && state.totals.batches > 0
    metrics = try MetricsLog(
      "\(folder)/metrics.jsonl",
      keeping: state.batches / trainer.batches.batchesPerEpoch - (hasOpenEpoch ? 1 : 0))
    var run = TrainingRun(
      version: Release.version, recipe: recipeText, seed: recipe.seed,
      images: RunImages(
        training: ImagesRecord(
          name: "\(training.name) train", count: training.count, digest: training.digest),
        test: ImagesRecord(name: "\(test.name) test", count: test.count, digest: test.digest)),
      machine: .current)
    run.software = .current
    if let file = recipe.network.file { run.startDigest = try ModelFile(file).digest() }
    run.teacher = teacher?.record
    run.parameters = trainer.trainableParameterCount
    if let before { try Self.check(run, continues: before, in: folder) }
    if wasFinished, let before { run = before }
    self.run = run
    self.known = KnownRun(run, folder)
    if !wasFinished { try run.write(to: "\(folder)/run.json") }
  }

  static func images(
    _ name: String, _ split: Split, _ first: Int?
  ) throws(InputError) -> ImageSet {
    let set = try Datasets.load(name, split: split)
    try set.requireAll()
    guard let first else { return set }
    return try set.first(first)
  }

  /// The network of a recipe before training, its weights drawn or read.
  static func network(_ recipe: Recipe, for images: ImageSet) throws -> Network {
    if let file = recipe.network.file {
      // Constants that are added after a layer become its bias, so that they are trained.
      let network = try Network(contentsOf: file).foldingBiases()
      try network.requireStoredOrder(of: images, source: file)
      return network
    }
    guard let network = try recipe.emptyNetwork(for: images) else {
      preconditionFailure("A recipe without a file and without an architecture")
    }
    return network.initialized(
      recipe.network.initialization, seed: UInt64(bitPattern: Int64(recipe.seed)))
  }

  /// Trains to the end, or until `isStopped` says so.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every batch; a stopped run has a checkpoint and can be resumed.
  ///   - report: Called after every batch.
  /// - Returns: How the run ended.
  /// - Throws: `InputError` when a file cannot be written.
  public func train(
    isStopped: () -> Bool = { false }, _ report: (Progress) -> Void = { _ in }
  ) throws -> TrainingStatus {
    if wasFinished { return .finished }
    let perEpoch = trainer.batches.batchesPerEpoch
    let position = BatchPosition(epoch: state.batches / perEpoch, batch: state.batches % perEpoch)
    let reader = trainer.batches.reader(from: position, upTo: recipe.epochs)
    defer { reader.stop() }
    let begin = ContinuousClock.now
    let first = state.batches
    var saved = ContinuousClock.now
    do {
      if state.batches > 0, state.batches % perEpoch == 0, state.totals.batches > 0,
        try !finishEpoch()
      {
        return try stopped()
      }
      while state.batches < trainer.batchCount, !isOverTime, let batch = reader.next() {
        try trainer.train(batch, &state, by: shares)
        if state.batches % perEpoch == 0 {
          guard try finishEpoch() else { return try stopped() }
          saved = .now
        } else if (ContinuousClock.now - saved) / .seconds(1) > checkpointInterval {
          try save()
          saved = .now
        }
        let spent = (ContinuousClock.now - begin) / .seconds(1)
        let left =
          Double(trainer.batchCount - state.batches) * spent / Double(state.batches - first)
        report(progress(secondsLeft: left))
        if isStopped(), state.batches < trainer.batchCount {
          try save()
          return try stopped()
        }
      }
    } catch let divergence as Divergence {
      return try end(.diverged, reason: divergence.description)
    }
    return try finish(isStopped: isStopped, report)
  }

  /// Whether an epoch has just ended, and with it the time.
  private var isOverTime: Bool {
    guard let timeLimit, state.totals.batches == 0 else { return false }
    return TrainingHistory(run: run, epochs: metrics.epochs).seconds >= timeLimit
  }

  private func stopped() throws -> TrainingStatus {
    let epoch =
      (state.batches + (state.totals.batches > 0 ? -1 : 0))
      / trainer.batches.batchesPerEpoch
    return try end(.stopped, reason: "stopped in epoch \(epoch + 1)")
  }

  private func save() throws(InputError) {
    try checkpoints.save(
      state.archive(trainer.trainedNetwork, recipe: recipeText, data: dataDigest))
  }

  /// Writes the epoch's line and a checkpoint; false where the run was called off before its judgement was done.
  private func finishEpoch() throws -> Bool {
    try trainer.checkFinite(state)
    var record = trainer.record(state)
    let start = ContinuousClock.now
    record.attention = trainer.attention(state)
    if record.epoch % recipe.evaluation.every == 0 || record.epoch == recipe.epochs {
      onStage("judging epoch \(record.epoch) on \(test.count) test images")
      let radius = record.epsilon > 0 ? min(record.epsilon, recipe.epsilon.test) : 0
      let network = trainer.result(state, epoch: record.epoch - 1)
      record.test = try Evaluation(network, on: test).record(
        epsilon: radius > 0 ? radius : recipe.epsilon.test, unless: isCancelled)
      if record.test == nil {
        try save()
        return false
      }
    }
    record.seconds += (ContinuousClock.now - start) / .seconds(1)
    state.totals = EpochTotals()
    try metrics.append(record)
    try save()
    try writeReport()
    try trainer.checkProgress(state, after: metrics.epochs)
    return true
  }

  func writeReport() throws(InputError) {
    let page = TrainingReport(TrainingHistory(run: run, epochs: metrics.epochs)).page
    try writeFile(Data(page.utf8), to: "\(folder)/report.html")
  }
}
