import Tensors

/// The lower slopes that each row of a backward walk has for itself at an activation, in the course of their optimisation.
///
/// - Soundness: Every slope of the activation's range gives a lower line, so whatever slopes there are do.
struct RowSlopes<S: TensorScalar>: Sendable {
  /// The slopes, laid out as the rows are.
  private(set) var slopes: Tensor<S>
  /// Adam's two means of each slope's derivatives.
  private var first, second: Tensor<S>

  /// Starts from slopes.
  init(_ slopes: Tensor<S>) {
    self.slopes = slopes
    first = Tensor(repeating: 0, slopes.shape)
    second = first
    // Two buffers of their own: both are written.
    second.withMutableElements { _ in }
  }

  /// The slopes of a row.
  ///
  /// - Parameter rows: How many rows there are.
  func slopes(of row: Int, rows: Int) -> [S] {
    let size = slopes.count / max(1, rows)
    return slopes.withElements { Array($0[row * size..<(row + 1) * size]) }
  }

  /// Raises the bounds of rows by one step of Adam.
  ///
  /// - Parameters:
  ///   - rows: The coefficients at the activation's output.
  ///   - values: The activation's input at the minimizing point, laid out likewise.
  ///   - intercepts: The upper intercepts of each example; where they are zero, the activation is exact and keeps its slope.
  ///   - range: The slopes that are sound.
  mutating func ascend(
    _ rows: RowBlock<Tensor<S>>, values: Tensor<S>, intercepts: Tensor<S>, exampleOfRow: [Int32],
    within range: ClosedRange<Double>, _ step: SlopeStep
  ) {
    rows.raise(
      &slopes, &first, &second, at: values, intercepts: intercepts, exampleOfRow: exampleOfRow,
      within: range,
      Adam(rate: step.rate, step: step.number))
  }
}
