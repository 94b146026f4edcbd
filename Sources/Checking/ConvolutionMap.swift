import CChecking
import Tensors

/// A two-dimensional convolution of an image.
struct ConvolutionMap: LinearMap {
  let input: Layout
  let output: Layout
  let geometry: ConvolutionGeometry
  let kernel: (height: Int, width: Int)
  /// The channels of one group.
  let inputs: Int
  let outputs: Int
  /// Group by group, `taps * inputs x outputs`.
  private let positive: [Double]
  private let negative: [Double]
  /// Group by group, `outputs x taps * inputs`.
  private let transposed: [Double]
  let smallest: Double
  let largest: Double
  let unit: Double

  /// - Parameters:
  ///   - kernels: `outputs x inputs / groups x height x width`.
  ///   - shape: That shape.
  init(
    _ kernels: [Double], shape: [Int], _ geometry: ConvolutionGeometry, _ input: Layout,
    _ output: Layout
  ) {
    (self.input, self.output, self.geometry) = (input, output, geometry)
    kernel = (shape[2], shape[3])
    (inputs, outputs) = (shape[1], shape[0] / geometry.groups)
    let (taps, length) = (kernel.height * kernel.width, kernel.height * kernel.width * inputs)
    var forward = [Double](repeating: 0, count: kernels.count)
    var backward = forward
    for channel in 0..<shape[0] {
      let (group, own) = (channel / outputs, channel % outputs)
      for source in 0..<inputs {
        for tap in 0..<taps {
          let weight = kernels[(channel * inputs + source) * taps + tap]
          let entry = tap * inputs + source
          forward[(group * length + entry) * outputs + own] = weight
          backward[channel * length + entry] = weight
        }
      }
    }
    transposed = backward
    positive = forward.map { max(0, $0) }
    negative = forward.map { max(0, -$0) }
    smallest = kernels.smallestSize
    largest = kernels.largestSize
    unit = kernels.commonUnit
  }

  var groups: Int { geometry.groups }
  /// The coefficients, `outputs x inputs / groups x height x width`.
  var kernels: [Double] {
    let taps = kernel.height * kernel.width
    return transposed.indices.map { index in
      let (channel, place) = index.quotientAndRemainder(dividingBy: length)
      return transposed[channel * length + place % taps * inputs + place / taps]
    }
  }

  private var length: Int { kernel.height * kernel.width * inputs }
  var fanIn: Int { length }
  var fanOut: Int { outputs * kernel.height * kernel.width }

  func parts(
    of vector: [Double], _ matrices: Matrices
  ) -> (positive: [Double], negative: [Double]) {
    var (first, second) = (
      [Double](repeating: 0, count: output.count), [Double](repeating: 0, count: output.count)
    )
    let pixels = output.height * output.width
    var taps = [Double](repeating: 0, count: pixels * length)
    for group in 0..<geometry.groups {
      gather(vector, group, &taps)
      func product(_ weights: [Double], _ result: inout [Double]) {
        weights.withUnsafeBufferPointer { weights in
          result.withUnsafeMutableBufferPointer { result in
            guard let from = weights.baseAddress, let to = result.baseAddress else { return }
            matrices.multiply(
              pixels, outputs, length, taps, rowStep: length, from + group * length * outputs,
              to + group * outputs, resultStep: output.channels)
          }
        }
      }
      product(positive, &first)
      product(negative, &second)
    }
    return (first, second)
  }

  /// Writes what each output pixel reads of a group's channels, 0 for the padding.
  private func gather(_ vector: [Double], _ group: Int, _ taps: inout [Double]) {
    var at = 0
    for y in 0..<output.height {
      for x in 0..<output.width {
        for tap in 0..<kernel.height * kernel.width {
          let line =
            y * geometry.stride[0] - geometry.padding[0]
            + tap / kernel.width * geometry.dilation[0]
          let column =
            x * geometry.stride[1] - geometry.padding[1]
            + tap % kernel.width * geometry.dilation[1]
          let isInside = line >= 0 && line < input.height && column >= 0 && column < input.width
          let from = (line * input.width + column) * input.channels + group * inputs
          for channel in 0..<inputs { taps[at + channel] = isInside ? vector[from + channel] : 0 }
          at += inputs
        }
      }
    }
  }

  func pullBack(_ rows: Rows, _ matrices: Matrices) -> Rows {
    // What a patch of outputs reads, moved into the image: places outside are padding, which is 0.
    func grown(_ size: Int, _ starts: [Int], _ kernel: Int, _ axis: Int, _ extent: Int) -> (
      Int, [Int]
    ) {
      let reach = (size - 1) * geometry.stride[axis] + (kernel - 1) * geometry.dilation[axis] + 1
      let length = min(reach, extent)
      return (
        length,
        starts.map {
          max(0, min($0 * geometry.stride[axis] - geometry.padding[axis], extent - length))
        }
      )
    }
    let from = rows.patches
    let (height, tops) = grown(from.height, from.tops, kernel.height, 0, input.height)
    let (width, lefts) = grown(from.width, from.lefts, kernel.width, 1, input.width)
    var result = Rows(Patches(input, height: height, width: width, tops: tops, lefts: lefts))
    var own = surety_check_convolution(
      height: input.height, width: input.width, groups: geometry.groups, inputs: inputs,
      outputs: outputs, kernel_height: kernel.height, kernel_width: kernel.width,
      stride: (geometry.stride[0], geometry.stride[1]),
      padding: (geometry.padding[0], geometry.padding[1]),
      dilation: (geometry.dilation[0], geometry.dilation[1]))
    from.withPointers { fromPatches in
      result.patches.withPointers { toPatches in
        surety_check_pull_back(
          &own, rows.count, rows.values, fromPatches, transposed, &result.values, toPatches)
      }
    }
    return result
  }
}
