import Files
import Foundation
import Records
import Synchronization

/// The results of a run into a folder where other threads can reach them, and how its circumstances end.
///
/// The run reads it at its end, and the thread that ends the program when it is ended before.
final class RunTotals<Line: Sendable>: Sendable {
  private struct Content {
    var lines: [Line] = []
    var wanted: Set<Int> = []
    var computed = 0
    var hasBegun = false
  }

  /// The circumstances of this run.
  private let begin: RunCircumstances
  /// What the folder said of earlier runs.
  private let earlier: SummaryNotes?
  private let state = Mutex(Content())

  init(_ begin: RunCircumstances, after earlier: SummaryNotes?) {
    (self.begin, self.earlier) = (begin, earlier)
  }

  /// Whether there is anything to add up.
  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// The results so far, in no order.
  var lines: [Line] { state.withLock { $0.lines } }

  /// The number of examples that were asked for.
  var requested: Int { state.withLock { $0.wanted.count } }

  /// Begins with the results of earlier runs.
  func begin(with lines: [Line], wanted: Set<Int>) {
    state.withLock { $0 = Content(lines: lines, wanted: wanted, hasBegun: true) }
  }

  /// Adds a result of this run.
  func add(_ line: Line) {
    state.withLock {
      $0.lines.append(line)
      $0.computed += 1
    }
  }

  /// The circumstances of totals over some seconds of work.
  func circumstances(seconds: Double) -> RunCircumstances {
    let (computed, requested) = state.withLock { ($0.computed, $0.wanted.count) }
    return begin.following(
      earlier?.circumstances, computed: computed,
      asksForOthers: earlier?.isAboutOthers(requested: requested, seconds: seconds) ?? true)
  }
}
