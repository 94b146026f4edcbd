import Datasets
import Files
import Foundation
import Networks
import Records
import Reports
import Tensors
import Training

/// An evolutionary search for the network that certifies most within the budgets, with its files in one folder.
///
/// | file | content |
/// |---|---|
/// | `search.json` | what is searched, every trial, and where the search stands |
/// | `candidate-N.onnx` | the networks that no other surpasses, as the search trained them |
/// | `best.onnx` | the one of them that certifies most |
/// | `best.yaml` | its recipe, to train it in full |
/// | `report.html` | all that, for people |
///
/// Each trial is a step of its own: `search.json` is replaced after it, and a search that was stopped or killed goes on with the trial that
/// was under way. What to try next depends on the trials before alone (`AgingEvolution`).
///
///     let request = try ArchitectureSearchRequest("digits")
///     let search = try ArchitectureSearch(request, folder: "results/found", resumes: false)
///     try search.run()
///     print(search.record.best?.name ?? "none")
public final class ArchitectureSearch {
  /// What the caller hears while a network is trained.
  public struct Progress: Sendable {
    /// The network.
    public var name: String
    /// The networks that were trained, hand-made ones included.
    public var done: Int
    /// How many are to be.
    public var planned: Int
    /// The epoch, counted from 1.
    public var epoch: Int
    /// The epochs.
    public var epochs: Int
    /// The best network so far; nil before there is one.
    public var best: SearchedNetwork?
  }

  /// What is searched.
  public let request: ArchitectureSearchRequest
  /// What is known so far.
  public private(set) var record: ArchitectureSearchRecord
  /// The bytes that bounds may use.
  public var memory = 4 << 30
  /// Asked in the middle of long steps, where `run` cannot ask its caller; the run stops when this says true.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Told what is being done where that takes long, in a few words.
  public var onStage: @Sendable (String) -> Void = { _ in }

  private let files: RecordFolder
  private let training: ImageSet
  private let validation: ImageSet
  /// The trial whose model and recipe are the best ones in the folder; nil before this session wrote them.
  private var published: Int?

  /// Prepares a search, or goes on with one.
  ///
  /// - Parameters:
  ///   - request: What is searched.
  ///   - path: The folder; made when missing.
  ///   - resumes: Whether to go on where the folder's search stopped, perhaps to more networks; a folder without one begins.
  ///   - restarts: Whether to remove the folder's search first.
  ///   - command: The program and its arguments, for the record.
  /// - Throws: `InputError` when data or the folder are not what they should be, or the folder's search is another one.
  public init(
    _ request: ArchitectureSearchRequest, folder path: String, resumes: Bool,
    restarts: Bool = false, command: [String]? = nil
  ) throws {
    self.request = request
    let recipe = request.proxy
    let all = try TrainingSession.images(recipe.data.name, .train, recipe.data.first)
    let count = request.options.validation
    guard count < all.count else {
      throw InputError(
        "--validation",
        "\(count) of \(all.count) training images leave none to train on; expected fewer")
    }
    training = all.part(0..<all.count - count)
    validation = all.part(all.count - count..<all.count)
    // Before the folder is made: the images may fit no network.
    for reference in request.references {
      _ = try TrainingSession.network(reference.recipe, for: training)
    }
    let log = "\(path)/\(Self.recordName)"
    if !resumes, !restarts, FileManager.default.fileExists(atPath: log) {
      throw InputError(
        path,
        "holds a search already; go on with --resume, start over with --restart, or choose another --out"
      )
    }
    files = try RecordFolder(path, log: Self.recordName)
    if restarts {
      files.clear()
      Self.removeModels(in: path) { _ in true }
      for name in ["best.onnx", "best.yaml"] {
        try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
      }
    }
    var record = Self.record(request, training: training, validation: validation)
    record.command = command
    if resumes, FileManager.default.fileExists(atPath: log) {
      let known = try ArchitectureSearchRecord(contentsOf: log)
      try request.check(record, continues: known, source: log)
      let isLonger = known.requested < record.requested
      record.networks = known.networks
      record.references = known.references
      record.started = known.started
      if !isLonger { record.command = known.command }
      (record.machine, record.software) = (known.machine, known.software)
      record.settings.threads = known.settings.threads
      if !isLonger { (record.ended, record.reason) = (known.ended, known.reason) }
    }
    self.record = record
    try write()
  }

  private static let recordName = "search.json"

  private static func record(
    _ request: ArchitectureSearchRequest, training: ImageSet, validation: ImageSet
  ) -> ArchitectureSearchRecord {
    let (options, recipe) = (request.options, request.proxy)
    var settings = ArchitectureSearchRecord.Settings(
      space: options.space.record, batch: options.batch, population: options.population,
      tournament: options.tournament, seed: options.seed, threads: Workers.limit)
    (settings.latency, settings.certification) = (options.latency, options.certification)
    settings.time = options.time
    func images(_ set: ImageSet, _ part: String) -> ImagesRecord {
      ImagesRecord(name: "\(set.name) train, \(part)", count: set.count, digest: set.digest)
    }
    var record = ArchitectureSearchRecord(
      version: Release.version, machine: .current,
      training: images(training, "all but the last \(validation.count)"),
      validation: images(validation, "the last \(validation.count)"), settings: settings)
    record.software = .current
    (record.epsilon, record.methods) = (
      recipe.epsilon.test, recipe.evaluation.methods.map(\.rawValue)
    )
    (record.recipe, record.requested) = (recipe.yaml, options.candidates)
    return record
  }

  /// The folder.
  public var folder: String { files.path }

  /// Whether there is nothing to do.
  public var isFinished: Bool { record.ended != nil }

  /// Networks in a row that were rejected, after which the search ends: the budgets leave too few.
  private static let patience = 500

  /// Tries networks until there are as many as asked for, or `isStopped` says so.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every batch; the trial that is under way then is made anew when the search goes on.
  ///   - report: Called as a network's epochs begin.
  /// - Returns: Whether the search came to its end.
  /// - Throws: `InputError` when a file cannot be written.
  @discardableResult
  public func run(
    isStopped: @escaping () -> Bool = { false }, _ report: @escaping (Progress) -> Void = { _ in }
  ) throws -> Bool {
    guard !isFinished else { return true }
    for reference in request.references.dropFirst(record.references.count) {
      let begun = SearchedNetwork(number: record.references.count + 1, name: reference.name)
      guard
        let done = try tried(begun, reference.recipe, isReference: true, isStopped, report)
      else { return false }
      record.references.append(done)
      try write()
    }
    let evolution = request.evolution
    while record.trained < record.requested {
      let trials = record.networks.map { EvolutionTrial($0.choices, score: $0.score) }
      guard let choices = evolution.proposal(after: trials) else {
        return try end("every network of the space was tried")
      }
      let rejected = record.networks.reversed().prefix { $0.status == .rejected }.count
      guard rejected < Self.patience else {
        return try end("\(rejected) networks in a row were rejected")
      }
      let network = request.options.space.network(of: choices)
      let begun = SearchedNetwork(
        number: record.networks.count + 1, name: network.title, choices: choices)
      guard
        let done = try tried(
          begun, request.proxy(for: network), isReference: false, isStopped, report)
      else { return false }
      record.networks.append(done)
      try write()
    }
    return try end(nil)
  }

  private func end(_ reason: String?) throws -> Bool {
    (record.ended, record.reason) = (TrainingRun.time(), reason)
    try write()
    return true
  }

  /// A trial to its end; nil where it was stopped before.
  private func tried(
    _ begun: SearchedNetwork, _ recipe: Recipe, isReference: Bool,
    _ isStopped: @escaping () -> Bool, _ report: @escaping (Progress) -> Void
  ) throws -> SearchedNetwork? {
    guard !isStopped(), !isCancelled() else { return nil }
    let trial = NetworkTrial(
      recipe: recipe, options: request.options, isLimited: !isReference, training: training,
      validation: validation, memory: memory)
    var result = begun
    let progress = Progress(
      name: begun.name, done: record.references.count + record.trained,
      planned: request.references.count + record.requested, epoch: 1, epochs: 1,
      best: record.best)
    let following = NetworkTrial.Following(
      isStopped: isStopped, isCancelled: isCancelled,
      onEpoch: { epoch, epochs in
        var now = progress
        (now.epoch, now.epochs) = (epoch, epochs)
        report(now)
      }, onStage: onStage)
    let model = isReference ? "\(folder)/reference.onnx" : path(ofModel: begun.number)
    defer { if isReference { try? FileManager.default.removeItem(atPath: model) } }
    return try trial.run(&result, model: model, following) ? result : nil
  }

  // MARK: Files

  private func path(ofModel number: Int) -> String { "\(folder)/candidate-\(number).onnx" }

  /// Writes the record and what follows from it, the record first: whatever is killed in between is made again from it.
  private func write() throws(InputError) {
    try record.write(to: files.logPath)
    let kept = Set(record.frontier.map(\.number) + [record.best?.number].compactMap(\.self))
    Self.removeModels(in: folder) { !kept.contains($0) }
    if let best = record.best, best.number != published {
      let model = try readFile(path(ofModel: best.number), limit: 1 << 32)
      try writeFile(model, to: "\(folder)/best.onnx")
      let recipe = request.full(for: request.options.space.network(of: best.choices))
      try writeFile(Data(recipe.yaml.utf8), to: "\(folder)/best.yaml")
      published = best.number
    }
    try writeFile(Data(ArchitectureSearchReport(record).page.utf8), to: files.reportPath)
  }

  /// Removes models of trials.
  private static func removeModels(in folder: String, where isUnneeded: (Int) -> Bool) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names {
      guard let number = name.wholeMatch(of: #/candidate-([0-9]+)\.onnx/#).flatMap({ Int($0.1) }),
        isUnneeded(number)
      else { continue }
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}

extension ArchitectureSearchRequest {
  /// Refuses to go on with the record of another search; the number of networks may have grown.
  ///
  /// - Parameters:
  ///   - record: The record of a search that would begin.
  ///   - source: The file, for errors.
  func check(
    _ record: ArchitectureSearchRecord, continues known: ArchitectureSearchRecord, source: String
  ) throws(InputError) {
    func refusal(_ difference: String) -> InputError {
      InputError(
        source,
        "holds another search (\(difference)); go on with its own options, choose another --out, or start over with --restart"
      )
    }
    guard known.version == record.version else { throw refusal("surety \(known.version)") }
    if let difference = Recipe.difference(there: known.recipe, here: record.recipe) {
      throw refusal(difference)
    }
    guard (known.training, known.validation) == (record.training, record.validation) else {
      throw refusal("other images")
    }
    guard known.settings.space == record.settings.space else { throw refusal("another space") }
    var settings = record.settings
    // Times that are known are not measured again.
    settings.threads = known.settings.threads
    guard known.settings == settings else {
      throw refusal("other budgets, population, tournament, time or seed")
    }
    let names = references.map(\.name)
    guard known.references.map(\.name) == Array(names.prefix(known.references.count)) else {
      throw refusal("compared with \(known.references.map(\.name).joined(separator: ", "))")
    }
    guard known.requested <= record.requested else {
      throw refusal("\(known.requested) networks, expected as many or more")
    }
  }
}
