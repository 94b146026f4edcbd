import Files
import Foundation

/// A training of several clients, each with its own domain: `federation.json`.
public struct FederationRecord: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = TrainingSchema()
  /// The version of the program.
  public var version: String
  /// The program and its arguments; nil where another program trained through the library.
  public var command: [String]?
  /// When the training began: date and time in UTC, such as `2026-11-24T12:00:00Z`.
  public var started: String
  /// When it ended; nil while it goes on.
  public var ended: String?
  /// Where it stands.
  public var status = TrainingStatus.running
  /// Why it stands there, where that is not plain.
  public var reason: String?
  /// The machine of the process that led.
  public var machine: MachineRecord
  /// The compilers and libraries.
  public var software: SoftwareRecord?
  /// The processes: one for all, or one that leads and one for each client.
  public var processes: Int
  /// The recipe as YAML, every default written out.
  public var recipe: String
  /// What is averaged: `fedavg`, `fedbn` or `fedwon`.
  public var aggregation: String
  /// The epochs of each client in a round.
  public var localEpochs: Int
  /// The rounds that there are in all.
  public var rounds: Int
  /// The number of weights, biases, scales and gains that training changes.
  public var parameters: Int
  /// The clients, in order.
  public var domains: [DomainRecord]
  /// The rounds that are done.
  public var history: [RoundRecord] = []

  enum CodingKeys: String, CodingKey {
    case schema, version, command, started, ended, status, reason, machine, software, processes,
      recipe
    case aggregation
    case localEpochs = "local_epochs"
    case rounds, parameters, domains, history
  }

  /// Creates the record of a training that begins; what is not named is set afterwards.
  public init(
    version: String, machine: MachineRecord, recipe: String, aggregation: String,
    domains: [DomainRecord]
  ) {
    self.version = version
    self.machine = machine
    self.recipe = recipe
    self.aggregation = aggregation
    self.domains = domains
    (processes, localEpochs, rounds, parameters) = (1, 1, 0, 0)
    started = TrainingRun.time()
  }

  /// Reads `federation.json`.
  ///
  /// - Throws: `InputError` when the file is missing, is no such record, or has an unknown layout.
  public init(contentsOf path: String) throws(InputError) {
    let data = try readFile(path, limit: 1 << 26)
    do {
      self = try JSONDecoder().decode(FederationRecord.self, from: data)
    } catch {
      throw InputError(path, "is not the record of a federated training (\(jsonProblem(error)))")
    }
  }

  /// Writes `federation.json`, so that a reader sees the old record or the new.
  ///
  /// - Throws: `InputError` when the file cannot be written, or a number in it is not finite.
  public func write(to path: String) throws(InputError) { try writeSummary(self, to: path) }
}

/// A client's domain, and how the network does on its test images.
public struct DomainRecord: Codable, Sendable, Hashable {
  /// What it is, without the folder of its data.
  public var name: String
  /// The images that the client learnt from; nil while it has done no round.
  public var examples: Int?
  /// The test images.
  public var test: ImagesRecord
  /// The last round that the client took part in; 0 for none.
  public var lastRound = 0
  /// The file of the network that was judged, within the folder; nil while there is none.
  public var model: String?
  /// Its SHA-256 digest.
  public var modelDigest: String?
  /// How the network does by intervals.
  public var judged: EvaluationRecord?
  /// What the certifier shows of it; nil where it was not asked.
  public var certification: CertificationRecord?

  enum CodingKeys: String, CodingKey {
    case name, examples, test
    case lastRound = "last_round"
    case model
    case modelDigest = "model_sha256"
    case judged, certification
  }

  /// Creates the record of a domain that nothing is known of yet.
  public init(name: String, test: ImagesRecord) { (self.name, self.test) = (name, test) }
}

/// A round: what each client that took part did.
public struct RoundRecord: Codable, Sendable, Hashable {
  /// A client in a round.
  public struct Client: Codable, Sendable, Hashable {
    /// Its place among the domains, from 0.
    public var domain: Int
    /// The mean loss over its images.
    public var loss: Double
    /// The part of them that the network was right about, as it was then.
    public var cleanAccuracy: Double
    /// The part of them that intervals showed it to be right about; nil where nothing was bounded.
    public var verifiedAccuracy: Double?

    enum CodingKeys: String, CodingKey {
      case domain, loss
      case cleanAccuracy = "clean_accuracy"
      case verifiedAccuracy = "verified_accuracy"
    }

    /// Creates a record.
    public init(domain: Int, loss: Double, cleanAccuracy: Double, verifiedAccuracy: Double?) {
      (self.domain, self.loss) = (domain, loss)
      (self.cleanAccuracy, self.verifiedAccuracy) = (cleanAccuracy, verifiedAccuracy)
    }
  }

  /// The round, from 1.
  public var round: Int
  /// The seconds from its begin to the new parameters.
  public var seconds: Double
  /// The clients that took part, in order.
  public var clients: [Client]

  /// Creates a record.
  public init(round: Int, seconds: Double, clients: [Client]) {
    (self.round, self.seconds, self.clients) = (round, seconds, clients)
  }
}
