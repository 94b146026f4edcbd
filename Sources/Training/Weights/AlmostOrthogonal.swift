import Tensors

/// Weights rescaled so that a layer cannot stretch a distance in l2: an almost orthogonal layer.
///
/// For any matrix `P`, `P' P` is at most the diagonal matrix of the sums of the sizes of its rows, because their difference is diagonally
/// dominant. So with `d_j = (sum_k |P' P|_jk)^(-1/2)` the matrix `P diag(d)` has norm at most 1, and by the same for `P'` so has
/// `diag(d) P` with the sums of `P P'`; whichever side is shorter is scaled.
///
/// A convolution is taken over a plane without borders, of which one with zeros around its image is a part, and one with a stride is a part
/// that reads the phases of the stride as channels. So the sums are those of the kernel's products with itself at all distances, and
/// factors belong to an output, or to an input's phase, which a tap of the kernel reads alone.
///
/// - Soundness: In real arithmetic no singular value is above 1. What is saved is rounded, and its norm is for `Lipschitz` to prove.
///
/// Source: Prach and Lampert, "Almost-orthogonal layers for efficient general-purpose Lipschitz networks" (ECCV 2022), theorems 1 and 2.
enum AlmostOrthogonal {
  /// The weights that the network computes with.
  ///
  /// - Parameters:
  ///   - weights: `[inputs, outputs]` of a linear layer, `[outputs, inputs / groups, height, width]` of a convolution.
  ///   - geometry: That of the convolution; nil for a linear layer.
  /// - Returns: Weights of the same shape.
  static func weights<T: TensorAlgebra>(_ weights: T, _ geometry: ConvolutionGeometry?) -> T {
    guard let geometry else { return matrix(weights) }
    let outputs = weights.shape[0] / geometry.groups
    let groups = (0..<geometry.groups).map { group in
      kernel(weights.sliced(group * outputs..<(group + 1) * outputs, axis: 0), geometry)
    }
    return T.concatenated(groups, axis: 0)
  }

  private static func matrix<T: TensorAlgebra>(_ weights: T) -> T {
    let (rows, columns) = (weights.shape[0], weights.shape[1])
    let scalesRows = rows <= columns
    let gram = weights.product(
      weights, transposingLeft: !scalesRows, transposingRight: scalesRows)
    let factors = factors(gram, count: min(rows, columns))
    return weights * factors.reshaped(scalesRows ? [rows, 1] : [1, columns])
  }

  private static func kernel<T: TensorAlgebra>(_ kernel: T, _ geometry: ConvolutionGeometry) -> T {
    let shape = kernel.shape
    let steps = [0, 1].map { Phases(of: shape[2 + $0], axis: $0, geometry) }
    let phases = steps[0].phaseCount * steps[1].phaseCount
    var parts: [T] = []
    for rows in steps[0].taps {
      for columns in steps[1].taps {
        parts.append(kernel.gathered(rows, axis: 2).gathered(columns, axis: 3))
      }
    }
    // As a kernel of stride 1 that reads each phase as channels of its own.
    let whole = phases == 1 ? kernel : T.concatenated(parts, axis: 1)
    if shape[0] <= phases * shape[1] {
      return kernel * factors(products(whole), count: shape[0]).reshaped([shape[0], 1, 1, 1])
    }
    let own = factors(products(whole.transposed([1, 0, 2, 3])), count: phases * shape[1])
    // Which phase each tap reads, from its own place to the next one's.
    let read = steps[0].phaseOfTap.flatMap { row in
      steps[1].phaseOfTap.map { Int32(row * steps[1].phaseCount + $0) }
    }
    let ofTap = own.reshaped([phases, shape[1]]).gathered(read, axis: 0).transposed([1, 0])
    return kernel * ofTap.reshaped([1, shape[1], shape[2], shape[3]])
  }

  /// The products of each first index of a kernel with each other one, at every distance of the two.
  private static func products<T: TensorAlgebra>(_ kernel: T) -> T {
    let (rows, columns) = (kernel.shape[2] - 1, kernel.shape[3] - 1)
    return kernel.convolution(
      kernel, taps: kernel.transposed([2, 3, 1, 0]).asTaps(), bias: nil,
      ConvolutionGeometry(padding: [rows, columns, rows, columns]))
  }

  /// One over the root of the sum of the sizes of each first index's products, `[count]`.
  private static func factors<T: TensorAlgebra>(_ products: T, count: Int) -> T {
    let sums = products.magnitude().reshaped([count, products.shape.count / count])
      .reduced(.sum, axis: 1).reshaped([count])
    // A little more is no less safe, and rows of zeros stay zeros.
    return (sums + 1e-12).applying(.squareRoot).applying(.reciprocal)
  }
}

/// The phases of a stride along an axis, and the taps of a kernel that read each.
private struct Phases {
  /// For each phase the taps that read it, by the place that they read; -1 for none.
  var taps: [[Int32]]
  /// The phase that each tap reads.
  var phaseOfTap: [Int]
  var phaseCount: Int { taps.count }

  init(of size: Int, axis: Int, _ geometry: ConvolutionGeometry) {
    // Without a stride taps at a distance meet as neighbours do.
    let stride = geometry.stride[axis]
    let dilation = stride == 1 ? 1 : geometry.dilation[axis]
    let reach = ((size - 1) * dilation) / stride + 1
    taps = (0..<stride).map { phase in
      (0..<reach).map { step in
        let place = phase + stride * step
        return place % dilation == 0 && place / dilation < size ? Int32(place / dilation) : -1
      }
    }
    phaseOfTap = (0..<size).map { $0 * dilation % stride }
  }
}
