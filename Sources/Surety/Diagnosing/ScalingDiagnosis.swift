import Files
import Foundation
import Synchronization
import Tensors
import Training

/// How the largest singular value and the gain of a layer move with the width, by several rules for rate and decay.
///
/// A toy (`WidthToy`) is trained at each width, by each rule, with each seed. Trainings share the worker threads, one training a thread, so
/// that results do not depend on their number.
///
///     var options = ScalingOptions()
///     options.widths = [32, 64]
///     options.toy.steps = 400
///     let record = try ScalingDiagnosis(options).run()
///     print(record?.rules.first?.slope?.mean ?? 0)
///
/// Source: the diagnostic of Fan et al., "Robust layerwise scaling rules by proper weight decay tuning" (arXiv 2510.15262).
public struct ScalingDiagnosis: Sendable {
  /// What is trained.
  public let options: ScalingOptions

  /// Prepares the trainings.
  ///
  /// - Throws: `InputError` naming the option that is wrong.
  public init(_ options: ScalingOptions) throws(InputError) {
    try options.check()
    self.options = options
  }

  /// The trainings in their order.
  var toys: [WidthToy] {
    options.rules.flatMap { rule in
      options.widths.flatMap { width in
        options.seeds.map { WidthToy(width: width, rule: rule, seed: $0, settings: options.toy) }
      }
    }
  }

  /// Trains and measures.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every step, from any thread.
  ///   - report: Told how far it is, from any thread.
  /// - Returns: The record; nil where it was stopped.
  public func run(
    isStopped: @escaping @Sendable () -> Bool = { false },
    _ report: @escaping @Sendable (Progress) -> Void = { _ in }
  ) -> ScalingRecord? {
    let begin = ContinuousClock.now
    // Every step needs what the last one freed.
    MemoryReuse.keep(1 << 30)
    let toys = toys
    // By what they take: a step costs little beside its products, which grow as the square of the width.
    let cost = toys.map { max(1, $0.width * $0.width / 1024) }
    let done = Mutex(Progress(done: 0, total: cost.reduce(0, +) * options.toy.steps))
    let runs = Mutex([WidthToyRun?](repeating: nil, count: toys.count))
    // The longest first, so that no thread is left with one at the end.
    let order = toys.indices.sorted { (-toys[$0].width, $0) < (-toys[$1].width, $1) }
    Workers.forEach(order.count) { place in
      let (index, toy) = (order[place], toys[order[place]])
      let run = toy.train(isStopped: isStopped) { step in
        let now = done.withLock { progress in
          progress.done += cost[index]
          progress.training =
            "width \(toy.width), \(toy.rule.rawValue), seed \(toy.seed), step \(step)"
          return progress
        }
        report(now)
      }
      runs.withLock { $0[index] = run }
    }
    let whole = runs.withLock { $0 }.compactMap(\.self)
    guard whole.count == toys.count else { return nil }
    return ScalingRecord(options, whole, seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  /// How far the trainings are.
  public struct Progress: Sendable, Hashable {
    /// The work that is done, in units that take about the same time at every width.
    public var done: Int
    /// All the work.
    public var total: Int
    /// The training that took the last step.
    public var training = ""
  }
}
