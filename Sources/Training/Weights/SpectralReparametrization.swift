import Tensors

/// Weights as a learnt gain times a matrix of largest singular value near 1: `gain W / (v' W u)`.
///
/// The directions `u` and `v` are turned by one round of the power iteration in each step and are constants to the gradient, so that with `g` the
/// gradient by the result, that by `W` is `gain / s (g - <g, W> / s v u')` and that by the gain `<g, W> / s`, with `s = v' W u`. The first has no
/// part along `W`, whatever `u` and `v` are.
///
/// Source: Zhai et al., "Stabilizing transformer training by preventing attention entropy collapse" (ICML 2023), section 3.2 and algorithm 1.
enum SpectralReparametrization {
  /// The weights that the network computes with.
  ///
  /// - Parameters:
  ///   - weights: `[first, ...]`, a matrix whose rows are what the first axis has.
  ///   - gain: `[1]`.
  ///   - left: The direction `v`, `[1, first]`.
  ///   - right: The direction `u`, `[rest, 1]`.
  /// - Returns: Weights of the same shape.
  static func weights<T: TensorAlgebra>(_ weights: T, gain: T, left: T, right: T) -> T {
    let shape = weights.shape
    let matrix = weights.reshaped([shape[0], shape.count / max(1, shape[0])])
    let size = left.product(matrix).product(right).reshaped([1])
    return weights * (gain / size)
  }

  /// The directions after one more round of the power iteration; the same where a product is zero or no number.
  static func turned<S>(
    _ weights: Tensor<S>, left: Tensor<S>, right: Tensor<S>
  ) -> (left: Tensor<S>, right: Tensor<S>) {
    let matrix = weights.reshaped([weights.shape[0], weights.count / max(1, weights.shape[0])])
    guard
      let first = matrix.product(right, transposingLeft: false, transposingRight: false).unit,
      let second = matrix.product(first, transposingLeft: true, transposingRight: false).unit
    else { return (left, right) }
    return (first.reshaped(left.shape), second.reshaped(right.shape))
  }

  /// The directions of the largest singular value, and that value, by rounds of the power iteration until it stands still.
  ///
  /// Rounds are those of the product of the matrix with itself on its shorter side.
  static func settled(
    _ weights: Tensor<Double>
  ) -> (left: Tensor<Double>, right: Tensor<Double>, value: Double) {
    let rows = weights.shape[0]
    let columns = weights.count / max(1, rows)
    let matrix = weights.reshaped([rows, columns])
    let isWide = rows <= columns
    let product = matrix.product(matrix, transposingLeft: !isWide, transposingRight: isWide)
    // No direction that weights are likely to be orthogonal to.
    let count = min(rows, columns)
    let start = (0..<count).map { place -> Double in
      place % 7 == 0 ? 1 - 0.5 / Double(place + 1) : 1
    }
    var direction = Tensor<Double>([count, 1], start)
    var size = 0.0
    for _ in 0..<largestRounds {
      guard let next = product.product(direction).unit else { break }
      let stretched: Tensor<Double> = product.product(next).reshaped([1, count])
      let square = stretched.product(next).scalars[0]
      direction = next
      if abs(square - size) <= 1e-14 * square { break }
      size = square
    }
    let found = direction.unit ?? direction
    let other = matrix.product(found, transposingLeft: isWide, transposingRight: false)
    let opposite = other.unit ?? other
    let left = (isWide ? found : opposite).reshaped([1, rows])
    let right = isWide ? opposite : found
    return (left, right, left.product(matrix).product(right).scalars[0])
  }

  /// The rounds that a matrix is given to settle; what two nearly equal singular values still lack then is a gain that begins a little smaller.
  private static let largestRounds = 2_000
}

extension Tensor {
  /// The elements divided by their l2 norm; nil where that is zero or no finite number.
  fileprivate var unit: Tensor? {
    let norm = Tensor<Double>(converting: self).withElements {
      $0.reduce(0.0) { $0 + $1 * $1 }
    }.squareRoot()
    guard norm > 0, norm.isFinite else { return nil }
    return self * (1 / norm)
  }
}
