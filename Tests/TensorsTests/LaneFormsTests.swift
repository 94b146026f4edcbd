import CKernels
import TestSupport
import Testing

@testable import Tensors

@Suite("Kernels over blocks of examples have two forms, for wide registers and for narrow ones")
struct LaneFormsTests {
  /// The kernels of one kind of number, the form being their first argument.
  private struct Kernels<S: TensorScalar> {
    var pack: (Int32, UnsafePointer<S>?, Int, Int, Int, Int32, UnsafeMutablePointer<S>?) -> Void
    var convolve:
      (
        Int32, UnsafePointer<S>?, Int, Int, Int, surety_convolution, Int32, UnsafePointer<S>?,
        UnsafePointer<S>?, UnsafePointer<S>?, Int, Int, Int, UnsafeMutablePointer<S>?
      ) -> Void
    var winogradPack: (Int32, UnsafePointer<S>?, Int, Int, Int32, UnsafeMutablePointer<S>?) -> Void
    var winograd:
      (
        Int32, UnsafePointer<S>?, Int, Int, Int, Int, Int, UnsafePointer<S>?, UnsafePointer<S>?,
        UnsafePointer<S>?, Int, Int, Int, Int, UnsafeMutablePointer<S>?, UnsafeMutablePointer<S>?
      ) -> Void
    var gradient:
      (
        Int32, UnsafePointer<S>?, Int, Int, Int, surety_convolution, UnsafePointer<S>?, Int, Int,
        Int, Int, UnsafeMutablePointer<S>?, UnsafeMutablePointer<S>?
      ) -> Void
    var sum: (UnsafePointer<S>?, Int, Int, Int, UnsafeMutablePointer<S>?) -> Void
    /// Whole images with channels last.
    var images:
      (
        Int32, Int32, UnsafePointer<S>?, Int, Int, Int, Int, surety_convolution, UnsafePointer<S>?,
        Int, UnsafePointer<S>?, Int, Int, Int, UnsafeMutablePointer<S>?
      ) -> Void
    /// The largest error that the order of sums explains.
    var tolerance: Double
  }

  private static var double: Kernels<Double> {
    Kernels(
      pack: surety_lane_pack_as_f64, convolve: surety_lane_convolve_as_f64,
      winogradPack: surety_winograd_pack_as_f64, winograd: surety_winograd_as_f64,
      gradient: surety_lane_kernel_gradient_as_f64, sum: surety_lane_kernel_sum_f64,
      images: surety_convolve_images_as_f64,
      tolerance: 1e-12)
  }
  private static var float: Kernels<Float> {
    Kernels(
      pack: surety_lane_pack_as_f32, convolve: surety_lane_convolve_as_f32,
      winogradPack: surety_winograd_pack_as_f32, winograd: surety_winograd_as_f32,
      gradient: surety_lane_kernel_gradient_as_f32, sum: surety_lane_kernel_sum_f32,
      images: surety_convolve_images_as_f32,
      tolerance: 1e-4)
  }

  private static let lanes = Int(SURETY_LANES)

  /// A convolution of a few images with extents drawn by a seed.
  private struct Case {
    var geometry: ConvolutionGeometry
    var images: Tensor<Double>
    var kernel: Tensor<Double>
    var bias: Tensor<Double>
    var rows: Tensor<Double>
    var isCommon: Bool

    init(seed: Int) {
      var random = SplitMix64(seed: UInt64(seed))
      func draw(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
      }
      func tensor(_ shape: Shape) -> Tensor<Double> {
        // Exact in 32 bits, so that both kinds of number start from the same.
        Tensor(shape, (0..<shape.count).map { _ in Double(Float(random.uniform(in: -1...1))) })
      }
      // Every third has the form for which there is a faster algorithm.
      isCommon = seed % 3 == 0
      geometry = ConvolutionGeometry(
        stride: isCommon ? [1, 1] : [draw(1...3), draw(1...3)],
        padding: [draw(0...2), draw(0...2), draw(0...2), draw(0...2)],
        dilation: isCommon ? [1, 1] : [draw(1...2), draw(1...2)])
      // Every number of outputs up to two blocks of the larger form.
      let extents =
        [1 + seed % 17, seed % 4 == 1 ? draw(5...20) : draw(1...4)]
        + (isCommon ? [3, 3] : [draw(1...4), draw(1...5)])
      kernel = tensor(Shape(extents))
      bias = tensor([extents[0]])
      let count = seed % 2 == 0 ? LaneFormsTests.lanes : draw(1...15)
      images = tensor([count, extents[1], draw(9...12), draw(9...12)])
      let size = geometry.outputSize(
        height: images.shape[2], width: images.shape[3], kernel: (extents[2], extents[3]))
      rows = tensor([count, extents[0], size.height, size.width])
    }

    /// The convolution, its transpose and its derivative by the kernels, one product at a time.
    var definition: (forward: [Double], transposed: [Double], kernel: [Double]) {
      let (x, w, r) = (images.scalars, kernel.scalars, rows.scalars)
      let (image, size, taps) = (images.shape, rows.shape, kernel.shape)
      var forward = (0..<r.count).map { bias[$0 / (size[2] * size[3]) % size[1]] }
      var transposed = [Double](repeating: 0, count: x.count)
      var gradient = [Double](repeating: 0, count: w.count)
      for at in 0..<r.count {
        let (column, row) = (at % size[3], at / size[3] % size[2])
        let (output, example) = (at / (size[2] * size[3]) % size[1], at / size.dropping(1).count)
        for tap in 0..<taps.dropping(1).count {
          let (kx, ky) = (tap % taps[3], tap / taps[3] % taps[2])
          let channel = tap / (taps[2] * taps[3])
          let y = row * geometry.stride[0] - geometry.padding[0] + ky * geometry.dilation[0]
          let x0 = column * geometry.stride[1] - geometry.padding[1] + kx * geometry.dilation[1]
          guard 0..<image[2] ~= y, 0..<image[3] ~= x0 else { continue }
          let pixel = ((example * image[1] + channel) * image[2] + y) * image[3] + x0
          let weight = output * taps.dropping(1).count + tap
          forward[at] += x[pixel] * w[weight]
          transposed[pixel] += r[at] * w[weight]
          gradient[weight] += r[at] * x[pixel]
        }
      }
      return (forward, transposed, gradient)
    }

    var form: surety_convolution {
      surety_convolution(
        kernel_h: kernel.shape[2], kernel_w: kernel.shape[3], stride_h: geometry.stride[0],
        stride_w: geometry.stride[1], pad_top: geometry.padding[0], pad_left: geometry.padding[1],
        dilation_h: geometry.dilation[0], dilation_w: geometry.dilation[1])
    }
  }

  /// One block: features, then examples side by side, those that are missing not numbers.
  private func block<S: TensorScalar>(_ x: Tensor<Double>, as type: S.Type) -> [S] {
    let features = x.shape.count / x.shape[0]
    let values = x.scalars
    return (0..<features * Self.lanes).map { index in
      let (feature, lane) = (index / Self.lanes, index % Self.lanes)
      return lane < x.shape[0] ? S(values[lane * features + feature]) : S.nan
    }
  }

  private func expectClose<S: TensorScalar>(
    _ found: [S], _ expected: [Double], _ tolerance: Double, _ comment: String
  ) {
    #expect(found.count == expected.count, "\(comment)")
    let worst = zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }
    // A NaN is never small enough.
    let areClose = worst.allSatisfy { $0 <= tolerance }
    #expect(areClose, "\(comment): off by \(worst.max() ?? 0)")
  }

  /// Runs a convolution, or its transpose, in one form, and gives its values example by example.
  private func convolved<S: TensorScalar>(
    _ test: Case, _ kernels: Kernels<S>, wide: Bool, transposed: Bool
  ) -> [S] {
    let (from, to) = transposed ? (test.rows, test.images) : (test.images, test.rows)
    let (form, flag): (Int32, Int32) = (wide ? 1 : 0, transposed ? 1 : 0)
    let (channels, outputs) = (from.shape[1], to.shape[1])
    let taps = test.kernel.shape[2] * test.kernel.shape[3]
    var packed = [S](repeating: .nan, count: test.kernel.count)
    kernels.pack(form, test.kernel.scalars.map { S($0) }, outputs, channels, taps, flag, &packed)
    let bias = transposed ? [S](repeating: 0, count: outputs) : test.bias.scalars.map { S($0) }
    var out = [S](repeating: .nan, count: to.shape.count / to.shape[0] * Self.lanes)
    kernels.convolve(
      form, block(from, as: S.self), channels, from.shape[2], from.shape[3], test.form, flag,
      packed, bias, nil, outputs, to.shape[2], to.shape[3], &out)
    return examples(out, to.shape)
  }

  /// The same by fewer multiplications, some tiles at a time.
  private func convolvedFaster<S: TensorScalar>(
    _ test: Case, _ kernels: Kernels<S>, wide: Bool, transposed: Bool, group: Int
  ) -> [S] {
    let (from, to) = transposed ? (test.rows, test.images) : (test.images, test.rows)
    let (channels, outputs) = (from.shape[1], to.shape[1])
    var packed = [S](repeating: .nan, count: channels * outputs * 16)
    kernels.winogradPack(
      wide ? 1 : 0, test.kernel.scalars.map { S($0) }, outputs, channels, transposed ? 1 : 0,
      &packed)
    let bias = transposed ? [S](repeating: 0, count: outputs) : test.bias.scalars.map { S($0) }
    let pad = test.geometry.padding.map { transposed ? 2 - $0 : $0 }
    var scratch = [S](repeating: .nan, count: 16 * (channels + outputs) * group * Self.lanes)
    var out = [S](repeating: .nan, count: to.shape.count / to.shape[0] * Self.lanes)
    kernels.winograd(
      wide ? 1 : 0, block(from, as: S.self), channels, from.shape[2], from.shape[3], pad[0], pad[1],
      packed, bias, nil, outputs, to.shape[2], to.shape[3], group, &scratch, &out)
    return examples(out, to.shape)
  }

  /// A block's values, example by example.
  private func examples<S: TensorScalar>(_ out: [S], _ shape: Shape) -> [S] {
    let features = shape.count / shape[0]
    return (0..<shape[0]).flatMap { lane in
      (0..<features).map { out[$0 * Self.lanes + lane] }
    }
  }

  /// The same over whole images with channels last, several at a time.
  private func convolvedTogether<S: TensorScalar>(
    _ test: Case, _ kernels: Kernels<S>, wide: Bool, transposed: Bool
  ) -> [S] {
    let (from, to) = transposed ? (test.rows, test.images) : (test.images, test.rows)
    let (channels, outputs) = (from.shape[1], to.shape[1])
    let weights = test.kernel.transposed(transposed ? [2, 3, 0, 1] : [2, 3, 1, 0]).asTaps()
    // Only as many numbers of a bias are read as there are channels.
    let bias = transposed ? nil : test.bias.scalars.map { S($0) }
    var out = [S](repeating: .nan, count: to.count)
    kernels.images(
      wide ? 1 : 0, transposed ? 1 : 0, from.transposed([0, 2, 3, 1]).scalars.map { S($0) },
      from.shape[0], from.shape[2], from.shape[3], channels, test.form,
      weights.scalars.map { S($0) }, weights.shape[2], bias, to.shape[2], to.shape[3], outputs, &out
    )
    let found = Tensor([to.shape[0], to.shape[2], to.shape[3], outputs], out.map { Double($0) })
    return found.transposed([0, 3, 1, 2]).scalars.map { S($0) }
  }

  /// The derivative by the kernels in one form.
  private func gradient<S: TensorScalar>(
    _ test: Case, _ kernels: Kernels<S>, wide: Bool
  ) -> [S] {
    let shape = test.kernel.shape
    let (outputs, channels, taps) = (shape[0], shape[1], shape[2] * shape[3])
    let (image, rows) = (test.images.shape, test.rows.shape)
    var partial = [S](
      repeating: 0, count: (outputs + 7) / 8 * channels * taps * 8 * Self.lanes)
    let slots =
      (Int(SURETY_LANE_CHUNK) - 1) * test.form.stride_h
      + (test.form.kernel_h - 1) * test.form.dilation_h + 1
    let padded = 2 * max(image[3], rows[3] * test.form.stride_w) + 32
    var scratch = [S](
      repeating: .nan,
      count: (slots * channels * padded + 8 * Int(SURETY_LANE_CHUNK) * max(32, rows[3]))
        * Self.lanes)
    kernels.gradient(
      wide ? 1 : 0, block(test.images, as: S.self).map { $0.isNaN ? 0 : $0 }, channels, image[2],
      image[3], test.form, block(test.rows, as: S.self), outputs, rows[2], rows[3], image[0],
      &scratch, &partial)
    var sums = [S](repeating: 0, count: test.kernel.count)
    kernels.sum(partial, channels, taps, outputs, &sums)
    return sums
  }

  private func check<S: TensorScalar>(_ test: Case, _ kernels: Kernels<S>, _ comment: String) {
    let (forward, backward, derivative) = test.definition
    for wide in [false, true] {
      let name = "\(comment), \(S.self), \(wide ? "wide" : "narrow")"
      expectClose(
        convolved(test, kernels, wide: wide, transposed: false), forward,
        kernels.tolerance, "\(name), forward")
      expectClose(
        convolved(test, kernels, wide: wide, transposed: true), backward,
        kernels.tolerance, "\(name), transposed")
      expectClose(
        convolvedTogether(test, kernels, wide: wide, transposed: false), forward,
        kernels.tolerance, "\(name), forward, images together")
      expectClose(
        convolvedTogether(test, kernels, wide: wide, transposed: true), backward,
        kernels.tolerance, "\(name), transposed, images together")
      expectClose(
        gradient(test, kernels, wide: wide), derivative, kernels.tolerance,
        "\(name), kernel")
      guard test.isCommon else { continue }
      for group in [1, 3, 1000] {
        expectClose(
          convolvedFaster(test, kernels, wide: wide, transposed: false, group: group), forward,
          kernels.tolerance, "\(name), forward, faster")
        expectClose(
          convolvedFaster(test, kernels, wide: wide, transposed: true, group: group), backward,
          kernels.tolerance, "\(name), transposed, faster")
      }
    }
  }

  @Test("and each computes what the definition says, on any machine", arguments: 0..<68)
  func forms(seed: Int) {
    let test = Case(seed: seed)
    check(test, Self.double, "seed \(seed)")
    check(test, Self.float, "seed \(seed)")
  }

  @Test("which order kernels differently, so that the tests above run two forms indeed")
  func packing() {
    let kernel = (0..<12).map(Double.init)
    var packed = [[Double](repeating: 0, count: 12), [Double](repeating: 0, count: 12)]
    for wide in [0, 1] {
      // Two taps: panels of four and of two outputs, or one of six.
      Self.double.pack(Int32(wide), kernel, 6, 1, 2, 0, &packed[wide])
    }
    #expect(packed[0] == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
    #expect(packed[1] == [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 9, 11])
  }
}
