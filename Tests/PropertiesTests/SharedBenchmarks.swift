import Foundation
import TestSupport

/// The benchmark files that tests share, where the machine has them.
enum SharedBenchmarks {
  static func path(_ name: String) -> String {
    "\(SharedFolder.root ?? "shared")/benchmarks/\(name)"
  }

  /// The names of the files in a folder with one of the suffixes, in order.
  static func names(in subfolder: String, suffix: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path(subfolder))) ?? []
    return all.filter { $0.hasSuffix(suffix) }.sorted().map { "\(subfolder)/\($0)" }
  }

  /// One row of `instances.csv`, by the names in its header; notes in quotes come last and are cut.
  struct Instance: Sendable, CustomStringConvertible {
    var fields: [String: String]
    subscript(_ name: String) -> String { fields[name] ?? "" }
    var description: String { self["id"] }
  }

  static let instances: [Instance] = {
    guard let text = try? String(contentsOfFile: path("instances.csv"), encoding: .utf8) else {
      return []
    }
    let rows = text.split(separator: "\n").map { row in
      var fields = [""]
      var isQuoted = false
      for character in row {
        switch character {
        case "\"": isQuoted.toggle()
        case "," where !isQuoted: fields.append("")
        default: fields[fields.count - 1].append(character)
        }
      }
      return fields
    }
    guard let header = rows.first else { return [] }
    return rows.dropFirst().map { row in
      Instance(fields: Dictionary(uniqueKeysWithValues: zip(header, row)))
    }
  }()
}
