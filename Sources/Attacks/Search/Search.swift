import Foundation
import Networks
import RandomNumbers
import Tensors

/// What the threads of a search share.
struct SearchContext: Sendable {
  let network: Network
  let gradients: Gradients
  let parameters: Parameters<Tensor<Float>>
  let targets: [Target]
  let findings: Findings
  let options: AttackOptions

  /// Whether there is nothing left to do or no time to do it.
  var isOver: Bool { findings.isComplete || options.isOverdue }
}

/// A search for counterexamples to many targets: cheap samples first, then descents.
final class Search: @unchecked Sendable {
  private let context: SearchContext
  // Guarded by `lock` while threads run.
  private let lock = NSLock()
  private var best: BestSamples
  private let order: [Starts]
  /// The seconds that one row takes to evaluate, measured on the first samples.
  private var secondsPerRow = 0.0
  private var streams: UInt64 = 0

  init(_ context: SearchContext) {
    self.context = context
    best = BestSamples(context.targets)
    order = context.targets.map { Starts($0.region) }
  }

  /// Searches until every witness is found, the restarts are used up or the deadline passes.
  func run() {
    sample()
    descend()
    context.findings.settle()
  }

  // MARK: - Batches

  /// The rows that a thread takes at a time.
  private var batchSize: Int {
    let needed = context.network.isNeeded
    let elements = context.network.nodes.indices.reduce(0) {
      $0 + (needed[$1] ? context.network.nodes[$1].shape.count : 0)
    }
    // Values, their gradients, and temporaries of both.
    let bytes = max(1, elements * 4 * 3)
    let affordable = context.options.memory / Workers.limit / bytes
    // A batch that stays near the caches is fastest; very small ones waste the weights they load.
    let preferred = min(max((16 << 20) / bytes, 8), 512)
    return max(1, min(affordable, preferred))
  }

  private func batch(_ targets: [Int], _ write: (Int, UnsafeMutablePointer<Float>) -> Void)
    -> Tensor<Float>
  {
    let width = context.network.inputShape.count
    return Tensor(
      uninitialized: Shape([targets.count] + context.network.inputShape.dimensions)
    ) { out in
      for row in targets.indices { write(row, out + row * width) }
    }
  }

  private func makeRandom() -> (SplitMix64, UInt64) {
    lock.withLock {
      streams += 2
      return (SplitMix64(seed: context.options.seed, stream: streams), streams + 1)
    }
  }

  // MARK: - Samples

  private struct Sample {
    var target: Int
    var index: Int
  }

  private func sample() {
    let targets = context.targets
    let most = max(4, min(context.options.samples, (1 << 17) / max(1, targets.count)))
    let counts = targets.map { target -> Int in
      let free = target.region.free.count
      return free == 0 ? 1 : free <= Starts.fewElements ? most : max(4, most / 16)
    }
    // The middles of all regions first, then a few points of each, then the rest.
    var done = 0
    for until in [1, 16, 256, Int.max] {
      let samples = targets.indices.flatMap { id in
        (min(done, counts[id])..<min(until, counts[id])).map { Sample(target: id, index: $0) }
      }
      done = until
      // With little time most of it belongs to the descents.
      let isAffordable = secondsPerRow * Double(samples.count) < context.options.secondsLeft / 8
      if until > 1 && !isAffordable { return }
      tryAll(samples)
      if context.isOver { return }
    }
  }

  private func tryAll(_ samples: [Sample]) {
    let size = batchSize
    let chunks = (samples.count + size - 1) / size
    let start = Date()
    Workers.forEach(chunks) { [self] chunk in
      guard !context.isOver else { return }
      let part = samples[chunk * size..<min(samples.count, (chunk + 1) * size)]
        .filter { !context.findings.isDone($0.target) }
      if !part.isEmpty { tryBatch(part) }
    }
    if !samples.isEmpty {
      // Workers share the rows; a lone row says little of a batch but is an upper estimate.
      secondsPerRow = -start.timeIntervalSinceNow / Double(samples.count)
    }
  }

  private func tryBatch(_ samples: [Sample]) {
    var (random, _) = makeRandom()
    let x = batch(samples.map(\.target)) { row, point in
      order[samples[row].target].write(sample: samples[row].index, to: point, &random)
    }
    let y = context.network.evaluate(x, context.parameters)
    let (width, outputs) = (
      context.network.inputShape.count, context.network.outputShape.count
    )
    x.withElements { x in
      y.withElements { y in
        for (row, sample) in samples.enumerated() {
          let target = context.targets[sample.target]
          let (point, output) = (x.row(row, width), y.row(row, outputs))
          let values = UnsafeBufferPointer(start: point, count: width)
          for condition in 0..<target.table.count {
            let violation = target.table.violation(condition, point, output)
            lock.withLock { best.record(sample.target, condition, violation, values) }
            if violation <= 0 {
              context.findings.offer(
                Array(values), violation: violation, for: sample.target, target)
            }
          }
        }
      }
    }
  }

  // MARK: - Descents

  /// A descent to come: the restart number and which of the target's conditions, 0 for the nearest.
  private struct Slot {
    var target: Int
    var number: Int
  }

  /// The descents of one restart: one toward the nearest condition, and one toward each of several.
  private func slotsPerRestart(_ target: Int) -> Int {
    let count = context.targets[target].table.count
    return count == 1 ? 1 : count + 1
  }

  private func descend() {
    var next = [Int](repeating: 0, count: context.targets.count)
    while !context.isOver {
      let active = context.findings.unfinished(
        context.targets.indices.filter {
          !context.targets[$0].region.free.isEmpty
            && next[$0] < slotsPerRestart($0) * context.options.restarts
        }
      ).sorted { (best.least($0), $0) < (best.least($1), $1) }
      guard !active.isEmpty else { return }
      let size = descentSize
      let share = max(1, size * Workers.limit / active.count)
      let slots = active.flatMap { id in
        let until = min(next[id] + share, slotsPerRestart(id) * context.options.restarts)
        defer { next[id] = until }
        return (next[id]..<until).map { Slot(target: id, number: $0) }
      }
      let orders = Dictionary(uniqueKeysWithValues: active.map { ($0, best.order($0)) })
      // Few rows are spread over all threads.
      let length = max(1, min(size, (slots.count + Workers.limit - 1) / Workers.limit))
      Workers.forEach((slots.count + length - 1) / length) { [self] chunk in
        guard !context.isOver else { return }
        walk(
          slots[chunk * length..<min(slots.count, (chunk + 1) * length)]
            .filter { !context.findings.isDone($0.target) }, orders)
        context.findings.settle()
      }
    }
  }

  /// The rows of one descent: as many as finish their steps in a part of the time that is left.
  private var descentSize: Int {
    let size = batchSize
    let left = context.options.secondsLeft
    guard left.isFinite, secondsPerRow > 0 else { return size }
    // A step is about three evaluations, and each thread has its own rows.
    let perRow =
      3 * secondsPerRow * Double(Workers.limit) * Double(max(1, context.options.steps))
    return max(min(size, 4), Int(min(Double(size), left / 3 / perRow)))
  }

  private func walk(_ slots: [Slot], _ orders: [Int: [Int]]) {
    guard !slots.isEmpty else { return }
    var (random, stream) = makeRandom()
    var rows: [DescentRow] = []
    let x = batch(slots.map(\.target)) { index, point in
      let slot = slots[index]
      let (restart, choice) = slot.number.quotientAndRemainder(
        dividingBy: slotsPerRestart(slot.target))
      let ordered = orders[slot.target] ?? []
      let condition = choice == 0 ? (ordered.count == 1 ? ordered.first : nil) : ordered[choice - 1]
      rows.append(
        DescentRow(
          target: slot.target, condition: condition, sumsExcesses: (restart + choice) % 2 == 0,
          diversifies: restart % 3 == 2))
      let starts = order[slot.target]
      let known = lock.withLock {
        (condition ?? ordered.first).flatMap { best.entries[slot.target][$0].point }
      }
      if restart % 3 == 0, let known {
        let spread: Float = restart == 0 ? 0 : 0.5 / Float(1 << min(restart / 3, 10))
        starts.write(near: known, spread: spread, to: point, &random)
      } else {
        starts.writeRandom(to: point, &random)
      }
    }
    var descent = Descent(context, rows, from: x, stream: stream)
    descent.run()
  }
}
