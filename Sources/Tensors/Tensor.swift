/// A dense array of numbers in row-major order, with value semantics.
///
///     let x = Tensor<Float>([2, 2], [1, 2, 3, 4])
///     (x + x)[1, 0]   // 6
///
/// Copies share memory until one of them is written.
public struct Tensor<Scalar: TensorScalar>: Sendable {
  /// The extents, outermost first.
  public private(set) var shape: Shape
  var buffer: Buffer<Scalar>

  init(shape: Shape, buffer: Buffer<Scalar>) {
    self.shape = shape
    self.buffer = buffer
  }

  /// Creates a tensor whose elements `fill` writes; it must write every one.
  public init(uninitialized shape: Shape, fill: (UnsafeMutablePointer<Scalar>) -> Void) {
    self.init(shape: shape, buffer: Buffer(count: shape.count))
    fill(buffer.pointer)
  }

  /// Creates a tensor from its elements in row-major order.
  ///
  /// - Precondition: There are as many values as the shape has elements.
  public init(_ shape: Shape, _ values: some Collection<Scalar>) {
    precondition(
      shape.count == values.count, "Shape \(shape) needs \(shape.count) values, got \(values.count)"
    )
    self.init(shape: shape, buffer: Buffer(count: shape.count))
    let target = UnsafeMutableBufferPointer(start: buffer.pointer, count: shape.count)
    // Elements that lie side by side, as an array's do, are copied at once.
    if values.withContiguousStorageIfAvailable({ _ = target.update(fromContentsOf: $0) }) == nil {
      var next = buffer.pointer
      for value in values {
        next.initialize(to: value)
        next += 1
      }
    }
  }

  /// Creates a tensor with every element the same.
  public init(repeating value: Scalar, _ shape: Shape) {
    self.init(shape: shape, buffer: Buffer(count: shape.count))
    let zero: Scalar = 0
    if value == zero {
      // All bits of zero are zero.
      UnsafeMutableRawPointer(buffer.pointer).initializeMemory(
        as: UInt8.self, repeating: 0, count: shape.count * MemoryLayout<Scalar>.stride)
    } else {
      buffer.pointer.initialize(repeating: value, count: shape.count)
    }
  }

  /// Converts the elements of another tensor, rounding to nearest.
  @_specialize(where Scalar == Float, Other == Double)
  @_specialize(where Scalar == Double, Other == Float)
  public init<Other>(converting other: Tensor<Other>) {
    if let same = other as? Tensor<Scalar> {
      self = same
      return
    }
    self.init(shape: other.shape, buffer: Buffer(count: other.shape.count))
    let (from, to) = (other.buffer.pointer, buffer.pointer)
    for i in 0..<other.count { to[i] = Scalar(from[i]) }
  }

  /// The number of elements.
  public var count: Int { buffer.count }

  /// The elements in row-major order.
  public var scalars: [Scalar] {
    Array(UnsafeBufferPointer(start: buffer.pointer, count: count))
  }

  /// Calls `body` with the elements.
  public func withElements<R, E: Error>(
    _ body: (UnsafeBufferPointer<Scalar>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeBufferPointer(start: buffer.pointer, count: count))
  }

  /// Calls `body` with the elements, to be changed in place.
  public mutating func withMutableElements<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws(E) -> R
  ) throws(E) -> R {
    if !isKnownUniquelyReferenced(&buffer) { buffer = buffer.copy() }
    return try body(UnsafeMutableBufferPointer(start: buffer.pointer, count: count))
  }

  /// The element at an index, one number for each axis.
  public subscript(_ index: Int...) -> Scalar {
    get { buffer.pointer[offset(of: index)] }
    set {
      let at = offset(of: index)
      withMutableElements { $0[at] = newValue }
    }
  }

  private func offset(of index: [Int]) -> Int {
    precondition(index.count == shape.rank, "Index \(index) into shape \(shape)")
    var offset = 0
    for (i, extent) in zip(index, shape.dimensions) {
      precondition(i >= 0 && i < extent, "Index \(index) into shape \(shape)")
      offset = offset * extent + i
    }
    return offset
  }

  /// The same elements in another shape.
  ///
  /// - Precondition: The shape has as many elements.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == count, "Cannot reshape \(self.shape) to \(shape)")
    return Tensor(shape: shape, buffer: buffer)
  }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool { areFinite(parts: 1)[0] }

  /// For each of several equal parts, one after another, whether no element of it is NaN or infinite.
  public func areFinite(parts: Int) -> [Bool] {
    let size = count / max(1, parts)
    return (0..<parts).map { Scalar.areFinite(buffer.pointer + $0 * size, size) }
  }
}

extension Tensor: Equatable {
  /// Whether shapes and all elements are equal.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.scalars == b.scalars
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first elements.
  public var description: String {
    let shown = scalars.prefix(12).map { "\($0)" }.joined(separator: ", ")
    return "Tensor<\(Scalar.self)>(\(shape): \(shown)\(count > 12 ? ", ..." : ""))"
  }
}
