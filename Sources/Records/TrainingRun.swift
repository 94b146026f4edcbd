import Files
import Foundation

/// The machine that a network was trained on.
public struct MachineRecord: Codable, Sendable, Hashable {
  /// The processor's name, as the system gives it.
  public var processor: String
  /// The processors that the program could use.
  public var cores: Int
  /// The memory, in bytes.
  public var memory: Int
  /// The operating system and its version.
  public var system: String

  enum CodingKeys: String, CodingKey {
    case processor, cores
    case memory = "memory_bytes"
    case system
  }

  /// Creates a record.
  public init(processor: String, cores: Int, memory: Int, system: String) {
    self.processor = processor
    self.cores = cores
    self.memory = memory
    self.system = system
  }
}

/// What a run was computed by, beside Surety itself.
public struct SoftwareRecord: Codable, Sendable, Hashable {
  /// The compilers that Surety was built with.
  public var compiler: String
  /// The version, options and kernels of OpenBLAS.
  public var openBLAS: String

  enum CodingKeys: String, CodingKey {
    case compiler
    case openBLAS = "openblas"
  }

  /// Creates a record.
  public init(compiler: String, openBLAS: String) {
    self.compiler = compiler
    self.openBLAS = openBLAS
  }
}

/// A set of images that a run used.
public struct ImagesRecord: Codable, Sendable, Hashable {
  /// The name of the set and its part, such as `cifar10 train`.
  public var name: String
  /// The images that were used, from the first on.
  public var count: Int
  /// The SHA-256 digest of the whole set.
  public var digest: String

  enum CodingKeys: String, CodingKey {
    case name, count
    case digest = "sha256"
  }

  /// Creates a record.
  public init(name: String, count: Int, digest: String) {
    self.name = name
    self.count = count
    self.digest = digest
  }
}

/// The images that a run used.
public struct RunImages: Codable, Sendable, Hashable {
  /// Those that the network learnt from.
  public var training: ImagesRecord
  /// Those that it was judged by.
  public var test: ImagesRecord

  /// Creates a record.
  public init(training: ImagesRecord, test: ImagesRecord) {
    self.training = training
    self.test = test
  }
}

/// Where a run stands.
public enum TrainingStatus: String, Codable, Sendable, CaseIterable {
  /// It goes on, or was killed.
  case running
  /// It has done all its epochs.
  case finished
  /// It was stopped and can be resumed.
  case stopped
  /// It ended early because the loss left the numbers or learnt nothing; the reason says which.
  case diverged
}

/// What a training run is about and how it ended: `run.json`.
///
/// With the data, the recipe and the version it is enough to train the same network again.
public struct TrainingRun: Codable, Sendable, Hashable {
  /// The layout.
  public var schema = TrainingSchema()
  /// The version of the program.
  public var version: String
  /// The recipe as YAML, every default written out.
  public var recipe: String
  /// Where every random number of the run started.
  public var seed: Int
  /// The images.
  public var images: RunImages
  /// The number of weights and biases.
  public var parameters: Int
  /// The machine.
  public var machine: MachineRecord
  /// The compilers and libraries; nil in records of before they were kept.
  public var software: SoftwareRecord?
  /// The SHA-256 digest of the model that training started from; nil for a network that was drawn.
  public var startDigest: String?
  /// The network that training is drawn to; nil for none.
  public var teacher: TeacherRecord?
  /// When the run began, or was last resumed: date and time in UTC, such as `2026-11-24T12:00:00Z`.
  public var started: String
  /// When it ended; nil while it goes on.
  public var ended: String?
  /// Where it stands.
  public var status = TrainingStatus.running
  /// Why it stands there, where that is not plain.
  public var reason: String?
  /// The SHA-256 digest of the model file; nil while there is none.
  public var modelDigest: String?
  /// How the final network does at several radii by intervals, smallest first.
  public var radii: [EvaluationRecord] = []
  /// What the certifier shows of the final network; nil where it was not asked.
  public var certification: CertificationRecord?

  enum CodingKeys: String, CodingKey {
    case schema, version, recipe, seed, images, parameters, machine, software
    case startDigest = "start_sha256"
    case teacher, started, ended, status, reason
    case modelDigest = "model_sha256"
    case radii, certification
  }

  /// Creates the record of a run that begins.
  public init(
    version: String, recipe: String, seed: Int, images: RunImages, machine: MachineRecord
  ) {
    self.version = version
    self.recipe = recipe
    self.seed = seed
    self.images = images
    parameters = 0
    self.machine = machine
    started = Self.time()
  }

  /// The present time in the form of `started` and `ended`.
  public static func time(_ date: Date = Date()) -> String {
    ISO8601DateFormatter().string(from: date)
  }

  /// Reads `run.json`.
  ///
  /// - Throws: `InputError` when the file is missing, is no such record, or has an unknown layout.
  public init(contentsOf path: String) throws(InputError) {
    let data = try readFile(path, limit: 1 << 26)
    do {
      self = try JSONDecoder().decode(TrainingRun.self, from: data)
    } catch {
      throw InputError(path, "is not the record of a training run (\(jsonProblem(error)))")
    }
  }

  /// Writes `run.json`, so that a reader sees the old record or the new.
  ///
  /// - Throws: `InputError` when the file cannot be written, or a number in it is not finite.
  public func write(to path: String) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data: Data
    do { data = try encoder.encode(self) } catch {
      throw InputError(path, "a number of the record is not finite")
    }
    try writeFile(data + Data("\n".utf8), to: path)
  }
}
