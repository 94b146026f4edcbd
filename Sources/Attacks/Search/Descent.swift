import Foundation
import Networks
import Properties
import RandomNumbers
import Tensors

/// One row of a descent: whose counterexample it looks for, and how.
struct DescentRow {
  /// The target.
  var target: Int
  /// The condition to satisfy; nil for whichever is nearest at each step.
  var condition: Int?
  /// Whether the loss is the sum of the excesses rather than the largest.
  var sumsExcesses: Bool
  /// Whether the first steps follow a random direction of the outputs instead (Tashiro, Song and Ermon,
  /// "Diversity can be transferred: output diversification for white- and black-box attacks", 2020).
  var diversifies: Bool
}

/// A batch of points that walk down the violations of their conditions, on one thread.
///
/// Boxes are walked by Adam's rule, which on long walks is the sign of the gradient; balls by the direction of
/// the averaged gradient.
struct Descent {
  private let context: SearchContext
  private var rows: [DescentRow]
  private var x: Tensor<Float>
  private var mean: [Float]
  private var square: [Float]
  private var directions: [Float]
  private var random: SplitMix64
  private let inputCount: Int
  private let outputCount: Int

  private let diversifyingSteps = 4

  /// Prepares a walk from points of shape `[rows] + input shape`.
  init(_ context: SearchContext, _ rows: [DescentRow], from x: Tensor<Float>, stream: UInt64) {
    self.context = context
    self.rows = rows
    self.x = x
    inputCount = context.network.inputShape.count
    outputCount = context.network.outputShape.count
    mean = [Float](repeating: 0, count: x.count)
    square = mean
    random = SplitMix64(seed: context.options.seed, stream: stream)
    directions = []
    if rows.contains(where: \.diversifies) {
      for _ in 0..<rows.count * outputCount { directions.append(2 * random.unit() - 1) }
    }
  }

  /// Walks until the steps are used up, the deadline passes or nothing is left to find.
  mutating func run() {
    let steps = context.options.steps
    for step in 0...steps {
      dropFinishedRows()
      guard !rows.isEmpty, !context.isOver else { return }
      let gradient = evaluate(step: step, needsGradient: step < steps)
      if let gradient { move(gradient, step: step) }
    }
  }

  /// Reports satisfied points and computes the gradient of each row's loss.
  private mutating func evaluate(step: Int, needsGradient: Bool) -> Tensor<Float>? {
    let values = context.gradients.values(at: x, context.parameters)
    var outputRows = Tensor<Float>(repeating: 0, values.output.shape)
    var inputRows: Tensor<Float>?
    if rows.contains(where: { context.targets[$0.target].table.readsInputs }) {
      inputRows = Tensor(repeating: 0, x.shape)
    }
    x.withElements { x in
      values.output.withElements { y in
        for index in rows.indices {
          let (point, output) = (x.row(index, inputCount), y.row(index, outputCount))
          let condition = nearest(index, point, output)
          guard needsGradient else { continue }
          outputRows.withMutableElements { outputRows in
            let out = outputRows.row(index, outputCount)
            if rows[index].diversifies && step < diversifyingSteps {
              for i in 0..<outputCount { out[i] = directions[index * outputCount + i] }
              return
            }
            let table = context.targets[rows[index].target].table
            func add(_ inputs: UnsafeMutablePointer<Float>?) {
              table.addGradient(
                condition, sumsExcesses: rows[index].sumsExcesses, point, output, outputs: out,
                inputs: inputs)
            }
            if inputRows == nil { return add(nil) }
            inputRows?.withMutableElements { add($0.row(index, inputCount)) }
          }
        }
      }
    }
    guard needsGradient else { return nil }
    let gradient = context.gradients.gradient(of: outputRows, at: values, context.parameters)
    return inputRows.map { gradient + $0 } ?? gradient
  }

  /// The condition that a row walks toward; a satisfied one is reported on the way.
  private func nearest(
    _ index: Int, _ point: UnsafePointer<Float>, _ output: UnsafePointer<Float>
  ) -> Int {
    let id = rows[index].target
    let target = context.targets[id]
    var (best, least) = (0, Double.infinity)
    for condition in 0..<target.table.count {
      let violation = target.table.violation(condition, point, output)
      if violation < least { (best, least) = (condition, violation) }
    }
    if least <= 0 {
      let point = Array(UnsafeBufferPointer(start: point, count: inputCount))
      context.findings.offer(point, violation: least, for: id, target)
      return best
    }
    return rows[index].condition ?? best
  }

  /// Takes one step against the gradient.
  private mutating func move(_ gradient: Tensor<Float>, step: Int) {
    let options = context.options
    let part = Double(step) / Double(max(1, options.steps - 1))
    let rule = StepRule(size: options.stepSize * pow(options.decay, part), step: step + 1)
    let (rows, targets, inputCount) = (rows, context.targets, inputCount)
    gradient.withElements { gradient in
      x.withMutableElements { x in
        mean.withUnsafeMutableBufferPointer { mean in
          square.withUnsafeMutableBufferPointer { square in
            for index in rows.indices {
              let region = targets[rows[index].target].region
              let point = x.row(index, inputCount)
              let moved = rule.move(
                point, gradient.row(index, inputCount), mean: mean.row(index, inputCount),
                square: square.row(index, inputCount), region)
              // Nothing to follow here: the gradient vanished or overflowed.
              if !moved { Starts(region).writeRandom(to: point, &random) }
            }
          }
        }
      }
    }
  }

  /// Leaves out the rows whose target has its witness, once they are a quarter of all.
  private mutating func dropFinishedRows() {
    let kept = rows.indices.filter { !context.findings.isDone(rows[$0].target) }
    guard kept.count * 4 <= rows.count * 3 else { return }
    rows = kept.map { rows[$0] }
    x = x.gathered(kept.map(Int32.init), axis: 0)
    func keep(_ values: [Float], _ width: Int) -> [Float] {
      values.isEmpty ? [] : kept.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
    mean = keep(mean, inputCount)
    square = keep(square, inputCount)
    directions = keep(directions, outputCount)
  }
}

extension UnsafeBufferPointer {
  func row(_ index: Int, _ width: Int) -> UnsafePointer<Element> {
    guard let baseAddress else { preconditionFailure("Row \(index) of no elements") }
    return baseAddress + index * width
  }
}

extension UnsafeMutableBufferPointer {
  func row(_ index: Int, _ width: Int) -> UnsafeMutablePointer<Element> {
    guard let baseAddress else { preconditionFailure("Row \(index) of no elements") }
    return baseAddress + index * width
  }
}
