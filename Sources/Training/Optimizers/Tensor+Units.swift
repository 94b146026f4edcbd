import Tensors

/// Along which axis the vectors of a weight lie that are looked at one by one.
enum UnitAxis: Sendable, Hashable {
  /// The weights of an output: a row of the matrix that is multiplied by.
  case rows
  /// The weights of an input: a column of it.
  case columns
}

extension Tensor where Scalar == Float {
  /// The weight with each of its rows or columns times a factor that depends on its l2 norm.
  ///
  /// A linear layer's weight is `[inputs, outputs]`, a convolution's `[outputs, inputs, height, width]`, whose columns are those
  /// of a tap of an input.
  ///
  /// - Parameter factor: Given the number of the row or column and its norm in doubles; computed in doubles and
  ///   rounded once.
  func scalingUnits(_ axis: UnitAxis, _ factor: (_ unit: Int, _ norm: Double) -> Double) -> Tensor {
    precondition(shape.rank >= 2, "A weight of shape \(shape) is no matrix")
    let (first, rest) = (shape[0], shape.count / max(1, shape[0]))
    // Whether a unit is a row of the numbers as they lie in memory.
    let isContiguous = (axis == .rows) == (shape.rank > 2)
    let norms = unitNorms(axis)
    let factors = norms.enumerated().map { factor($0.offset, $0.element) }
    var result = self
    result.withMutableElements { elements in
      for i in 0..<first {
        for j in 0..<rest {
          let scale = factors[isContiguous ? i : j]
          guard scale != 1 else { continue }
          elements[i * rest + j] = Float(Double(elements[i * rest + j]) * scale)
        }
      }
    }
    return result
  }

  /// The l2 norm of each row or column, in doubles.
  func unitNorms(_ axis: UnitAxis) -> [Double] {
    let (first, rest) = (shape[0], shape.count / max(1, shape[0]))
    let isContiguous = (axis == .rows) == (shape.rank > 2)
    var sums = [Double](repeating: 0, count: isContiguous ? first : rest)
    withElements { elements in
      for i in 0..<first {
        for j in 0..<rest {
          let x = Double(elements[i * rest + j])
          sums[isContiguous ? i : j] += x * x
        }
      }
    }
    return sums.map { $0.squareRoot() }
  }
}
