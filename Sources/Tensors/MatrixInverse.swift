extension TensorAlgebra {
  /// The inverse of a square matrix by halves, `[n, n]`: of a quarter first, then of what the others are beside it (Schur's complement).
  ///
  /// No rows are exchanged, so it is for matrices whose symmetric part is positive definite: then so are those of each quarter on the diagonal
  /// and of its complement, and no pivot is 0. Rounding is not accounted for.
  public func inverseByDefinition() -> Self {
    precondition(shape.rank == 2 && shape[0] == shape[1], "The inverse of \(shape)")
    let size = shape[0]
    guard size > 1 else { return applying(.reciprocal) }
    let (first, second) = (0..<size / 2, size / 2..<size)
    func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Self {
      sliced(rows, axis: 0).sliced(columns, axis: 1)
    }
    let top = part(first, first).inverseByDefinition()
    let (right, left) = (top.product(part(first, second)), part(second, first).product(top))
    let rest = part(second, second) - part(second, first).product(right)
    let bottom = rest.inverseByDefinition()
    let across = right.product(bottom)
    return Self.concatenated(
      [
        Self.concatenated([top + across.product(left), -across], axis: 1),
        Self.concatenated([-bottom.product(left), bottom], axis: 1),
      ], axis: 0)
  }

  public func inverse() -> Self { inverseByDefinition() }
}
