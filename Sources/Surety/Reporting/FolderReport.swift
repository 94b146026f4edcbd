import Files
import Foundation
import Records
import Reports

/// The page of a run from the records in its folder.
public struct FolderReport: Sendable {
  private let folders: [String]

  /// Names the folder of a run, and folders of the same question at other radii.
  public init(_ folders: [String]) { self.folders = folders }

  /// What a folder holds.
  private enum Kind {
    case certification, attack, radii, training, comparison, search
  }

  private static func kind(of folder: String) throws(InputError) -> Kind {
    func has(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }
    if has("comparison.json") { return .comparison }
    if has("search.json") { return .search }
    if has("certificates.jsonl") { return .certification }
    if has("attack.jsonl") { return .attack }
    if has("radius.jsonl") { return .radii }
    if has("metrics.jsonl") || has("run.json") { return .training }
    guard FileManager.default.fileExists(atPath: folder) else {
      throw InputError(folder, "no such folder")
    }
    throw InputError(
      folder,
      "holds no run: expected certificates.jsonl, attack.jsonl, radius.jsonl, run.json, comparison.json or search.json, "
        + "which certify, attack, radius, train, compare and search write")
  }

  /// Reads the records and makes the page.
  ///
  /// - Throws: `InputError` when a folder holds no run, a record is damaged, or the folders are of different questions.
  public func page() throws(InputError) -> String {
    guard let first = folders.first else {
      throw InputError("report", "expected the folder of a run")
    }
    let others = Array(folders.dropFirst())
    let kind = try Self.kind(of: first)
    guard others.isEmpty || kind == .certification else {
      throw InputError(first, "is no run of certify, whose page alone takes further folders")
    }
    switch kind {
    case .training: return TrainingReport(try TrainingHistory(folder: first)).page
    case .comparison:
      return ComparisonReport(try ComparisonRecord(contentsOf: "\(first)/comparison.json")).page
    case .search:
      return ArchitectureSearchReport(
        try ArchitectureSearchRecord(contentsOf: "\(first)/search.json")
      ).page
    case .radii:
      return RadiusReport(try RadiusHistory(folder: first, version: Release.version)).page
    case .attack:
      return CertificationReport(
        try CertificationHistory(folder: first, log: "attack.jsonl", version: Release.version)
      ).page
    case .certification:
      let history = try CertificationHistory(folder: first, version: Release.version)
      return CertificationReport(history, with: try points(others, beside: history)).page
    }
  }

  /// The totals of other folders.
  private func points(
    _ folders: [String], beside history: CertificationHistory
  ) throws(InputError) -> [Summary] {
    var radii: Set<Double> = [history.summary.epsilon]
    var totals: [Summary] = []
    for folder in folders {
      guard try Self.kind(of: folder) == .certification else {
        throw InputError(folder, "is no run of certify, expected its results at another radius")
      }
      let other = try CertificationHistory(folder: folder, version: Release.version)
      if let difference = Self.difference(other, from: history) {
        throw InputError(folder, "holds results of another question (\(difference))")
      }
      guard radii.insert(other.summary.epsilon).inserted else {
        throw InputError(folder, "has the radius \(other.summary.epsilon) of another folder")
      }
      totals.append(other.summary)
    }
    return totals
  }

  /// Names what differs beside the radius; points of a curve are about the same examples.
  private static func difference(
    _ other: CertificationHistory, from history: CertificationHistory
  ) -> String? {
    guard var run = history.lines.first?.run, let others = other.lines.first?.run else {
      return nil
    }
    run.region.epsilon = others.region.epsilon
    // More effort at one radius than at another makes no other question.
    run.methods = others.methods
    run.effort = others.effort
    if let difference = run.difference(from: others) { return difference }
    return history.lines.map(\.example) == other.lines.map(\.example) ? nil : "other examples"
  }
}
