import CKernels
import COpenBLAS

extension Float: TensorScalar {
  public static func unary(
    _ operation: UnaryOperation, _ a: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    surety_unary_f32(operation.rawValue, a, out, count)
  }

  public static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, step aStep: Int,
    _ b: UnsafePointer<Float>, step bStep: Int, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    surety_binary_f32(operation.rawValue, a, Int32(aStep), b, Int32(bStep), out, count)
  }

  public static func affine(
    _ a: UnsafePointer<Float>, scale: Float, shift: Float, _ out: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    surety_affine_f32(a, scale, shift, out, count)
  }

  public static func rectifierLines(
    _ lower: UnsafePointer<Float>, _ upper: UnsafePointer<Float>, _ count: Int,
    _ lines: RectifierLines
  ) {
    surety_relu_lines_f32(
      lower, upper, count, lines.lowerSlope, lines.upperSlope, lines.upperIntercept)
  }

  public static var outwardKernels: OutwardKernels<Float> {
    OutwardKernels(
      ends: surety_outward_ends_f32, widen: surety_widen_f32, sums: surety_outward_sums_f32,
      magnitudes: surety_magnitudes_f32, patchSizes: surety_patch_sizes_f32,
      sizes: surety_sizes_f32, middles: surety_middles_f32, addBelow: surety_add_below_f32)
  }

  public static var tokenKernels: TokenKernels<Float> {
    TokenKernels(
      softmax: surety_softmax_rows_f32, softmaxGradient: surety_softmax_rows_gradient_f32,
      gelu: surety_gelu_with_slope_f32, turn: surety_turn_rows_f32)
  }

  public static func areFinite(_ a: UnsafePointer<Float>, _ count: Int) -> Bool {
    surety_are_finite_f32(a, count) != 0
  }

  public static func reduce(
    _ reduction: Reduction, _ a: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    outer: Int,
    count: Int, inner: Int
  ) {
    switch reduction {
    case .sum: surety_sum_f32(a, out, outer, count, inner)
    case .maximum: surety_max_f32(a, out, outer, count, inner)
    case .minimum: surety_min_f32(a, out, outer, count, inner)
    }
  }

  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>,
    lda: Int, b: UnsafePointer<Float>, ldb: Int, beta: Float, c: UnsafeMutablePointer<Float>,
    ldc: Int
  ) {
    _ = BLASLibrary.isReady
    if m == 1 && !transposeA {
      // A product with one row packs the whole matrix; a matrix-vector product only reads it.
      cblas_sgemv(
        CblasRowMajor, transposeB ? CblasNoTrans : CblasTrans, blasint(transposeB ? n : k),
        blasint(transposeB ? k : n), alpha, b, blasint(ldb), a, 1, beta, c, 1)
      return
    }
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
      blasint(ldc))
  }

  public static func swapAxes(
    _ a: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, matrices: Int, rows: Int,
    columns: Int
  ) {
    surety_transpose_f32(a, matrices, rows, columns, out)
  }

  public static func interleave(
    _ image: UnsafePointer<Float>, _ size: ImageSize, _ out: UnsafeMutablePointer<Float>, width: Int
  ) {
    surety_interleave_f32(image, size.channels, size.height, size.width, out, width)
  }

  public static func imageToColumns(
    _ image: UnsafePointer<Float>, _ size: ImageSize, _ geometry: surety_convolution,
    _ output: ImageSize, _ columns: UnsafeMutablePointer<Float>
  ) {
    surety_im2col_f32(
      image, size.channels, size.height, size.width, geometry, output.height, output.width, columns)
  }

  public static func columnsToImage(
    _ columns: UnsafePointer<Float>, _ size: ImageSize, _ geometry: surety_convolution,
    _ output: ImageSize, _ image: UnsafeMutablePointer<Float>
  ) {
    surety_col2im_f32(
      columns, size.channels, size.height, size.width, geometry, output.height, output.width, image)
  }

  public static var windowKernels: WindowKernels<Float> {
    WindowKernels(
      relax: surety_relax_f32, relaxForward: surety_relax_forward_f32,
      concretize: surety_concretize_f32, charge: surety_charge_f32,
      channelDot: surety_channel_dot_f32,
      transpose: surety_window_transpose_f32, convolve: surety_window_convolve_f32,
      add: surety_window_add_f32, copy: surety_window_copy_f32,
      gather: surety_window_gather_f32,
      minimizer: surety_minimizer_f32, ascend: surety_ascend_f32)
  }

  public static var laneKernels: LaneKernels<Float> { .float }
}
