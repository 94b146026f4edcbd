import Tensors

/// Matrices whose columns, or rows where there are fewer, are orthonormal: the Cayley transform of any matrix.
///
/// A matrix with at least as many rows as columns falls into a square one, `U`, and the rest, `V`. With `A = U - U' + V' V` the result is
/// `(I - A) (I + A)^(-1)` above `-2 V (I + A)^(-1)`, whose columns are orthonormal since `(I - A)' (I - A) + 4 V' V = (I + A)' (I + A)`.
/// `I + A` is invertible: its symmetric part is `I + V' V`.
///
/// - Soundness: In real arithmetic every singular value is 1. What is saved is rounded, and its norm is for `Lipschitz` to prove.
///
/// Source: Trockman and Kolter, "Orthogonalizing convolutional layers with the Cayley transform" (ICLR 2021), for rectangles section 3.
enum CayleyTransform {
  /// The weights that the network computes with: `[first, ...]`, a matrix whose rows are what the first axis has.
  static func weights<T: TensorAlgebra>(_ weights: T) -> T {
    let shape = weights.shape
    let matrix = weights.reshaped([shape[0], shape.count / max(1, shape[0])])
    let isTall = matrix.shape[0] >= matrix.shape[1]
    let result = tall(isTall ? matrix : matrix.transposed([1, 0]))
    return (isTall ? result : result.transposed([1, 0])).reshaped(shape)
  }

  private static func tall<T: TensorAlgebra>(_ matrix: T) -> T {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let square = rows == columns ? matrix : matrix.sliced(0..<columns, axis: 0)
    var sum = square - square.transposed([1, 0])
    var rest: T?
    if rows > columns {
      let below = matrix.sliced(columns..<rows, axis: 0)
      sum = sum + below.product(below, transposingLeft: true, transposingRight: false)
      rest = below
    }
    var identity = Tensor<Double>(repeating: 0, [columns, columns])
    for index in 0..<columns { identity[index, index] = 1 }
    let one = T(identity)
    let inverse = (one + sum).inverse()
    // `(I - A) (I + A)^(-1)`.
    let top = inverse * 2 - one
    return rest.map { T.concatenated([top, $0.product(inverse) * -2], axis: 0) } ?? top
  }
}
