import Networks
import Tensors

/// What the rows of a walk choose for themselves, and the coefficients that they have on the way, which the adjoint needs.
///
/// - Soundness: Every slope within an activation's range gives a sound lower line, `CurveLines` computes an intercept for
///   every slope, and a multiplier is never negative. So bounds hold for whatever the tape has, over those inputs that have
///   the signs of its splits.
struct SlopeTape<S: TensorScalar>: LineChoice {
  typealias T = Tensor<S>

  /// The coefficients at the output of each node that the walk came by.
  var rows: [RowBlock<T>?]
  /// The lower slopes of each optimised activation.
  var slopes: [RowSlopes<S>?]
  /// The lines of each optimised curve.
  var curves: [CurveLines<S>?]
  /// The multipliers of the splits at each node.
  var multipliers: [[BetaMultiplier<S>]]

  /// Starts from the lines of the relaxations.
  init(nodes: Int) { self.init(rows: .init(repeating: nil, count: nodes)) }

  /// Takes up a walk with the lines of the relaxations.
  init(rows: [RowBlock<T>?]) {
    self.rows = rows
    slopes = .init(repeating: nil, count: rows.count)
    curves = .init(repeating: nil, count: rows.count)
    multipliers = .init(repeating: [], count: rows.count)
  }

  /// Subtracts the node's multipliers from the rows and remembers what is left.
  mutating func meet(_ rows: inout RowBlock<T>, at node: Int, _ shape: Shape, constant: inout T) {
    rows.subtract(&multipliers[node], size: shape.count, constant: &constant)
    self.rows[node] = rows
  }

  /// The lines with the rows' own slopes, which are the relaxation's where there are none yet.
  mutating func lines(
    of rows: RowBlock<T>, at node: Int, _ relaxation: any Relaxation<T>, exampleOfRow: [Int32]
  ) -> ChosenLines<T>? {
    guard let relaxation = relaxation as? ElementwiseRelaxation<T> else { return nil }
    if let curve = curve(of: rows, at: node, relaxation, exampleOfRow) {
      return ChosenLines(
        lines: curve.lines, exampleOfRow: curve.exampleOfLine, areRowsOwn: true)
    }
    guard relaxation.slopeRange != nil else { return nil }
    // Slopes to start from are laid out as whole rows; windows, which are smaller, cannot use them.
    if slopes[node]?.slopes.count != rows.values.count {
      slopes[node] = RowSlopes(T.slopesByRow(rows, relaxation.lines, exampleOfRow: exampleOfRow))
    }
    return ChosenLines(
      lines: relaxation.lines.withSlopes(slopes[node]?.slopes), exampleOfRow: exampleOfRow)
  }

  private mutating func curve(
    of rows: RowBlock<T>, at node: Int, _ relaxation: ElementwiseRelaxation<T>,
    _ exampleOfRow: [Int32]
  ) -> CurveLines<S>? {
    guard relaxation.curve != nil, rows.placement?.isWhole ?? true else {
      curves[node] = nil
      return nil
    }
    // Lines to start from are laid out as whole rows; windows, which are smaller, cannot use them.
    if curves[node]?.count != rows.values.count {
      curves[node] = CurveLines(relaxation, rows: rows.values.shape, exampleOfRow: exampleOfRow)
    }
    return curves[node]
  }
}

extension Lines {
  /// The lines with lower slopes for each row.
  func withSlopes(_ slopes: T?) -> Lines {
    guard let slopes else { return self }
    var lines = self
    lines.lowerSlope = slopes
    lines.lowerIsPerRow = true
    return lines
  }
}
