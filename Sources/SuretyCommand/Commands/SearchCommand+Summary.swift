import Foundation
import Surety

extension ArchitectureSearchRecord {
  /// What came out as a table: the frontier and hand-made networks, the fastest first.
  var summary: String {
    let head =
      "\(validation.count) validation images of \(validation.name) at radius \(Console.short(epsilon)), "
      + "by \(methods.joined(separator: ", "))"
    let columns = ["network", "", "certified %", "clean %", "latency ms", "bounds ms", "weights"]
    let hand = references.filter { $0.judged != nil && $0.times != nil }
    let rows = (frontier.map { ($0, "found") } + hand.map { ($0, "hand-made") })
      .sorted { ($0.0.times?.latency ?? 0) < ($1.0.times?.latency ?? 0) }
      .map { network, origin in
        [
          network.name, origin, text(network.judged?.certifiedAccuracy, "%.1f", times: 100),
          text(network.judged?.cleanAccuracy, "%.1f", times: 100),
          text(network.times?.latency, "%.3g", times: 1e3),
          text(network.times?.certification, "%.3g", times: 1e3),
          network.parameters.map { "\($0)" } ?? "none",
        ]
      }
    let rejected = networks.count - trained
    let count =
      "\(trained) networks trained, \(rejected) rejected before"
      + (reason.map { "; \($0)" } ?? "")
    return ([head, Console.table([columns] + rows)] + verdicts + [count]).joined(separator: "\n")
  }

  private func text(_ value: Double?, _ format: String, times factor: Double) -> String {
    value.map { String(format: format, factor * $0) } ?? "none"
  }

  /// What is to be said of each hand-made network, a line each.
  private var verdicts: [String] {
    references.map { reference in
      guard let own = reference.judged else {
        return "\(reference.name): no result (\(reference.reason ?? "not trained"))"
      }
      guard let rival = rival(of: reference), let other = rival.judged else {
        return "no network of the search is as fast as \(reference.name)"
      }
      return String(
        format: "no slower than %@: %@, %+.1f points certified", reference.name, rival.name,
        100 * (other.certifiedAccuracy - own.certifiedAccuracy))
    }
  }
}
