import Foundation
import Surety
import TestSupport
import Testing

/// Searches that take seconds: small networks on the embedded digits, one epoch each.
struct TinySearch {
  let folder: TemporaryFolder
  let recipe: String

  init(epochs: Int = 1) throws {
    folder = try TemporaryFolder()
    recipe = try folder.file(
      "tiny.yaml",
      """
      method: ibp
      epochs: \(epochs)
      batch: 64
      data: {name: digits, first: 400}
      network: {architecture: mlp, hidden: [16], normalization: full, initialization: ibp}
      epsilon: {test: 1/32, ramp: constant}
      optimizer: {learning-rate: 5e-3}
      evaluation: {methods: [ibp]}
      """)
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  func arguments(_ out: String, _ more: [String] = []) -> [String] {
    [
      "search", recipe, "--out", path(out), "--candidates", "8", "--population", "3",
      "--tournament", "2", "--stages", "2", "--kinds", "convolution,decay", "--widths", "3,4",
      "--blocks", "1,2", "--strides", "2", "--linear", "0,8", "--validation", "40", "--against",
      "cnn-3:2", "--threads", "1",
    ] + more
  }

  func search(_ out: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(arguments(out, more))
  }

  func record(_ out: String) throws -> ArchitectureSearchRecord {
    try ArchitectureSearchRecord(contentsOf: path("\(out)/search.json"))
  }

  /// The same search through the library.
  func request(candidates: Int = 8) throws -> ArchitectureSearchRequest {
    var options = ArchitectureSearchOptions()
    (options.candidates, options.population, options.tournament) = (candidates, 3, 2)
    options.space.stages = 2
    options.space.kinds = [.convolution, .decay]
    (options.space.widths, options.space.blocks) = ([3, 4], [1, 2])
    (options.space.strides, options.space.linear) = ([2], [0, 8])
    (options.validation, options.references) = (40, ["cnn-3:2"])
    return try ArchitectureSearchRequest(recipe, options)
  }

  /// What of a record depends on neither time nor place.
  static func timeless(_ record: ArchitectureSearchRecord) -> ArchitectureSearchRecord {
    var record = record
    (record.command, record.started, record.ended) = (nil, "", nil)
    record.settings.threads = 1
    func timeless(_ network: SearchedNetwork) -> SearchedNetwork {
      var network = network
      (network.times, network.seconds) = (nil, nil)
      network.judged?.seconds = 0
      return network
    }
    record.references = record.references.map(timeless)
    record.networks = record.networks.map(timeless)
    return record
  }
}
