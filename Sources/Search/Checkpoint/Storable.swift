import Bounds
import Files
import Tensors

/// A sub-problem that a checkpoint can hold.
protocol Storable: Waiting {
  /// Writes what it takes to begin it again.
  func write(to sink: inout FileSink)
  /// Begins it again; nil where the bytes are none of a sub-problem.
  init?(from source: inout ByteSource)
}

extension SubBox: Storable {
  func write(to sink: inout FileSink) {
    sink.append(root)
    sink.append(share.bitPattern)
    sink.append(margin.bitPattern)
    sink.append(elements: open)
    sink.append(elements: lower)
    sink.append(elements: upper)
  }

  init?(from source: inout ByteSource) {
    guard let root = source.number(Int32.self), let share = source.number(UInt64.self),
      let margin = source.number(UInt32.self), let open = source.elements(Int32.self),
      let lower = source.elements(S.self), let upper = source.elements(S.self)
    else { return nil }
    self.init(
      root: root, open: open, lower: lower, upper: upper, share: Double(bitPattern: share),
      margin: Float(bitPattern: margin), known: nil)
  }
}

extension NeuronProblem: Storable {
  func write(to sink: inout FileSink) {
    sink.append(root)
    sink.append(share.bitPattern)
    sink.append(margin.bitPattern)
    // Node, element, side and the bits of the point of each split, one after another.
    sink.append(
      elements: splits.flatMap {
        [$0.node, $0.element, $0.isPositive ? 1 : 0, Int32(bitPattern: $0.point.bitPattern)]
      })
    sink.append(UInt32(multipliers.count))
    for numbers in multipliers { sink.append(elements: numbers) }
    for numbers in slopes { sink.append(elements: numbers) }
    sink.append(elements: weights)
    sink.append(elements: ends)
  }

  init?(from source: inout ByteSource) {
    guard let root = source.number(Int32.self), let share = source.number(UInt64.self),
      let margin = source.number(UInt32.self), let numbers = source.elements(Int32.self),
      numbers.count % 4 == 0, let count = source.number(UInt32.self)
    else { return nil }
    var rows: [[S]] = []
    for _ in 0..<2 * Int(count) {
      guard let row = source.elements(S.self) else { return nil }
      rows.append(row)
    }
    guard let weights = source.elements(Double.self), let ends = source.elements(Float.self) else {
      return nil
    }
    let splits = stride(from: 0, to: numbers.count, by: 4).map {
      NeuronSplit(
        node: numbers[$0], element: numbers[$0 + 1], isPositive: numbers[$0 + 2] != 0,
        point: Float(bitPattern: UInt32(bitPattern: numbers[$0 + 3])))
    }
    self.init(
      root: root, splits: splits, multipliers: Array(rows.prefix(Int(count))),
      slopes: Array(rows.suffix(Int(count))), weights: weights, ends: ends,
      margin: Float(bitPattern: margin), share: Double(bitPattern: share))
  }
}
