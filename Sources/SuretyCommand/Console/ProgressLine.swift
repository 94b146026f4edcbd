import Foundation
import Surety
import Synchronization

/// One line on a terminal that says how far long work is; nothing in a pipe.
///
/// It reads the same in every command: the work, what is done of all, the verdicts so far, what is being done, and the
/// time left by the pace so far. It fits the terminal's width, whatever that is at the moment.
final class ProgressLine: Sendable {
  private struct State {
    var status: ProgressStatus
    var begin = Date()
    /// What was done when the pace began to be measured.
    var initial: Int?
    var shown = Date.distantPast
    var isShown = false
    var isOver = false
  }

  private let state: Mutex<State>
  private let isActive: Bool

  /// - Parameters:
  ///   - work: What is done, a verb such as `certify`.
  ///   - unit: What is counted, such as `images`.
  ///   - isQuiet: Whether nothing is shown on a terminal either.
  init(_ work: String, _ unit: String = "", of total: Int? = nil, isQuiet: Bool = false) {
    state = Mutex(State(status: ProgressStatus(work: work, total: total, unit: unit)))
    isActive = Terminal.error.isControllable && !isQuiet
    guard isActive else { return }
    // A step may take minutes, and a window may change its size meanwhile.
    Thread.detachNewThread { [weak self] in
      repeat { Thread.sleep(forTimeInterval: 1) } while self?.tick() ?? false
    }
  }

  /// Says how much is done, and with which verdicts.
  func update(done: Int, of total: Int? = nil, _ counts: [String: Int] = [:]) {
    change { state in
      if state.initial == nil { (state.initial, state.begin) = (done, Date()) }
      state.status.done = done
      if let total { state.status.total = total }
      state.status.counts = counts
    }
  }

  /// Says what is being done.
  func stage(_ text: String) { change { $0.status.stage = text } }

  /// Says how long the whole may take.
  func limit(_ limit: Duration?) { change { $0.status.limit = limit?.seconds } }

  /// Says what is known otherwise, the least important last; and the seconds left, where the caller knows them better.
  func details(_ texts: [String], secondsLeft: Double? = nil) {
    change { state in
      state.status.details = texts
      state.status.secondsLeft = secondsLeft
    }
  }

  /// Removes the line; the next change brings it back.
  func clear() {
    guard isActive else { return }
    state.withLock { state in
      guard state.isShown else { return }
      state.isShown = false
      write(Terminal.eraseLine)
    }
  }

  /// Removes the line for good.
  func end() {
    state.withLock { $0.isOver = true }
    clear()
  }

  private func change(_ body: (inout State) -> Void) {
    guard isActive else { return }
    state.withLock { state in
      guard !state.isOver else { return }
      body(&state)
      // More often nobody can read it.
      guard Date().timeIntervalSince(state.shown) > 0.1 else { return }
      show(&state)
    }
  }

  /// Shows the time that has passed; false when the line is over.
  private func tick() -> Bool {
    state.withLock { state in
      if state.isOver { return false }
      if state.isShown || state.initial != nil || state.status.stage != nil { show(&state) }
      return true
    }
  }

  private func show(_ state: inout State) {
    var status = state.status
    let seconds = Date().timeIntervalSince(state.begin)
    status.seconds = seconds
    if let total = status.total, let initial = state.initial, let done = status.done {
      let own = ProgressStatus.secondsLeft(
        after: seconds, done: done - initial, of: total - initial)
      // The caller's is better, but no earlier.
      status.secondsLeft =
        status.secondsLeft.flatMap {
          seconds < ProgressStatus.leastSeconds ? nil : $0
        } ?? own
    }
    state.shown = Date()
    state.isShown = true
    // The last column stays free: some terminals break the line there.
    let spans = status.spans(within: max(10, Terminal.error.columns - 1))
    write(Terminal.eraseLine + spans.map { $0.painted(on: .error) }.joined())
  }

  private func write(_ text: String) {
    try? writeToStream(Data(text.utf8), .standardError, name: "standard error")
  }
}

/// The last line of progress, for whoever ends a run.
final class LastLine: Sendable {
  private let line = Mutex<String?>(nil)

  /// The line; nil before the first one.
  var text: String? {
    get { line.withLock { $0 } }
    set { line.withLock { $0 = newValue } }
  }
}
