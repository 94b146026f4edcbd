import Networks
import Tensors

extension SlopeTape {
  /// Takes up the slopes and the multipliers that rows start from.
  ///
  /// An activation whose sign is known by now takes the slope of its exact line instead.
  init(_ rows: [SplitRow<S>], _ pass: BackwardPass<T>, exampleOfRow: [Int32]) {
    self.init(nodes: pass.network.nodes.count)
    for (row, start) in rows.enumerated() {
      for (index, split) in start.splits.enumerated() {
        let node = Int(split.node)
        let shape = pass.network.nodes[node].shape
        multipliers[node].append(
          BetaMultiplier(
            row: row,
            place: shape.rowPlace(of: Int(split.element), as: T.self), split: index,
            sign: split.isPositive ? 1 : -1, point: S(split.point),
            value: index < start.multipliers.count ? max(0, start.multipliers[index]) : 0))
      }
    }
    guard rows.contains(where: { !$0.slopes.isEmpty }) else { return }
    let optimized = pass.optimizedRelaxations
    let total = optimized.reduce(0) {
      $0 + ($1.relaxation.curve == nil ? 1 : 2) * pass.network.nodes[$1.node].shape.count
    }
    var from = 0
    for (id, relaxation) in optimized {
      let (size, lines) = (pass.network.nodes[id].shape.count, relaxation.lines)
      let shape = pass.network.nodes[id].shape.inRowLayout(rows: rows.count, as: T.self)
      if relaxation.curve != nil {
        // Slopes of windows, or of other activations, belong elsewhere.
        let given = rows.map { $0.slopes.count == total ? $0.slopes[from..<from + 2 * size] : [] }
        curves[id] = CurveLines(relaxation, rows: shape, exampleOfRow: exampleOfRow, given: given)
        from += 2 * size
        continue
      }
      let chosen = T(uninitialized: shape) { out in
        lines.lowerSlope.withElements { usual in
          lines.upperIntercept.withElements { intercepts in
            for (row, start) in rows.enumerated() {
              let owner = Int(exampleOfRow[row]) * size
              start.slopes.withUnsafeBufferPointer { given in
                guard let usual = usual.baseAddress, let intercepts = intercepts.baseAddress else {
                  return
                }
                chooseSlopes(
                  out + row * size,
                  // Slopes of windows, or of other activations, belong elsewhere.
                  given: start.slopes.count == total ? given.baseAddress?.advanced(by: from) : nil,
                  usual: usual + owner, intercepts: intercepts + owner, count: size)
              }
            }
          }
        }
      }
      slopes[id] = RowSlopes(chosen)
      from += size
    }
  }

  /// The multipliers of each row, in the order of its splits.
  func multipliers(_ rows: [SplitRow<S>]) -> [[S]] {
    var result = rows.map { [S](repeating: 0, count: $0.splits.count) }
    for node in multipliers {
      for multiplier in node { result[multiplier.row][multiplier.split] = multiplier.value }
    }
    return result
  }

  /// The slopes of a row, of all optimised activations one after another.
  func slopes(of row: Int, rows: Int) -> [S] {
    var result: [S] = []
    for (slopes, curve) in zip(slopes, curves) {
      result += slopes?.slopes(of: row, rows: rows) ?? curve?.slopes(of: row) ?? []
    }
    return result
  }
}

/// The slopes to start from, but exact lines' slopes where an activation has one by now.
@_specialize(where S == Float)
@_specialize(where S == Double)
private func chooseSlopes<S: TensorScalar>(
  _ out: UnsafeMutablePointer<S>, given: UnsafePointer<S>?, usual: UnsafePointer<S>,
  intercepts: UnsafePointer<S>, count: Int
) {
  guard let given else {
    out.update(from: usual, count: count)
    return
  }
  for i in 0..<count { out[i] = intercepts[i] > 0 ? given[i] : usual[i] }
}

extension Shape {
  /// The shape of whole rows of a node.
  func inRowLayout<T: BackwardAlgebra>(rows: Int, as: T.Type) -> Shape {
    guard T.usesWindows, let image else { return Shape([rows] + dimensions) }
    return [rows, image.height, image.width, image.channels]
  }
}
