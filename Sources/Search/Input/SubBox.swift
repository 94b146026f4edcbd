import Files
import Tensors

/// A part of a region that waits: a box in the number type of the bounds, and what is known of it.
struct SubBox<S: TensorScalar>: Waiting {
  /// Which case it belongs to.
  var root: Int32
  /// The conditions that are still possible.
  var open: [Int32]
  /// The lower ends.
  var lower: [S]
  /// The upper ends.
  var upper: [S]
  /// The part of its case's volume that it is.
  var share: Double
  var margin: Float
  /// Intervals of the nodes that relaxations read, all lower ends and then all upper ends; of a larger box.
  var known: [S]?
  /// The cuts that made it; nil for a whole region, and unknown where the box comes from a checkpoint.
  var path: InputPath?
  /// Whether its cuts are known.
  var hasPath = true

  var bytes: Int {
    let scalars = lower.count * 2 + (known?.count ?? 0)
    // Every array has a header of 32 bytes.
    return MemoryLayout<Self>.stride + 128 + open.count * 4 + scalars * MemoryLayout<S>.size
  }

  mutating func compact() { known = nil }

  /// Whether its case, conditions and inputs exist, as they may not in a file that was changed.
  func belongs(to questions: [PreparedQuestion]) -> Bool {
    guard questions.indices.contains(Int(root)) else { return false }
    let (region, conditions) = (questions[Int(root)].region, questions[Int(root)].conditions)
    return lower.count == region.lower.count && upper.count == lower.count
      && zip(lower, upper).allSatisfy { $0 <= $1 }
      && open.allSatisfy { conditions.indices.contains(Int($0)) }
  }

  /// Halves the box along one input.
  ///
  /// - Soundness: Every point of the box lies in one of the halves; both contain the middle.
  func halves(along input: Int) -> [SubBox] {
    let middle = self.middle(of: input)
    var (first, second) = (self, self)
    first.upper[input] = middle
    second.lower[input] = middle
    (first.path, second.path) = (
      InputPath(input: input, at: Double(middle), isBelow: true, before: path),
      InputPath(input: input, at: Double(middle), isBelow: false, before: path)
    )
    first.share /= 2
    second.share /= 2
    return [first, second]
  }

  func middle(of input: Int) -> S { lower[input] / 2 + upper[input] / 2 }

  /// Whether an input has a number strictly between its ends.
  func canHalve(_ input: Int) -> Bool {
    let middle = self.middle(of: input)
    return lower[input] < middle && middle < upper[input]
  }
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
      margin: Float(bitPattern: margin), known: nil, hasPath: false)
  }
}
