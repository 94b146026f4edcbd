import Files
import Foundation

/// A counterexample as a record has it, whichever command wrote the record.
public struct RecordedCounterexample: Sendable, Hashable {
  /// The place of the example in the data.
  public var example: Int
  /// The right label.
  public var label: Int
  /// The SHA-256 digest of the model file.
  public var modelDigest: String
  /// The inputs around the example.
  public var region: RegionRecord
  /// What the one output of the network is compared with; nil for a network of several. The recorded outputs are the
  /// threshold and the output then.
  public var threshold: Double?
  /// The input that gets another label, and the output it gives.
  public var counterexample: ResultLine.Counterexample

  /// The parts of a line that `certificates.jsonl`, `attack.jsonl` and `radius.jsonl` share.
  private struct Line: Decodable {
    var example: Int
    var label: Int
    var modelDigest: String
    var region: RegionRecord
    var threshold: Double?
    var counterexample: ResultLine.Counterexample?

    enum CodingKeys: String, CodingKey {
      case example, label, region, threshold, counterexample
      case modelDigest = "model_sha256"
    }
  }

  /// Finds the counterexample of an example in a file of records.
  ///
  /// - Throws: `InputError` when the file is no file of records, or has no counterexample of the example.
  public init(of example: Int, in path: String) throws(InputError) {
    let lines = try JSONLines<Line>(readFile(path), path: path, kind: "a record").lines
    let own = lines.filter { $0.example == example }
    guard let line = own.first else {
      throw InputError(path, "has no line for example \(example)")
    }
    guard let found = own.first(where: { $0.counterexample != nil }),
      let point = found.counterexample
    else { throw InputError(path, "has no counterexample for example \(example)") }
    (self.example, label, modelDigest) = (example, line.label, found.modelDigest)
    (region, threshold, counterexample) = (found.region, found.threshold, point)
  }
}
