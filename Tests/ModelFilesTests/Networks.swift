import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

extension Network {
  /// The output for one example, flattened, in double precision.
  func output(_ example: [Double]) -> [Double] {
    let x = Tensor<Double>(Shape([1] + inputShape.dimensions), example)
    return evaluate(x, parameters(as: Tensor<Double>.self)).scalars
  }
}

/// Expects two networks to agree on a random batch in double precision.
func expectEqualOutputs(
  _ a: Network, _ b: Network, tolerance: Double, seed: UInt64 = 1,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var random = SplitMix64(seed: seed)
  let shape = Shape([3] + a.inputShape.dimensions)
  let x = Tensor<Double>(
    shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &random) })
  let first = a.evaluate(x, a.parameters(as: Tensor<Double>.self))
  let second = b.evaluate(x, b.parameters(as: Tensor<Double>.self))
  #expect(first.shape == second.shape, sourceLocation: sourceLocation)
  let scale = first.scalars.map(abs).max() ?? 1
  let worst = largestRelativeDifference(first.scalars, second.scalars, floor: scale)
  #expect(worst <= tolerance, "seed \(seed)", sourceLocation: sourceLocation)
}

/// Every network file of the benchmarks and of the reference models.
let networkFiles: [String] = SharedFolder.files(["benchmarks", "reference/models"]) {
  ($0.hasSuffix(".onnx") || $0.hasSuffix(".onnx.gz")) && !$0.contains("malformed")
}
