import Networks
import Tensors

extension BoundState {
  /// The sizes of the numbers that meet in each element of a convolution, without its offset, at most: the norm of the kernel times that of what it
  /// reads; nil for other operations.
  ///
  /// That saves a convolution, and is what the sum would be within a factor of two or so.
  ///
  /// - Soundness: `|W| |x|` is at most `|W|_2 |x|_2` for each output (Cauchy and Schwarz). The norms are sums of squares of at most as many terms
  ///   as the sum has, so they are short by no more than it would be; the kernels' are rounded up besides.
  func patchSizes(of affine: any AffineOperation, _ id: Int) -> T? {
    guard let convolution = affine as? Convolution, convolution.geometry.groups == 1,
      let input = network.nodes[id].inputs.first, let known = intervals[input]
    else { return nil }
    let kernel = pass.parameters[convolution.weight]
    let norms = pass.parameters.derived("norms of kernels", convolution.weight) {
      let size = kernel.shape.count / max(1, kernel.shape[0])
      let squares = kernel.values.scalars.map { Double($0) * Double($0) }
      let norms = stride(from: 0, to: squares.count, by: size).map { start in
        // Beside the sum's own rounding, that of the number system; what underflows is less than the floor.
        squares[start..<start + size].reduce(0, +).squareRoot() * (1 + 0x1p-20) + 0x1p-120
      }
      return T(Tensor<Double>([norms.count], norms))
    }
    let shape = network.nodes[id].shape.dimensions
    let images = Shape(
      [known.lower.shape[0] * known.lower.shape[1]] + known.lower.shape.dimensions.dropFirst(2))
    return T.patchSizes(
      lower: known.lower.reshaped(images), upper: known.upper.reshaped(images),
      atLeast: UnitRoundoff(of: T.self).smallest, factors: norms,
      kernel: (kernel.shape[2], kernel.shape[3]), convolution.geometry
    )?.reshaped(Shape([known.lower.shape[0]] + shape))
  }
}
