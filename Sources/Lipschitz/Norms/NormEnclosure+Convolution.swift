import Networks
import Tensors

extension NormEnclosure {
  /// An upper bound of the spectral norm of a convolution of images, as the circular convolution on a torus around them.
  ///
  /// - Parameters:
  ///   - kernels: `outputs x inputs / groups x height x width`, all finite.
  ///   - shape: That shape.
  ///   - input: The height and width of the image.
  ///   - output: The height and width of the result.
  ///   - roundings: How many roundings lie between a weight and the true one.
  /// - Soundness: The largest of the groups' bounds, which have no channel in common; each as for `torusNorm`.
  public static func upperBound(
    ofConvolution kernels: [Double], shape: [Int], _ geometry: ConvolutionGeometry, input: [Int],
    output: [Int], roundings: Int
  ) -> UpperBound {
    let outputs = shape[0] / geometry.groups
    let part = kernels.count / geometry.groups
    var single = geometry
    single.groups = 1
    return (0..<geometry.groups).reduce(.zero) { largest, group in
      let map = ConvolutionMap(
        kernel: Tensor(
          [outputs, shape[1], shape[2], shape[3]],
          Array(kernels[group * part..<(group + 1) * part])),
        roundoff: Roundoff.gamma(roundings), geometry: single, input: input, output: output)
      return max(largest, map.torusNorm.upper)
    }
  }
}
