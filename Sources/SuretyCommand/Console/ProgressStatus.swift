import Foundation

/// How far long work is, and the line that says so.
struct ProgressStatus {
  /// What is done: `certify`.
  var work: String
  /// What there is to do, where that is known.
  var total: Int?
  /// What is counted: `images`.
  var unit: String
  /// What is done of it.
  var done: Int?
  /// The verdicts so far.
  var counts: [String: Int] = [:]
  /// What is being done.
  var stage: String?
  /// What is known otherwise, the least important last.
  var details: [String] = []
  /// The seconds so far.
  var seconds = 0.0
  /// The seconds left.
  var secondsLeft: Double?

  init(work: String, total: Int?, unit: String) {
    (self.work, self.total, self.unit) = (work, total, unit)
  }

  /// The line; what has no room is left out, the least important first.
  func spans(within columns: Int) -> [Span] {
    var parts: [[Span]] = [[Span("\(work): \(amount)")]]
    if !verdicts.isEmpty { parts.append(verdicts) }
    var optional = details.map { [Span($0)] }
    if let stage { optional.insert([Span(stage, .faint)], at: 0) }
    let time = [[Span(secondsLeft.map { "\(Self.time($0)) left" } ?? Self.time(seconds), .faint)]]
    while true {
      let all = Self.joined(parts + optional + time)
      if all.columns <= columns { return all }
      if optional.isEmpty { break }
      optional.removeLast()
    }
    let short = Self.joined(parts + time)
    return short.columns <= columns ? short : Self.joined(parts).fitted(to: columns)
  }

  private var amount: String {
    let what = unit.isEmpty ? "" : " \(unit)"
    guard let done else { return total.map { "\($0)\(what)" } ?? "working" }
    return total.map { "\(done) of \($0)\(what)" } ?? "\(done)\(what)"
  }

  private var verdicts: [Span] {
    let order = ["certified", "violated", "undecided", "misclassified"]
    let known = counts.filter { $0.value > 0 }.sorted {
      (order.firstIndex(of: $0.key) ?? order.count, $0.key)
        < (order.firstIndex(of: $1.key) ?? order.count, $1.key)
    }
    return Array(
      known.map { [Span("\($0.value) \($0.key)", Span.tone(ofVerdict: $0.key))] }
        .joined(separator: [Span(", ")]))
  }

  private static func joined(_ parts: [[Span]]) -> [Span] {
    Array(parts.joined(separator: [Span("; ")]))
  }

  /// A time for people: `8 s`, `1 min 20 s`, `2 h 5 min`.
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 60 { return "\(whole) s" }
    return whole < 3_600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3_600) h \(whole / 60 % 60) min"
  }
}
