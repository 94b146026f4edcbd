import Files
import Foundation

/// A search for networks, every trial of it, and where it stands: `search.json`.
public struct ArchitectureSearchRecord: Codable, Sendable, Hashable {
  /// The networks that there are to choose from: every combination of the choices.
  public struct Space: Codable, Sendable, Hashable {
    /// The stages of each network.
    public var stages: Int
    /// The kinds of blocks.
    public var kinds: [String]
    /// The channels.
    public var widths: [Int]
    /// The blocks of a stage.
    public var blocks: [Int]
    /// The strides at the beginning of a stage.
    public var strides: [Int]
    /// The sizes of the hidden linear layer; 0 for none.
    public var linear: [Int]

    /// Creates a space.
    public init(
      stages: Int, kinds: [String], widths: [Int], blocks: [Int], strides: [Int], linear: [Int]
    ) {
      (self.stages, self.kinds, self.widths) = (stages, kinds, widths)
      (self.blocks, self.strides, self.linear) = (blocks, strides, linear)
    }
  }

  /// What is searched and how.
  public struct Settings: Codable, Sendable, Hashable {
    /// The networks that there are to choose from.
    public var space: Space
    /// The seconds that a network may take for an image; nil for no limit.
    public var latency: Double?
    /// The seconds that all methods may take to bound an image; nil for no limit.
    public var certification: Double?
    /// The images that the latency is measured with at a time.
    public var batch: Int
    /// The networks that are still parents, the youngest ones.
    public var population: Int
    /// How many of them each tournament has.
    public var tournament: Int
    /// Where the search's random numbers start.
    public var seed: Int
    /// The seconds that each training may take; nil where the recipe says how many epochs there are.
    public var time: Double?
    /// The worker threads, which times depend on.
    public var threads: Int

    enum CodingKeys: String, CodingKey {
      case space
      case latency = "latency_s"
      case certification = "certification_s"
      case batch, population, tournament, seed
      case time = "time_s"
      case threads
    }

    /// Creates settings; limits are set afterwards.
    public init(
      space: Space, batch: Int, population: Int, tournament: Int, seed: Int, threads: Int
    ) {
      (self.space, self.batch, self.population) = (space, batch, population)
      (self.tournament, self.seed, self.threads) = (tournament, seed, threads)
    }
  }

  /// The layout.
  public var schema = TrainingSchema()
  /// The version of the program.
  public var version: String
  /// The program and its arguments; nil where another program made the search through the library.
  public var command: [String]?
  /// When the search began: date and time in UTC, such as `2026-11-24T12:00:00Z`.
  public var started: String
  /// When its last trial ended; nil while some are missing.
  public var ended: String?
  /// Why it ended before the asked number of networks was trained; nil where it did not.
  public var reason: String?
  /// The machine.
  public var machine: MachineRecord
  /// The compilers and libraries.
  public var software: SoftwareRecord?
  /// The images that networks are trained on.
  public var training: ImagesRecord
  /// The images that they are judged by, the last ones of the training data.
  public var validation: ImagesRecord
  /// The radius, in pixel values from 0 to 1.
  public var epsilon: Double
  /// The methods of the certifier, in order.
  public var methods: [String]
  /// The recipe of every training but for its network, as YAML with every default written out.
  public var recipe: String
  /// What is searched and how.
  public var settings: Settings
  /// How many networks are to be trained, those of `references` not counted.
  public var requested: Int
  /// Hand-made networks, trained and judged alike.
  public var references: [SearchedNetwork] = []
  /// The trials of the search, in their order.
  public var networks: [SearchedNetwork] = []

  /// Creates the record of a search that begins; what is not named is set afterwards.
  public init(
    version: String, machine: MachineRecord, training: ImagesRecord, validation: ImagesRecord,
    settings: Settings
  ) {
    (self.version, self.machine) = (version, machine)
    (self.training, self.validation, self.settings) = (training, validation, settings)
    (epsilon, methods, recipe, requested) = (0, [], "", 0)
    started = TrainingRun.time()
  }

  /// The trials that ended in a training, with or without a network.
  public var trained: Int { networks.count { $0.status != .rejected } }

  /// The best network of the search, the first where several are equally good; nil before there is one.
  public var best: SearchedNetwork? {
    networks.filter { $0.score != nil }.reduce(nil) { best, other in
      guard let best, let score = best.score, let rival = other.score else { return other }
      return rival > score ? other : best
    }
  }

  /// The networks of the search that no other one surpasses: none is as fast and certifies more, or certifies as much and is faster. The
  /// fastest comes first.
  public var frontier: [SearchedNetwork] {
    let order = networks.filter { $0.judged != nil && $0.times != nil }.sorted { a, b in
      let (x, y) = (a.latency, b.latency)
      return x != y ? x < y : (a.certified, b.number) > (b.certified, a.number)
    }
    var top = -1.0
    return order.filter { network in
      guard network.certified > top else { return false }
      top = network.certified
      return true
    }
  }

  /// What a hand-made network is compared with: the network of the search that certifies most and is no slower; nil where there is none.
  public func rival(of reference: SearchedNetwork) -> SearchedNetwork? {
    guard reference.times != nil else { return nil }
    return frontier.last { $0.latency <= reference.latency }
  }

  /// Reads `search.json`.
  ///
  /// - Throws: `InputError` when the file is missing, is no such record, or has an unknown layout.
  public init(contentsOf path: String) throws(InputError) {
    let data = try readFile(path, limit: 1 << 26)
    do {
      self = try JSONDecoder().decode(ArchitectureSearchRecord.self, from: data)
    } catch {
      throw InputError(path, "is not the record of a search (\(jsonProblem(error)))")
    }
  }

  /// Writes `search.json`, so that a reader sees the old record or the new.
  ///
  /// - Throws: `InputError` when the file cannot be written, or a number in it is not finite.
  public func write(to path: String) throws(InputError) { try writeSummary(self, to: path) }
}

extension SearchedNetwork {
  /// The seconds of an image; infinite where they were not measured.
  fileprivate var latency: Double { times?.latency ?? .infinity }
  /// The certified part; -1 where the network was not judged.
  fileprivate var certified: Double { judged?.certifiedAccuracy ?? -1 }
}
