import Datasets
import Digests
import Federation
import Files
import Foundation
import ModelFiles
import Networks
import Records
import Training

/// A federated training with its files in one folder.
///
/// | file | content |
/// |---|---|
/// | `federation.json` | recipe, domains, every round, and how the network does on each domain |
/// | `checkpoint.safetensors` | where a training that was stopped goes on |
/// | `model.onnx` | the network that all share; with `fedbn` `model-1.onnx`, `model-2.onnx`, ... for each client |
///
///     let session = try FederatedSession(request, folder: "results/federated")
///     try session.run()
///     for domain in session.record.domains { print(domain.name, domain.judged?.cleanAccuracy ?? 0) }
public final class FederatedSession {
  /// What is trained.
  public let request: FederatedRequest
  /// The folder.
  public let folder: String
  /// What is known so far.
  public private(set) var record: FederationRecord
  /// The bytes that certifications may use.
  public var memory = 4 << 30
  /// Asked in the middle of long steps; the training stops when this says true.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Told what is being done where that takes long, in a few words.
  public var onStage: @Sendable (String) -> Void = { _ in }
  /// Whether the folder's training was finished when the session was made; there is nothing to do then.
  public let wasFinished: Bool
  /// Told of a client that has stopped, by its place among the domains.
  public var onLoss: (Int) -> Void = { _ in }

  private let tests: [ImageSet]
  private let trainer: Trainer
  private let training: FederatedTraining
  private let files: RecordFolder
  private let checkpoints: CheckpointStore
  /// When record and checkpoint were last written.
  private var saved: ContinuousClock.Instant?
  /// The seconds after which a round writes them again.
  private let interval = 2.0

  private static let recordName = "federation.json"

  /// Prepares a training.
  ///
  /// Images are read and the network is made before anything is written.
  ///
  /// - Parameters:
  ///   - request: What is trained.
  ///   - folder: The folder; made when missing.
  ///   - resumes: Whether to go on after the last round of the folder's training; a folder without one begins.
  ///   - restarts: Whether to remove the folder's training first.
  ///   - command: The program and its arguments, for the record.
  ///   - exchange: The leader's end, where every client has its own process (`FederatedWorker`); nil where all train here, in turn.
  /// - Throws: `InputError` when images, the network or the folder are not what they should be, or a process works on something else.
  public init(
    _ request: FederatedRequest, folder: String, resumes: Bool = false, restarts: Bool = false,
    command: [String]? = nil, exchange: (any Exchange)? = nil
  ) throws {
    (self.request, self.folder) = (request, folder)
    tests = try request.testImages()
    let trainer = try request.trainer(on: tests[0])
    let peers: [any FederatedPeer]
    if let exchange {
      peers = request.domains.indices.map { RemotePeer(exchange, rank: $0 + 1, trainer) }
    } else {
      peers = try request.domains.indices.map { LocalPeer(try request.client($0)) }
    }
    self.trainer = trainer
    training = FederatedTraining(peers, trainer, request.rule)
    // Before the folder is made: a process may work on something else.
    if let exchange { try request.task.greet(exchange) }
    files = try Self.taken(folder, resumes: resumes, restarts: restarts)
    checkpoints = CheckpointStore(folder: folder)
    checkpoints.removeLeftovers()
    let found = try checkpoints.latest()
    if let found { try training.restore(found.archive, source: found.path, request.task) }
    let before = found == nil ? nil : try FederationRecord(contentsOf: files.logPath)
    wasFinished = before?.status == .finished
    record = FederationRecord(
      version: Release.version, machine: .current, recipe: request.recipe.yaml,
      aggregation: request.rule.rawValue,
      domains: zip(request.domains, tests).map { domain, test in
        DomainRecord(
          name: domain.name,
          test: ImagesRecord(name: "\(domain.name) test", count: test.count, digest: test.digest))
      })
    record.command = command
    record.software = .current
    record.processes = exchange?.count ?? 1
    (record.localEpochs, record.rounds) = (request.epochsPerRound, request.rounds)
    record.parameters = trainer.trainableParameterCount
    if let before { try go(onFrom: before, files.logPath) }
    guard !wasFinished else { return }
    try write()
  }

  /// Takes over what the record has of the rounds that the checkpoint knows.
  private func go(onFrom before: FederationRecord, _ source: String) throws(InputError) {
    guard before.domains.map(\.test) == record.domains.map(\.test) else {
      throw InputError(source, "was to be judged by other test images than those of this training")
    }
    guard !wasFinished else {
      record = before
      return
    }
    record.history = before.history.filter { $0.round <= training.round }
    for place in record.domains.indices {
      record.domains[place].examples = before.domains[place].examples
      record.domains[place].lastRound = training.lastRounds[place]
    }
  }

  /// Makes and locks the folder.
  ///
  /// - Throws: `InputError` when it cannot be made, another process has it, or it holds a training that is not to be removed.
  private static func taken(
    _ folder: String, resumes: Bool, restarts: Bool
  ) throws(InputError) -> RecordFolder {
    let files = try RecordFolder(folder, log: recordName)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let own = names.filter {
      $0 == recordName || ($0.hasPrefix("model") && $0.hasSuffix(".onnx"))
        || ($0.hasPrefix("checkpoint") && $0.hasSuffix(".safetensors"))
    }
    if resumes { return files }
    guard restarts || own.isEmpty else {
      throw InputError(
        folder,
        "holds a training already (\(own.sorted()[0])); go on with --resume, start over with --restart, or choose another --out"
      )
    }
    for name in own { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    return files
  }

  /// Trains all rounds and judges what came of them, or until it is cancelled.
  ///
  /// - Parameter report: Called after every round.
  /// - Returns: How the training ended.
  /// - Throws: `InputError` when a file cannot be written.
  @discardableResult
  public func run(_ report: (FederationRecord) -> Void = { _ in }) throws -> TrainingStatus {
    if wasFinished { return .finished }
    while training.round < request.rounds {
      onStage("round \(training.round + 1) of \(request.rounds)")
      let begin = ContinuousClock.now
      let before = training.clients
      do {
        guard try training.advance(unless: isCancelled) else {
          return try end(.stopped, "stopped in round \(training.round + 1)")
        }
      } catch let failure as ClientFailure {
        return try end(failure.isDivergence ? .diverged : .stopped, failure.description)
      }
      for client in before where !training.clients.contains(client) { onLoss(client) }
      take(seconds: (ContinuousClock.now - begin) / .seconds(1))
      if saved.map({ (ContinuousClock.now - $0) / .seconds(1) > interval }) ?? true { try save() }
      report(record)
    }
    try save()
    guard try judge() else { return try end(.stopped, "stopped while the network was judged") }
    return try end(.finished, nil)
  }

  /// Takes the last round into the record.
  private func take(seconds: Double) {
    record.history.append(
      RoundRecord(
        round: training.round, seconds: seconds,
        clients: training.steps.map {
          RoundRecord.Client(
            domain: $0.client, loss: $0.update.loss, cleanAccuracy: $0.update.cleanAccuracy,
            verifiedAccuracy: $0.update.verifiedAccuracy)
        }))
    for step in training.steps { record.domains[step.client].examples = step.update.examples }
    for (place, round) in training.lastRounds.enumerated() {
      record.domains[place].lastRound = round
    }
  }

  /// Writes the networks and judges each domain; false where it was cancelled.
  private func judge() throws -> Bool {
    for place in request.domains.indices {
      let name = training.isOneNetwork ? "model.onnx" : "model-\(place + 1).onnx"
      let path = "\(folder)/\(name)"
      let network = trainer.network(of: training.parameters(of: place))
      if place == 0 || !training.isOneNetwork { try network.write(toONNX: path) }
      let digest = try sha256(ofFile: path)
      (record.domains[place].model, record.domains[place].modelDigest) = (name, digest)
      let radius = request.recipe.epsilon.test
      onStage("judging \(request.domains[place].name)")
      guard
        let judged = try Evaluation(network, on: tests[place])
          .record(epsilon: radius, unless: isCancelled)
      else { return false }
      record.domains[place].judged = judged
      guard try certify(path, digest, place, radius) else { return false }
      try write()
    }
    return true
  }

  private func certify(
    _ path: String, _ digest: String, _ place: Int, _ radius: Double
  ) throws -> Bool {
    let settings = request.recipe.evaluation
    guard settings.certified > 0 else { return true }
    var options = CertifierOptions(epsilon: radius)
    options.methods = settings.methods
    options.memory = memory
    onStage("certifying \(request.domains[place].name)")
    let certification = try FinalCertification(
      Certifying(Network(contentsOf: path), digest: digest, options: options), on: tests[place],
      first: settings.certified, seconds: settings.seconds ?? 60, radii: [radius])
    record.domains[place].certification = try certification.run(
      isStopped: isCancelled, isCancelled: isCancelled
    ) { _ in }
    return !isCancelled()
  }

  private func end(_ status: TrainingStatus, _ reason: String?) throws(InputError) -> TrainingStatus
  {
    (record.status, record.reason) = (status, reason)
    record.ended = TrainingRun.time()
    try save()
    return status
  }

  /// Writes the record and a checkpoint of the rounds that are done.
  private func save() throws(InputError) {
    try write()
    if training.round > 0 { try checkpoints.save(training.archive(request.task)) }
    saved = .now
  }

  private func write() throws(InputError) {
    try record.write(to: files.logPath)
  }
}
