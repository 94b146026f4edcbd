import Foundation
import Records

// Tables and charts of the page about a search.
extension ArchitectureSearchReport {
  /// The frontier and the hand-made networks, the fastest first.
  var frontierTable: String {
    let hand = record.references.filter { $0.judged != nil && $0.times != nil }
    let all = (record.frontier.map { ($0, "found") } + hand.map { ($0, "hand-made") }).sorted {
      ($0.0.times?.latency ?? 0) < ($1.0.times?.latency ?? 0)
    }
    return HTMLTable(
      caption: "The frontier of the search, and hand-made networks, the fastest first",
      columns: [.wide("network"), .text("origin")] + Self.numbers,
      rows: all.map { [escaped($0.0.name), $0.1] + numbers($0.0) }
    ).html
  }

  private static let numbers: [HTMLTable.Column] = [
    .number("certified"), .number("clean"), .number("latency"), .number("certification"),
    .number("weights"), .number("training"),
  ]

  private func numbers(_ network: SearchedNetwork) -> [String] {
    [
      network.judged.map { percent($0.certifiedAccuracy) } ?? "",
      network.judged.map { percent($0.cleanAccuracy) } ?? "",
      network.times.map { milliseconds($0.latency) } ?? "",
      network.times?.certification.map(milliseconds) ?? "",
      network.parameters.map { "\($0)" } ?? "", network.seconds.map(duration) ?? "",
    ]
  }

  /// Every trial in its order, after the hand-made networks.
  var trialTable: String {
    let rows = (record.references + record.networks).enumerated().map { place, network in
      let isReference = place < record.references.count
      return [isReference ? "" : "\(network.number)", escaped(network.name)] + numbers(network)
        + [escaped(remark(on: network))]
    }
    return rows.isEmpty
      ? ""
      : HTMLTable(
        caption: "Every trial, hand-made networks first",
        columns: [.number("trial"), .wide("network")] + Self.numbers + [.wide("remark")],
        rows: rows
      ).html
  }

  private func remark(on network: SearchedNetwork) -> String {
    let reason = network.reason
    switch network.status {
    case .rejected: return "rejected: \(reason ?? "over a budget")"
    case .diverged: return "no network: \(reason ?? "diverged")"
    case .trained:
      var remarks = reason.map { [$0] } ?? []
      if let count = network.judged?.count, count < record.validation.count {
        remarks.append("certified only \(count) images in the time")
      }
      return remarks.joined(separator: "; ")
    }
  }

  /// Certified accuracy against latency: all networks, the frontier among them, and hand-made ones by name.
  var frontierChart: String {
    chart(over: "milliseconds an image") { $0.times.map { 1e3 * $0.latency } }
  }

  /// The same against the time of certification.
  var certificationChart: String {
    chart(over: "milliseconds to bound an image") { $0.times?.certification.map { 1e3 * $0 } }
  }

  private func chart(over axis: String, _ place: (SearchedNetwork) -> Double?) -> String {
    func points(_ networks: [SearchedNetwork]) -> [LineChart.Point] {
      networks.compactMap { network in
        guard let x = place(network), let judged = network.judged else { return nil }
        return LineChart.Point(x: x, y: judged.certifiedAccuracy)
      }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    }
    let all = points(record.networks)
    let hand = record.references.enumerated().map { number, reference in
      LineChart.Series(
        name: reference.name, points: points([reference]),
        tone: .layer(number, of: record.references.count), isJoined: false)
    }
    // The frontier of what the axis shows, which need not be that of latency.
    var frontier: [LineChart.Point] = []
    for point in all where point.y > frontier.last?.y ?? -1 {
      if frontier.last?.x == point.x { frontier.removeLast() }
      frontier.append(point)
    }
    return LineChart(
      "Certified accuracy", over: axis,
      [
        LineChart.Series(name: "the frontier", points: frontier, tone: .certified),
        LineChart.Series(name: "found", points: all, tone: .clean, isJoined: false),
      ] + hand, startsAtZero: true, label: percentTick
    ).html
  }

  /// What each training came to, and the best before it.
  var courseChart: String {
    let judged = record.networks.compactMap { network in
      network.judged.map { LineChart.Point(x: Double(network.number), y: $0.certifiedAccuracy) }
    }
    var best: [LineChart.Point] = []
    for point in judged {
      best.append(LineChart.Point(x: point.x, y: max(point.y, best.last?.y ?? 0)))
    }
    return LineChart(
      "Certified accuracy", over: "trial",
      [
        LineChart.Series(name: "the best so far", points: best, tone: .certified),
        LineChart.Series(name: "each network", points: judged, tone: .clean, isJoined: false),
      ], startsAtZero: true, label: percentTick
    ).html
  }
}
