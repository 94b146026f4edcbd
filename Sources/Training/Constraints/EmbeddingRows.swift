import Tensors

extension Tensor where Scalar == Float {
  /// The rows of a table, those of a larger root mean square scaled down to it.
  func withRows(atMost limit: Double) -> Tensor {
    changingRows { size, _ in size > limit ? limit / size * (1 - 0x1p-22) : 1 }
  }

  /// The rows of a gradient, each scaled to root mean square 1, small ones by no more than 16 times what the largest is scaled by.
  ///
  /// Source: Newhouse et al. (2025), appendix: the dual of the norm of an embedding, with a largest inflation of 16.
  var withEvenRows: Tensor {
    changingRows { size, largest in size > 0 ? min(1 / size, 16 / largest) : 0 }
  }

  /// Each row times a factor that depends on its root mean square and on the largest of any row.
  private func changingRows(_ factor: (Double, Double) -> Double) -> Tensor {
    precondition(shape.rank == 2, "A table has two axes, not \(shape)")
    let width = shape[1]
    let sizes = withElements { elements in
      (0..<shape[0]).map { row -> Double in
        let sum = elements[row * width..<(row + 1) * width].reduce(0.0) {
          $0 + Double($1) * Double($1)
        }
        return (sum / Double(width)).squareRoot()
      }
    }
    let largest = sizes.max() ?? 0
    return self
      * Tensor([shape[0], 1], sizes.map { Float(factor($0, largest)) })
  }
}
