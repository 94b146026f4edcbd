import Datasets
import Files
import Foundation
import ModelFiles
import Networks
import Records
import Reports
import Synchronization
import Training

/// Recipes that are trained one after another with the same seeds, and what came of them, in one folder.
///
/// | file | content |
/// |---|---|
/// | `RECIPE-seed-N/` | each training as `TrainingSession` leaves it |
/// | `comparison.json` | what is compared, each training that has ended, means and spreads |
/// | `report.html` | all that, for people |
///
///     let request = try ComparisonRequest(["digits", "mine.yaml"])
///     let comparison = try Comparison(request, folder: "results/compared", resumes: false)
///     try comparison.run()
///     for recipe in comparison.record.ranked { print(recipe.name, recipe.results.certified?.mean ?? 0) }
///
/// Every recipe is trained with the first seed before any is with the second, so that a comparison that was stopped says something of all.
public final class Comparison {
  /// What the caller hears while trainings go on.
  public struct Progress: Sendable {
    /// The recipe's name in the comparison.
    public var recipe: String
    /// The seed.
    public var seed: Int
    /// The trainings that have ended.
    public var ended: Int
    /// The trainings in all.
    public var planned: Int
    /// How far the training is.
    public var training: TrainingSession.Progress
  }

  /// What is compared; with a time, the recipes have the epochs that fit it.
  public let request: ComparisonRequest
  /// What is known so far.
  public private(set) var record: ComparisonRecord
  /// The bytes that certifications may use.
  public var memory = 4 << 30
  /// Asked in the middle of long steps, where `run` cannot ask its caller; the run stops when this says true.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Told what is being done where that takes long, in a few words.
  public var onStage: @Sendable (String) -> Void = { _ in }

  private let files: RecordFolder
  private let resumes: Bool
  private let test: ImageSet
  private let current = CurrentTraining()

  /// Prepares a comparison, or goes on with one.
  ///
  /// The data are read and every recipe's network is made before anything is written, so that what cannot be trained is refused first. With a
  /// time, each recipe's epochs are counted by a trial of some seconds; a comparison that goes on keeps the numbers that it began with.
  ///
  /// - Parameters:
  ///   - request: What is compared.
  ///   - path: The folder; made when missing.
  ///   - resumes: Whether to go on where the folder's comparison stopped; a folder without one begins.
  ///   - restarts: Whether to remove the folder's comparison first.
  ///   - command: The program and its arguments, for the record.
  /// - Throws: `InputError` when data, networks or the folder are not what they should be, or the time is too short for an epoch.
  public init(
    _ request: ComparisonRequest, folder path: String, resumes: Bool, restarts: Bool = false,
    command: [String]? = nil
  ) throws {
    let folders = request.folders.map { "\(path)/\($0)" }
    let isKnown = try Self.isKnown(path, folders, resumes: resumes, restarts: restarts)
    let data = request.entries[0].recipe
    let training = try TrainingSession.images(data.data.name, .train, data.data.first)
    test = try TrainingSession.images(data.data.name, .test, data.evaluation.first)
    for entry in request.entries { _ = try entry.trainer(on: training) }
    // Before the folder is made: the time may be too short.
    let planned = isKnown ? nil : try request.planned(on: training)
    files = try RecordFolder(path, log: Self.recordName)
    self.resumes = resumes
    if restarts { try Self.clear(files, folders) }
    let images = RunImages(
      training: ImagesRecord(
        name: "\(training.name) train", count: training.count, digest: training.digest),
      test: ImagesRecord(name: "\(test.name) test", count: test.count, digest: test.digest))
    // Another process may have begun or removed it meanwhile.
    if try Self.isKnown(path, folders, resumes: resumes, restarts: false) {
      record = try ComparisonRecord(contentsOf: files.logPath)
      self.request = try request.continuing(record, images: images, source: files.logPath)
    } else {
      let plan = try planned ?? request.planned(on: training)
      self.request = plan.request
      record = try plan.record(images: images)
      record.command = command
    }
    try write()
  }

  private static let recordName = "comparison.json"

  /// Whether a folder has a comparison to go on with.
  ///
  /// - Throws: `InputError` where it has one, or a training, that is neither to go on nor to be removed.
  private static func isKnown(
    _ path: String, _ folders: [String], resumes: Bool, restarts: Bool
  ) throws(InputError) -> Bool {
    func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }
    if restarts { return false }
    let isThere = exists("\(path)/\(recordName)")
    if resumes { return isThere }
    guard !isThere else {
      throw InputError(
        path,
        "holds a comparison already; go on with --resume, start over with --restart, or choose another --out"
      )
    }
    if let taken = folders.first(where: { exists("\($0)/run.json") }) {
      throw InputError(taken, "holds a training run already; choose another --out")
    }
    return false
  }

  /// Removes a comparison and its trainings, and those that take the places of the new ones; whatever else the folder holds stays.
  private static func clear(_ files: RecordFolder, _ folders: [String]) throws(InputError) {
    // The comparison that was there may have had other recipes and seeds.
    let before = try? ComparisonRecord(contentsOf: files.logPath)
    let names = (before?.recipes ?? []).flatMap { recipe in
      (before?.seeds ?? []).map { ComparisonRecord.folder(of: recipe.name, seed: $0) }
    }
    let old = names.filter { !$0.contains("/") }.map { "\(files.path)/\($0)" }
    for folder in Set(folders + old).sorted()
    where FileManager.default.fileExists(atPath: folder) {
      let lock = try OutputLock(folder: folder)
      TrainingSession.clear(folder)
      lock.release()
      // Only where nobody put anything else into it.
      if (try? FileManager.default.contentsOfDirectory(atPath: folder)) == [] {
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
    files.clear()
  }

  /// The folder.
  public var folder: String { files.path }

  /// Notes that the training under way was stopped; for a thread that ends the program in the middle of a step.
  public var markingStopped: @Sendable () -> Void { { [current] in current.markStopped() } }

  /// Runs the trainings that have not ended, until all have or `isStopped` says so.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every batch; a comparison that was stopped can go on.
  ///   - report: Called after every batch.
  /// - Returns: Whether all trainings have ended.
  /// - Throws: `InputError` when a file cannot be written, or a training's folder holds another run.
  @discardableResult
  public func run(
    isStopped: () -> Bool = { false }, _ report: (Progress) -> Void = { _ in }
  ) throws -> Bool {
    for seed in request.seeds {
      for (place, entry) in request.entries.enumerated() {
        if record.recipes[place].trainings.contains(where: { $0.seed == seed }) { continue }
        guard !isStopped(),
          let ended = try train(entry, seed, isStopped: isStopped, report)
        else { return false }
        record.add(ended, to: place)
        if record.isFinished { record.ended = TrainingRun.time() }
        try write()
      }
    }
    return true
  }

  /// One training to its end, and how tight its bounds are; nil where it was stopped before.
  private func train(
    _ entry: ComparisonRequest.Entry, _ seed: Int, isStopped: () -> Bool,
    _ report: (Progress) -> Void
  ) throws -> ComparedTraining? {
    let name = ComparisonRecord.folder(of: entry.name, seed: seed)
    var recipe = entry.recipe
    recipe.seed = seed
    let session = try TrainingSession(recipe, folder: "\(folder)/\(name)", resumes: resumes)
    try check(session, of: entry)
    (session.memory, session.timeLimit) = (memory, request.time)
    session.acceptsPartialCertification = false
    (session.isCancelled, session.onStage) = (isCancelled, onStage)
    current.mark = session.markingStopped
    defer { current.mark = nil }
    let status = try session.train(isStopped: isStopped) { step in
      report(
        Progress(
          recipe: entry.name, seed: seed, ended: record.trainings, planned: record.planned,
          training: step))
    }
    guard status == .finished || status == .diverged else { return nil }
    var ended = ComparedTraining(
      TrainingHistory(run: session.run, epochs: session.epochs), folder: name,
      epsilon: record.epsilon)
    guard status == .finished else { return ended }
    onStage("measuring how tight the bounds are")
    let network = try Network(contentsOf: "\(folder)/\(name)/model.onnx")
    ended.bounds = BoundTightness(
      network: network, images: test, epsilon: record.epsilon, memory: memory
    ).measured(isCancelled: isCancelled)
    return isCancelled() ? nil : ended
  }

  /// Checks that a training has the models that its recipe's other trainings have: their files may have changed meanwhile.
  private func check(
    _ session: TrainingSession, of entry: ComparisonRequest.Entry
  ) throws(InputError) {
    guard let known = record.recipes.first(where: { $0.name == entry.name }) else { return }
    for (digest, before, file) in [
      (session.run.startDigest, known.startDigest, entry.recipe.network.file),
      (session.run.teacher?.digest, known.teacherDigest, entry.recipe.distillation.teacher),
    ] where digest != before {
      throw InputError(
        file ?? entry.name,
        "has changed since the comparison began, and all seeds of \(entry.name) need the same; "
          + "put it back and go on with --resume, or start over with --restart")
    }
  }

  private func write() throws(InputError) {
    try record.write(to: files.logPath)
    try writeFile(Data(ComparisonReport(record).page.utf8), to: files.reportPath)
  }
}

/// What to do about the training under way where the program is ended in the middle of it.
private final class CurrentTraining: Sendable {
  private let action = Mutex<(@Sendable () -> Void)?>(nil)

  var mark: (@Sendable () -> Void)? {
    get { action.withLock { $0 } }
    set { action.withLock { $0 = newValue } }
  }

  func markStopped() { mark?() }
}
