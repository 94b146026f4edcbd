import CKernels

/// Steps that round outward; `kernels.h` states what each computes.
public struct OutwardKernels<Scalar: TensorScalar>: Sendable {
  /// An array that is read.
  public typealias Input = UnsafePointer<Scalar>
  /// An array that is written.
  public typealias Output = UnsafeMutablePointer<Scalar>
  /// A step from two arrays to two ends.
  public typealias Ends =
    @Sendable (Input?, Input?, surety_prices, Input?, Input?, Input?, Output?, Output?) -> Void

  /// Ends from middles and half widths, and the largest size of one.
  public let ends:
    @Sendable (Input?, Input?, Input?, Int, Int, Int, Output?, Output?, Output?) -> Void
  /// Ends farther apart.
  public let widen: Ends
  /// Sums of ends, rounded outward.
  public let sums: @Sendable (Input?, Input?, Input?, Input?, Int32, Int, Output?, Output?) -> Void
  /// The larger sizes of ends.
  public let magnitudes: @Sendable (Input?, Input?, Scalar, Int, Output?) -> Void
  /// Factors times the norms of windows of the larger sizes of ends.
  public let patchSizes:
    @Sendable (Input?, Input?, Scalar, surety_patches, Input?, Output?, Output?) -> Void
  /// The largest size of an end.
  public let sizes: @Sendable (Input?, Input?, Int, Int, Output?) -> Void
  /// Middles and half widths and a part of the sizes, of images under max(x, 0) where the number is 1.
  public let middles:
    @Sendable (Input?, Input?, Int32, Scalar, Scalar, Int, Output?, Output?) -> Void
  /// Sums that are rounded down.
  public let addBelow: @Sendable (Input?, Input?, Int, Output?) -> Void
}

extension Tensor {
  public static func outwardEnds(
    center: Tensor, radius: Tensor, floors: Tensor
  ) -> OutwardEnds<Tensor> {
    let examples = center.shape[0]
    let size = center.count / max(1, examples)
    precondition(
      center.shape == radius.shape && (floors.count == size || floors.count == 1),
      "Ends of \(center.shape), \(radius.shape) and \(floors.shape)")
    let (lower, upper) = (Buffer<Scalar>(count: center.count), Buffer<Scalar>(count: center.count))
    let largest = Buffer<Scalar>(count: examples)
    Scalar.outwardKernels.ends(
      center.buffer.pointer, radius.buffer.pointer, floors.buffer.pointer,
      floors.count == 1 ? 0 : 1, examples, size, lower.pointer, upper.pointer, largest.pointer)
    return OutwardEnds(
      lower: Tensor(shape: center.shape, buffer: lower),
      upper: Tensor(shape: center.shape, buffer: upper),
      largest: Tensor(shape: [examples], buffer: largest))
  }

  public static func middles(
    lower: Tensor, upper: Tensor, rectified: Bool, reach: Double, atLeast least: Double
  ) -> (center: Tensor, radius: Tensor) {
    precondition(lower.shape == upper.shape, "Ends of \(lower.shape) and \(upper.shape)")
    let (center, radius) = (Buffer<Scalar>(count: lower.count), Buffer<Scalar>(count: lower.count))
    let kernel = Scalar.outwardKernels.middles
    Workers.forEachRange(of: lower.count, grain: elementGrain) { range in
      let from = range.lowerBound
      kernel(
        lower.buffer.pointer + from, upper.buffer.pointer + from, rectified ? 1 : 0,
        Scalar(reach), Scalar(least), range.count, center.pointer + from, radius.pointer + from)
    }
    return (
      Tensor(shape: lower.shape, buffer: center), Tensor(shape: lower.shape, buffer: radius)
    )
  }

  public static func outwardSum(
    _ a: (lower: Tensor, upper: Tensor), _ b: (lower: Tensor, upper: Tensor), isDifference: Bool
  ) -> (lower: Tensor, upper: Tensor) {
    precondition(a.lower.shape == b.lower.shape, "Sum of \(a.lower.shape) and \(b.lower.shape)")
    let (lower, upper) = (
      Buffer<Scalar>(count: a.lower.count), Buffer<Scalar>(count: a.lower.count)
    )
    Scalar.outwardKernels.sums(
      a.lower.buffer.pointer, b.lower.buffer.pointer, a.upper.buffer.pointer,
      b.upper.buffer.pointer, isDifference ? 1 : 0, a.lower.count, lower.pointer, upper.pointer)
    return (
      Tensor(shape: a.lower.shape, buffer: lower), Tensor(shape: a.lower.shape, buffer: upper)
    )
  }

  public static func widened(
    lower: Tensor, upper: Tensor, by outset: Outset<Tensor>
  ) -> (lower: Tensor, upper: Tensor) {
    moved(lower, upper, outset, Scalar.outwardKernels.widen)
  }

  private static func moved(
    _ a: Tensor, _ b: Tensor, _ outset: Outset<Tensor>,
    _ step: (
      UnsafePointer<Scalar>?, UnsafePointer<Scalar>?, surety_prices, UnsafePointer<Scalar>?,
      UnsafePointer<Scalar>?, UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>?,
      UnsafeMutablePointer<Scalar>?
    ) -> Void
  ) -> (lower: Tensor, upper: Tensor) {
    let examples = outset.factors.count
    let size = a.count / max(1, examples)
    let isShared = outset.prices.count == size && examples > 1
    precondition(
      a.shape == b.shape && (isShared || outset.prices.count == a.count)
        && (outset.floors.count == size || outset.floors.count == 1),
      "Ends of \(a.shape) by \(outset.prices.shape), \(outset.floors.shape)")
    let prices = surety_prices(
      parts: examples, elements: size, step: isShared ? 0 : size,
      has_floors: outset.floors.count == size ? 1 : 0)
    let (lower, upper) = (Buffer<Scalar>(count: a.count), Buffer<Scalar>(count: a.count))
    step(
      a.buffer.pointer, b.buffer.pointer, prices, outset.prices.buffer.pointer,
      outset.floors.buffer.pointer, outset.factors.buffer.pointer, lower.pointer, upper.pointer)
    return (Tensor(shape: a.shape, buffer: lower), Tensor(shape: a.shape, buffer: upper))
  }

  public static func magnitudes(lower: Tensor, upper: Tensor, atLeast least: Double) -> Tensor {
    precondition(lower.shape == upper.shape, "Ends of \(lower.shape) and \(upper.shape)")
    return Tensor(uninitialized: lower.shape) { out in
      Scalar.outwardKernels.magnitudes(
        lower.buffer.pointer, upper.buffer.pointer, Scalar(least), lower.count, out)
    }
  }

  public static func largestSizes(lower: Tensor, upper: Tensor) -> Tensor {
    precondition(lower.shape == upper.shape, "Ends of \(lower.shape) and \(upper.shape)")
    let examples = lower.shape[0]
    return Tensor(uninitialized: [examples]) { out in
      Scalar.outwardKernels.sizes(
        lower.buffer.pointer, upper.buffer.pointer, examples, lower.count / max(1, examples), out)
    }
  }

  public func addingBelow(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape, "Sum of \(shape) and \(other.shape)")
    return Tensor(uninitialized: shape) { out in
      Scalar.outwardKernels.addBelow(buffer.pointer, other.buffer.pointer, count, out)
    }
  }

  public static func charge(
    _ rows: RowBlock<Tensor>, _ price: RowPrice<Tensor>, exampleOfRow: [Int32]
  ) -> Tensor {
    let result = Tensor(repeating: -Scalar(price.floor), [rows.count])
    guard let sizes = price.sizes else { return result }
    rows.withWindow { window in
      Scalar.windowKernels.charge(
        rows.values.buffer.pointer, window, sizes.buffer.pointer, Scalar(price.scale),
        exampleOfRow, result.buffer.pointer)
    }
    return result
  }
}
