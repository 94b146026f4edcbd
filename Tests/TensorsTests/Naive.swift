import TestSupport

@testable import Tensors

/// Loops that say what the kernels must compute, element by element.
enum Naive {
  /// Calls `body` with every index of a shape, in row-major order.
  static func forEachIndex(_ shape: Shape, _ body: ([Int]) -> Void) {
    guard shape.dimensions.allSatisfy({ $0 > 0 }) else { return }
    var index = [Int](repeating: 0, count: shape.rank)
    for _ in 0..<shape.count {
      body(index)
      for axis in (0..<shape.rank).reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
  }

  /// A tensor made element by element.
  static func tensor<S>(_ shape: Shape, _ element: ([Int]) -> S) -> Tensor<S> {
    var values: [S] = []
    forEachIndex(shape) { values.append(element($0)) }
    return Tensor(shape, values)
  }

  /// The element of a tensor that an index of a broadcast result reads.
  static func element<S>(_ tensor: Tensor<S>, _ index: [Int]) -> S {
    let own = index.suffix(tensor.shape.rank)
    var offset = 0
    for (extent, i) in zip(tensor.shape.dimensions, own) {
      offset = offset * extent + (extent == 1 ? 0 : i)
    }
    return tensor.withElements { $0[offset] }
  }

  /// The product of the matrices at the last two axes, with leading axes broadcast.
  static func product<S>(
    _ a: Tensor<S>, _ b: Tensor<S>, transposingLeft: Bool, transposingRight: Bool, _ target: Shape
  ) -> Tensor<S> {
    let k = transposingLeft ? a.shape[-2] : a.shape[-1]
    return tensor(target) { index in
      let lead = index.dropLast(2)
      let (row, column) = (index[index.count - 2], index[index.count - 1])
      return (0..<k).reduce(0) { sum, i in
        sum + element(a, lead + (transposingLeft ? [i, row] : [row, i]))
          * element(b, lead + (transposingRight ? [column, i] : [i, column]))
      }
    }
  }

  /// The convolution by seven nested loops, over the definition in the ONNX specification.
  static func convolution<S>(
    _ image: Tensor<S>, _ kernel: Tensor<S>, bias: Tensor<S>?, _ geometry: ConvolutionGeometry
  ) -> Tensor<S> {
    let size = geometry.outputSize(
      height: image.shape[2], width: image.shape[3], kernel: (kernel.shape[2], kernel.shape[3]))
    let (inputs, outputs) = (kernel.shape[1], kernel.shape[0] / geometry.groups)
    return tensor([image.shape[0], kernel.shape[0], size.height, size.width]) { at in
      let group = at[1] / outputs
      var sum = bias.map { $0[at[1]] } ?? 0
      for c in 0..<inputs {
        for ky in 0..<kernel.shape[2] {
          for kx in 0..<kernel.shape[3] {
            let y = at[2] * geometry.stride[0] - geometry.padding[0] + ky * geometry.dilation[0]
            let x = at[3] * geometry.stride[1] - geometry.padding[1] + kx * geometry.dilation[1]
            guard y >= 0, y < image.shape[2], x >= 0, x < image.shape[3] else { continue }
            sum +=
              element(image, [at[0], group * inputs + c, y, x])
              * element(kernel, [at[1], c, ky, kx])
          }
        }
      }
      return sum
    }
  }
}

extension Tensor {
  /// A tensor of numbers between -1 and 1.
  static func random(_ shape: Shape, _ generator: inout SplitMix64) -> Tensor {
    Tensor(
      shape, (0..<shape.count).map { _ in Scalar(Double.random(in: -1...1, using: &generator)) })
  }

  /// The sum of the elementwise products.
  func dot(_ other: Tensor) -> Double {
    zip(scalars, other.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The largest difference to another tensor of the same shape, infinite where the shapes differ.
  func distance(to other: Tensor) -> Double {
    guard shape == other.shape else { return .infinity }
    return zip(scalars, other.scalars).reduce(0) {
      let difference = abs(Double($1.0) - Double($1.1))
      return difference.isNaN ? .infinity : Swift.max($0, difference)
    }
  }
}

/// How far sums of `terms` products of numbers in -1...1 may differ when they are added in another order.
func slack<S: TensorScalar>(_ type: S.Type, terms: Int) -> Double {
  Double(S.ulpOfOne) * Double(terms) * 2
}
