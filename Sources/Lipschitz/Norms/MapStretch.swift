import Networks
import RandomNumbers
import Tensors

extension AffineOperation {
  /// How far the linear map was found to stretch its input in l2, by power iteration on the map and its transpose.
  ///
  /// It is a quotient of two computed lengths, less what they may be off.
  func stretch(
    input: Shape, _ parameters: Parameters<Tensor<Double>>, steps: Int = 24
  ) -> LowerBound {
    var generator = SplitMix64(seed: 7)
    var vector = (0..<input.count).map { _ in Double.random(in: -1...1, using: &generator) }
    var best = 0.0
    for _ in 0..<steps {
      let size = length(vector)
      guard size > 0, size.isFinite else { break }
      let unit = Tensor<Double>(Shape([1] + input.dimensions), vector.map { $0 / size })
      let image = linear([unit], parameters, magnitude: false)
      let stretched = length(image.scalars)
      guard stretched.isFinite else { break }
      best = max(best, stretched)
      vector = adjoint(image, inputs: [input], parameters)[0].scalars
    }
    return LowerBound(found: best * (1 - 1e-9))
  }

  private func length(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
