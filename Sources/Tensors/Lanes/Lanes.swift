import CKernels

/// A batch of tensors laid out for training, sixteen examples side by side.
///
/// The arithmetic is that of `Tensor`; only the order in memory differs. A value with a batch axis in front
/// is kept as blocks of 16 examples, `[blocks] + shape + [16]`, where an operation gains from that: a
/// convolution then broadcasts its weights and leaves no lane of a vector idle, however few channels there
/// are and however narrow the image. Values without a batch axis, and those of operations that gain nothing,
/// stay plain; each side is converted when it is needed.
///
/// Lanes past the last example hold arbitrary numbers that reach no result.
public struct Lanes<Scalar: TensorScalar>: Sendable {
  /// The extents, outermost first; the batch is the first axis of a blocked value.
  public let shape: Shape
  let storage: Storage

  enum Storage: Sendable {
    case plain(Tensor<Scalar>)
    case blocked(Tensor<Scalar>)
  }

  /// The examples of a block.
  static var width: Int { Int(SURETY_LANES) }

  /// Creates a value from a plain tensor.
  public init(plain: Tensor<Scalar>) {
    shape = plain.shape
    storage = .plain(plain)
  }

  /// Creates a value from blocks.
  init(blocks: Tensor<Scalar>, _ shape: Shape) {
    self.shape = shape
    storage = .blocked(blocks)
  }

  /// Whether the value is kept as blocks.
  var isBlocked: Bool { if case .blocked = storage { true } else { false } }

  /// The blocks, if the value is kept so.
  var blocksIfAny: Tensor<Scalar>? {
    if case .blocked(let blocks) = storage { blocks } else { nil }
  }

  /// The number of examples in the last block.
  var tail: Int {
    let rest = shape[0] % Self.width
    return rest == 0 ? Self.width : rest
  }

  /// The shape of the blocks of a batch of a shape.
  static func blockShape(_ shape: Shape) -> Shape {
    Shape([(shape[0] + width - 1) / width] + shape.dimensions.dropFirst() + [width])
  }

  /// The value as a plain tensor.
  public var plain: Tensor<Scalar> {
    switch storage {
    case .plain(let tensor): return tensor
    case .blocked(let blocks):
      let (width, features) = (Self.width, shape.count / max(1, shape[0]))
      let (whole, tail) = (shape[0] / width, shape[0] % width)
      return Tensor(uninitialized: shape) { out in
        nonisolated(unsafe) let out = out
        let from = blocks.buffer
        Workers.forEachRange(of: whole, grain: 1) { range in
          let at = range.lowerBound * width * features
          Scalar.swapAxes(
            from.pointer + at, out + at, matrices: range.count, rows: features, columns: width)
        }
        for lane in 0..<tail {
          let base = from.pointer + whole * width * features + lane
          let target = out + (whole * width + lane) * features
          for f in 0..<features { target[f] = base[f * width] }
        }
      }
    }
  }

  /// The value as blocks.
  var blocks: Tensor<Scalar> {
    switch storage {
    case .blocked(let blocks): return blocks
    case .plain(let tensor):
      let (width, features) = (Self.width, shape.count / max(1, shape[0]))
      let (whole, tail) = (shape[0] / width, shape[0] % width)
      return Tensor(uninitialized: Self.blockShape(shape)) { out in
        nonisolated(unsafe) let out = out
        let from = tensor.buffer
        Workers.forEachRange(of: whole, grain: 1) { range in
          let at = range.lowerBound * width * features
          Scalar.swapAxes(
            from.pointer + at, out + at, matrices: range.count, rows: width, columns: features)
        }
        guard tail > 0 else { return }
        let target = out + whole * width * features
        for lane in 0..<width {
          // Spare lanes repeat the last example, so that they hold ordinary numbers.
          let base = from.pointer + (whole * width + min(lane, tail - 1)) * features
          for f in 0..<features { target[f * width + lane] = base[f] }
        }
      }
    }
  }

  /// The value kept as blocks.
  public var blocked: Lanes { isBlocked ? self : Lanes(blocks: blocks, shape) }
}
