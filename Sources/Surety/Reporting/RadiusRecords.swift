import Certificates
import Files
import Foundation
import Reports

/// The records of a run that searched for radii: `radius.jsonl` and `summary.json`, as far as a page needs them.
struct RadiusRecords {
  /// The parts of a line of `radius.jsonl` that the page shows.
  private struct Line: Decodable {
    var schema: Int
    var example: Int
    var label: Int
    var prediction: Int?
    var certified: Double?
    var method: String?
    var violated: Double?
    var seconds: Double
    var tolerance: Double
  }

  /// The curve in `summary.json`.
  private struct Totals: Decodable {
    struct Curve: Decodable {
      var points: [CertificationRecord.Radius]
    }
    var curve: Curve
  }

  /// The page.
  let report: RadiusReport

  /// Reads the records of a folder.
  ///
  /// - Throws: `InputError` when a file is missing or damaged.
  init(folder: String) throws(InputError) {
    let path = "\(folder)/radius.jsonl"
    let lines: [Line] = try recordLines(of: path, kind: "a radius")
    let runs: [RunRecord] = try recordLines(of: path, kind: "a radius")
    guard let run = runs.first, let first = lines.first else {
      throw InputError(path, "holds no result yet")
    }
    guard lines.allSatisfy({ $0.schema == resultSchema }) else {
      throw InputError(path, "schema \(first.schema) is not known, expected \(resultSchema)")
    }
    let summaryPath = "\(folder)/summary.json"
    let notes = try SummaryNotes(contentsOf: summaryPath)
    guard let totals = try? JSONDecoder().decode(Totals.self, from: readFile(summaryPath)) else {
      throw InputError(summaryPath, "has no curve, which surety radius writes")
    }
    var question = RadiusReport.Question(
      model: notes.model, data: run.data, norm: run.region.norm, largest: run.region.epsilon)
    question.facts = Self.facts(run, notes, tolerance: first.tolerance)
    var seen = Set<Int>()
    report = RadiusReport(
      question,
      curve: totals.curve.points.map {
        RadiusReport.Point(
          epsilon: $0.epsilon, clean: $0.cleanAccuracy, attacked: $0.attackAccuracy,
          certified: $0.certifiedAccuracy)
      },
      lines.filter { seen.insert($0.example).inserted }.sorted { $0.example < $1.example }
        .map { Self.example($0, notes.classes) })
  }

  private static func example(_ line: Line, _ classes: [String]?) -> RadiusReport.Example {
    func name(_ label: Int) -> String {
      classes.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? "\(label)"
    }
    var example = RadiusReport.Example(example: line.example, label: name(line.label))
    example.answer = line.prediction.map(name)
    (example.certified, example.violated) = (line.certified, line.violated)
    (example.method, example.seconds) = (line.method, line.seconds)
    return example
  }

  private static func facts(
    _ run: RunRecord, _ notes: SummaryNotes, tolerance: Double
  ) -> [RadiusReport.Fact] {
    func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ", ") }
    return [
      RadiusReport.Fact("room left between radii", "\(tolerance) of the radius"),
      RadiusReport.Fact(
        "normalisation", "mean \(list(run.region.mean)); std \(list(run.region.std))"),
      RadiusReport.Fact("methods", run.methods.joined(separator: ", ")),
      RadiusReport.Fact("arithmetic", run.arithmetic),
      RadiusReport.Fact("model's SHA-256", run.modelDigest),
      RadiusReport.Fact("data's SHA-256", run.dataDigest),
      RadiusReport.Fact("Surety", notes.version),
    ]
  }
}
