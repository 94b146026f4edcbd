import Foundation
import Surety
import TestSupport
import Testing

/// Comparisons that take seconds: two recipes of a small perceptron on the embedded digits, two seeds.
struct TinyComparison {
  let folder: TemporaryFolder
  let recipes: [String]

  /// - Parameter epochs: The epochs of each training.
  init(epochs: Int = 4) throws {
    folder = try TemporaryFolder()
    recipes = try [("plain", "ibp"), ("quick", "fast")].map { [folder] name, method in
      try folder.file(
        "\(name).yaml",
        """
        method: \(method)
        epochs: \(epochs)
        batch: 64
        data: {name: digits}
        network: {architecture: mlp, hidden: [16], normalization: full}
        epsilon: {test: 1/16, start: 1, length: \(epochs / 2)}
        optimizer: {learning-rate: 5e-3}
        evaluation: {first: 64, certify: 32}
        """)
    }
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  func arguments(_ out: String, _ more: String...) -> [String] {
    ["compare"] + recipes + ["--seeds", "1,2", "--out", path(out)] + more
  }

  func compare(_ out: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(arguments(out) + more)
  }

  func record(_ out: String) throws -> ComparisonRecord {
    try ComparisonRecord(contentsOf: path("\(out)/comparison.json"))
  }

  /// The comparison through the library.
  func comparison(_ out: String, resumes: Bool = false) throws -> Comparison {
    var options = ComparisonOptions()
    options.seeds = [1, 2]
    return try Comparison(
      ComparisonRequest(recipes, options), folder: path(out), resumes: resumes)
  }

  /// Runs some batches of a new comparison and stops as Ctrl-C does; all of them where there is no number.
  func begin(_ out: String, batches: Int? = nil) throws {
    var done = 0
    let isWhole = try comparison(out).run(isStopped: { batches.map { done >= $0 } ?? false }) { _ in
      done += 1
    }
    #expect(isWhole == (batches == nil))
  }

  /// What of a record depends on neither time nor place.
  static func timeless(_ record: ComparisonRecord) -> ComparisonRecord {
    var record = record
    (record.command, record.started, record.ended) = (nil, "", nil)
    for place in record.recipes.indices {
      record.recipes[place].results.seconds = nil
      for training in record.recipes[place].trainings.indices {
        record.recipes[place].trainings[training].seconds = 0
      }
    }
    return record
  }
}
