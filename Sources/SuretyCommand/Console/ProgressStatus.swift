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
  /// The seconds that it may take, where there is a limit for the whole.
  var limit: Double?

  init(work: String, total: Int?, unit: String) {
    (self.work, self.total, self.unit) = (work, total, unit)
  }

  /// The line; what has no room is left out, the least important first.
  func spans(within columns: Int) -> [Span] {
    let head = [Span("\(work): \(amount ?? stage ?? "begins")")]
    var counts = verdicts
    var optional = details.map { [Span($0)] }
    if let stage, amount != nil { optional.insert([Span(stage, .faint)], at: 0) }
    let time = [[Span(timeText, .faint)]]
    while true {
      let middle = counts.isEmpty ? [] : [Array(counts.joined(separator: [Span(", ")]))]
      let all = Self.joined([head] + middle + optional + time)
      if all.columns <= columns { return all }
      if optional.popLast() == nil, counts.popLast() == nil { break }
    }
    return head.fitted(to: columns)
  }

  /// The seconds before which no pace means anything.
  static let leastSeconds = 5.0

  /// The seconds left by the pace so far; nil while that tells little, as what is easy is often done first.
  static func secondsLeft(after seconds: Double, done: Int, of total: Int) -> Double? {
    guard seconds >= leastSeconds, done > 0, done >= 10 || 10 * done >= total else { return nil }
    return seconds * Double(total - done) / Double(done)
  }

  private var timeText: String {
    if let secondsLeft { return "\(Self.time(secondsLeft)) left" }
    return Self.time(seconds) + (limit.map { " of \(Self.time($0))" } ?? "")
  }

  private var amount: String? {
    let what = unit.isEmpty ? "" : " \(unit)"
    guard let done else { return total.map { "\($0)\(what)" } }
    return total.map { "\(done) of \($0)\(what)" } ?? "\(done)\(what)"
  }

  /// The verdicts, the most telling first.
  private var verdicts: [[Span]] {
    let order = ["certified", "violated", "undecided", "misclassified"]
    let known = counts.filter { $0.value > 0 }.sorted {
      (order.firstIndex(of: $0.key) ?? order.count, $0.key)
        < (order.firstIndex(of: $1.key) ?? order.count, $1.key)
    }
    return known.map { [Span("\($0.value) \($0.key)", Span.tone(ofVerdict: $0.key))] }
  }

  private static func joined(_ parts: [[Span]]) -> [Span] {
    Array(parts.joined(separator: [Span("; ")]))
  }

  /// A time for people: `8 s`, `1 min 20 s`, `2 h 5 min`.
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 60 { return "\(whole) s" }
    func joined(_ large: String, _ small: Int, _ unit: String) -> String {
      small == 0 ? large : "\(large) \(small) \(unit)"
    }
    return whole < 3_600
      ? joined("\(whole / 60) min", whole % 60, "s")
      : joined("\(whole / 3_600) h", whole / 60 % 60, "min")
  }
}
