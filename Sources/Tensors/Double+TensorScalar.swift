import CKernels
import COpenBLAS

extension Double: TensorScalar {
  public static func unary(
    _ operation: UnaryOperation, _ a: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    surety_unary_f64(operation.rawValue, a, out, count)
  }

  public static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Double>, step aStep: Int,
    _ b: UnsafePointer<Double>, step bStep: Int, _ out: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    surety_binary_f64(operation.rawValue, a, Int32(aStep), b, Int32(bStep), out, count)
  }

  public static func affine(
    _ a: UnsafePointer<Double>, scale: Double, shift: Double, _ out: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    surety_affine_f64(a, scale, shift, out, count)
  }

  public static func rectifierLines(
    _ lower: UnsafePointer<Double>, _ upper: UnsafePointer<Double>, _ count: Int,
    _ lines: RectifierLines
  ) {
    surety_relu_lines_f64(
      lower, upper, count, lines.lowerSlope, lines.upperSlope, lines.upperIntercept)
  }

  public static var outwardKernels: OutwardKernels<Double> {
    OutwardKernels(
      ends: surety_outward_ends_f64, widen: surety_widen_f64, sums: surety_outward_sums_f64,
      magnitudes: surety_magnitudes_f64, patchSizes: surety_patch_sizes_f64,
      sizes: surety_sizes_f64, middles: surety_middles_f64, addBelow: surety_add_below_f64)
  }

  public static var tokenKernels: TokenKernels<Double> {
    TokenKernels(
      softmax: surety_softmax_rows_f64, softmaxGradient: surety_softmax_rows_gradient_f64,
      gelu: surety_gelu_with_slope_f64, turn: surety_turn_rows_f64)
  }

  public static func areFinite(_ a: UnsafePointer<Double>, _ count: Int) -> Bool {
    surety_are_finite_f64(a, count) != 0
  }

  public static func reduce(
    _ reduction: Reduction, _ a: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>,
    outer: Int,
    count: Int, inner: Int
  ) {
    switch reduction {
    case .sum: surety_sum_f64(a, out, outer, count, inner)
    case .maximum: surety_max_f64(a, out, outer, count, inner)
    case .minimum: surety_min_f64(a, out, outer, count, inner)
    }
  }

  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Double,
    a: UnsafePointer<Double>,
    lda: Int, b: UnsafePointer<Double>, ldb: Int, beta: Double, c: UnsafeMutablePointer<Double>,
    ldc: Int
  ) {
    _ = BLASLibrary.isReady
    if m == 1 && !transposeA {
      // A product with one row packs the whole matrix; a matrix-vector product only reads it.
      cblas_dgemv(
        CblasRowMajor, transposeB ? CblasNoTrans : CblasTrans, blasint(transposeB ? n : k),
        blasint(transposeB ? k : n), alpha, b, blasint(ldb), a, 1, beta, c, 1)
      return
    }
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
      blasint(ldc))
  }

  public static func swapAxes(
    _ a: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>, matrices: Int, rows: Int,
    columns: Int
  ) {
    surety_transpose_f64(a, matrices, rows, columns, out)
  }

  public static func interleave(
    _ image: UnsafePointer<Double>, _ size: ImageSize, _ out: UnsafeMutablePointer<Double>,
    width: Int
  ) {
    surety_interleave_f64(image, size.channels, size.height, size.width, out, width)
  }

  public static func imageToColumns(
    _ image: UnsafePointer<Double>, _ size: ImageSize, _ geometry: surety_convolution,
    _ output: ImageSize, _ columns: UnsafeMutablePointer<Double>
  ) {
    surety_im2col_f64(
      image, size.channels, size.height, size.width, geometry, output.height, output.width, columns)
  }

  public static func columnsToImage(
    _ columns: UnsafePointer<Double>, _ size: ImageSize, _ geometry: surety_convolution,
    _ output: ImageSize, _ image: UnsafeMutablePointer<Double>
  ) {
    surety_col2im_f64(
      columns, size.channels, size.height, size.width, geometry, output.height, output.width, image)
  }

  public static var windowKernels: WindowKernels<Double> {
    WindowKernels(
      relax: surety_relax_f64, relaxForward: surety_relax_forward_f64,
      concretize: surety_concretize_f64, charge: surety_charge_f64,
      channelDot: surety_channel_dot_f64,
      transpose: surety_window_transpose_f64, convolve: surety_window_convolve_f64,
      add: surety_window_add_f64, copy: surety_window_copy_f64,
      gather: surety_window_gather_f64,
      minimizer: surety_minimizer_f64, ascend: surety_ascend_f64)
  }

  public static var laneKernels: LaneKernels<Double> { .double }
}
