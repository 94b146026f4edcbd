extension Tensor: TensorAlgebra {
  public static var scalarSize: Int { MemoryLayout<Scalar>.stride }

  public init(_ values: Tensor<Double>) { self.init(converting: values) }

  public var values: Tensor<Double> { Tensor<Double>(converting: self) }

  /// Elements that one thread should have before another is worth waking.
  static var elementGrain: Int { 1 << 17 }

  public func applying(_ operation: UnaryOperation) -> Tensor {
    let result = Buffer<Scalar>(count: count)
    Workers.forEachRange(of: count, grain: Self.elementGrain) { range in
      Scalar.unary(
        operation, buffer.pointer + range.lowerBound, result.pointer + range.lowerBound, range.count
      )
    }
    return Tensor(shape: shape, buffer: result)
  }

  public func scaled(by scale: Double, adding shift: Double) -> Tensor {
    let result = Buffer<Scalar>(count: count)
    Workers.forEachRange(of: count, grain: Self.elementGrain) { range in
      let from = range.lowerBound
      Scalar.affine(
        buffer.pointer + from, scale: Scalar(scale), shift: Scalar(shift), result.pointer + from,
        range.count)
    }
    return Tensor(shape: shape, buffer: result)
  }

  public func combined(_ operation: BinaryOperation, _ other: Tensor) -> Tensor {
    // One number for all elements is read again for each.
    let step = other.count == 1 && other.shape.rank <= shape.rank ? 0 : 1
    if shape == other.shape || step == 0 {
      let result = Buffer<Scalar>(count: count)
      Workers.forEachRange(of: count, grain: Self.elementGrain) { range in
        let from = range.lowerBound
        Scalar.binary(
          operation, buffer.pointer + from, step: 1, other.buffer.pointer + from * step,
          step: step, result.pointer + from, range.count)
      }
      return Tensor(shape: shape, buffer: result)
    }
    guard let target = Shape.broadcast(shape, other.shape) else {
      preconditionFailure("Cannot combine \(shape) with \(other.shape)")
    }
    let result = Buffer<Scalar>(count: target.count)
    let layout = BroadcastLayout(target, shape, other.shape)
    layout.forEachRun { out, a, b in
      Scalar.binary(
        operation, buffer.pointer + a, step: layout.innerSteps.0, other.buffer.pointer + b,
        step: layout.innerSteps.1, result.pointer + out, layout.innerCount)
    }
    return Tensor(shape: target, buffer: result)
  }

  public func reduced(_ reduction: Reduction, axis: Int) -> Tensor {
    let axis = axis < 0 ? axis + shape.rank : axis
    var target = shape
    target[axis] = 1
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let result = Buffer<Scalar>(count: target.count)
    Scalar.reduce(
      reduction, buffer.pointer, result.pointer, outer: outer, count: shape[axis], inner: inner)
    return Tensor(shape: target, buffer: result)
  }

  public func broadcast(to target: Shape) -> Tensor {
    if target == shape { return self }
    return Tensor(repeating: 0, Shape([Int](repeating: 1, count: target.rank)))
      .broadcastAdding(self, target)
  }

  private func broadcastAdding(_ other: Tensor, _ target: Shape) -> Tensor {
    let result = Buffer<Scalar>(count: target.count)
    let layout = BroadcastLayout(target, shape, other.shape)
    layout.forEachRun { out, a, b in
      Scalar.binary(
        .add, buffer.pointer + a, step: layout.innerSteps.0, other.buffer.pointer + b,
        step: layout.innerSteps.1, result.pointer + out, layout.innerCount)
    }
    return Tensor(shape: target, buffer: result)
  }
}

/// How two operands are walked so that the result is written once, in order.
struct BroadcastLayout {
  private var outer: [(extent: Int, a: Int, b: Int)] = []
  /// The length of the innermost run.
  private(set) var innerCount = 1
  /// The steps of the operands within a run: 1 or 0.
  private(set) var innerSteps = (0, 0)

  init(_ target: Shape, _ a: Shape, _ b: Shape) {
    func steps(_ shape: Shape) -> [Int] {
      let lead = target.rank - shape.rank
      let strides = shape.strides
      return (0..<target.rank).map { i in
        i < lead || shape.dimensions[i - lead] == 1 ? 0 : strides[i - lead]
      }
    }
    let (aSteps, bSteps) = (steps(a), steps(b))
    // Axes that both operands walk alike are merged, so that runs are long.
    var merged: [(extent: Int, a: Int, b: Int)] = []
    for i in (0..<target.rank).reversed() where target.dimensions[i] != 1 {
      let axis = (extent: target.dimensions[i], a: aSteps[i], b: bSteps[i])
      if let last = merged.last, axis.a == last.a * last.extent, axis.b == last.b * last.extent {
        merged[merged.count - 1].extent *= axis.extent
      } else {
        merged.append(axis)
      }
    }
    if let inner = merged.first {
      innerCount = inner.extent
      innerSteps = (inner.a, inner.b)
      outer = Array(merged.dropFirst().reversed())
    }
  }

  /// Calls `body` with the offsets of each run in the result and in the operands.
  func forEachRun(_ body: (_ out: Int, _ a: Int, _ b: Int) -> Void) {
    var out = 0
    func walk(_ level: Int, _ a: Int, _ b: Int) {
      guard level < outer.count else {
        body(out, a, b)
        out += innerCount
        return
      }
      let axis = outer[level]
      for i in 0..<axis.extent { walk(level + 1, a + i * axis.a, b + i * axis.b) }
    }
    walk(0, 0, 0)
  }
}
