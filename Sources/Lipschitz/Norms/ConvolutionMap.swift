import Networks
import Tensors

/// A two-dimensional convolution as a linear map of images.
struct ConvolutionMap: Sendable {
  /// The kernels of one group, `[outputs, inputs, height, width]`.
  var kernel: Tensor<Double>
  /// How far each weight may be off, as a part of its size.
  var roundoff: UpperBound
  /// Strides, padding and dilation; the groups are apart.
  var geometry: ConvolutionGeometry
  /// The height and width of the input.
  var input: [Int]
  /// The height and width of the output.
  var output: [Int]

  var outputs: Int { kernel.shape[0] }
  var inputs: Int { kernel.shape[1] }
  /// The entries of the matrix that the map is.
  var matrixSize: (rows: Int, columns: Int) {
    (outputs * output[0] * output[1], inputs * input[0] * input[1])
  }

  /// The kernels as a matrix: a row for each output channel.
  var kernelMatrix: Matrix {
    Matrix(
      rows: outputs, columns: kernel.count / max(1, outputs), kernel.scalars, roundoff: roundoff)
  }

  /// The map as a matrix: every entry is a weight or 0.
  var matrix: Matrix {
    let size = matrixSize
    var values = [Double](repeating: 0, count: size.rows * size.columns)
    let weights = kernel.scalars
    forEachTap { tap, places in
      for (out, into) in places {
        for o in 0..<outputs {
          for i in 0..<inputs {
            let row = o * output[0] * output[1] + out
            let column = i * input[0] * input[1] + into
            values[row * size.columns + column] = weights[(o * inputs + i) * tapCount + tap]
          }
        }
      }
    }
    return Matrix(rows: size.rows, columns: size.columns, values, roundoff: roundoff)
  }

  var tapCount: Int { kernel.shape[2] * kernel.shape[3] }

  /// Calls `body` with each tap of the kernel, and the pixels of the output with those of the input that they read there.
  private func forEachTap(_ body: (Int, [(out: Int, into: Int)]) -> Void) {
    for y in 0..<kernel.shape[2] {
      for x in 0..<kernel.shape[3] {
        var places: [(Int, Int)] = []
        for row in 0..<output[0] {
          let down = row * geometry.stride[0] + y * geometry.dilation[0] - geometry.padding[0]
          guard (0..<input[0]).contains(down) else { continue }
          for column in 0..<output[1] {
            let right =
              column * geometry.stride[1] + x * geometry.dilation[1] - geometry.padding[1]
            guard (0..<input[1]).contains(right) else { continue }
            places.append((row * output[1] + column, down * input[1] + right))
          }
        }
        body(y * kernel.shape[3] + x, places)
      }
    }
  }
}

/// A stride of 1 on a torus, of which a convolution is a part.
///
/// Pixels of the input are sorted by their remainders modulo the strides into channels of their own (which moves elements only), so
/// that an output at `o` reads channel `c` at `o + offset`.
///
/// - Soundness: On a torus that is large enough no read that leaves the input meets another pixel of it: it is `P C E` with `E` an
///   extension by zeros and `P` a restriction, both contractions, so its norm is at most that of the circular convolution `C`.
struct TorusConvolution {
  /// The extents of the torus.
  let extents: [Int]
  /// For each tap its offsets down and to the right, modulo the extents.
  let offsets: [[Int]]
  /// For each tap the channel that it reads, among those of one input channel.
  let phases: [Int]
  /// The channels that the pixels of one input channel are sorted into.
  let phaseCount: Int

  init(_ map: ConvolutionMap) {
    let stride = map.geometry.stride
    /// For each tap along an axis: the remainder of what it reads, and how many strides it is away.
    let along = (0..<2).map { axis in
      (0..<map.kernel.shape[2 + axis]).map { tap -> (phase: Int, offset: Int) in
        let distance = tap * map.geometry.dilation[axis] - map.geometry.padding[axis]
        let phase = ((distance % stride[axis]) + stride[axis]) % stride[axis]
        return (phase, (distance - phase) / stride[axis])
      }
    }
    extents = (0..<2).map { axis in
      let reads = along[axis].map(\.offset)
      // The pixels of a remainder, at most.
      let pixels = (map.input[axis] + stride[axis] - 1) / stride[axis]
      let before = Swift.max(0, -(reads.min() ?? 0))
      let after = Swift.max(0, reads.max() ?? 0)
      return Swift.max(1, pixels + before, map.output[axis] + after)
    }
    var (offsets, phases): ([[Int]], [Int]) = ([], [])
    for down in along[0] {
      for right in along[1] {
        offsets.append([down.offset, right.offset])
        phases.append(down.phase * stride[1] + right.phase)
      }
    }
    (self.offsets, self.phases) = (offsets, phases)
    phaseCount = stride[0] * stride[1]
  }

  /// The frequencies whose matrices have all the norms there are: of each pair of opposite ones, one.
  var frequencies: [(down: Int, right: Int)] {
    var result: [(Int, Int)] = []
    for down in 0..<extents[0] {
      for right in 0..<extents[1] {
        let mirrored = (
          (extents[0] - down) % extents[0], (extents[1] - right) % extents[1]
        )
        if (down, right) <= mirrored { result.append((down, right)) }
      }
    }
    return result
  }

  /// The cosine and the sine of each tap's angle at a frequency.
  ///
  /// The angle is a whole number of steps, reduced exactly before it is rounded.
  func waves(at frequency: (down: Int, right: Int), _ table: [[(Double, Double)]]) -> [(
    cosine: Double, sine: Double
  )] {
    offsets.map { offset in
      func turn(_ axis: Int, _ step: Int) -> (Double, Double) {
        let steps = (offset[axis] * step) % extents[axis]
        return table[axis][steps < 0 ? steps + extents[axis] : steps]
      }
      let (a, b) = (turn(0, frequency.down), turn(1, frequency.right))
      return (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
    }
  }
}
