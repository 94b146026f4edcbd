import Networks
import Tensors
import TestSupport
import Testing

@Suite("Affine operations")
struct AffineOperationTests {
  @Test("The adjoint is the transpose of the linear map", arguments: AffineCase.all)
  func adjointIsTranspose(affine: AffineCase) throws {
    let forward = affine.matrix(magnitude: false)
    let adjoint = try affine.adjointMatrix().transposed([1, 0])
    #expect(adjoint.shape == forward.shape)
    #expect(largestRelativeDifference(adjoint.scalars, forward.scalars, floor: 1) < 1e-14)
  }

  @Test("The magnitude map has the absolute weights", arguments: AffineCase.all)
  func magnitudeIsAbsolute(affine: AffineCase) {
    let expected = affine.matrix(magnitude: false).magnitude()
    let magnitude = affine.matrix(magnitude: true)
    #expect(largestRelativeDifference(magnitude.scalars, expected.scalars, floor: 1) < 1e-14)
  }

  @Test("The output is the linear map plus the offset", arguments: AffineCase.all)
  func evaluationAddsOffset(affine: AffineCase) throws {
    var random = SplitMix64(seed: 3)
    let inputs = affine.inputs.map { random.tensor(Shape([2] + $0.dimensions)) }
    let output = affine.operation.evaluate(inputs, affine.values)
    #expect(output.shape == Shape([2] + (try affine.output).dimensions))
    let zeros = affine.inputs.map { Tensor<Double>(repeating: 0, Shape([1] + $0.dimensions)) }
    let offset = affine.operation.evaluate(zeros, affine.values)
    let flat = Tensor.concatenated(
      inputs.map { $0.reshaped([2, $0.count / 2]) }, axis: 1)
    let expected =
      flat.product(affine.matrix(magnitude: false)) + offset.reshaped([1, offset.count])
    #expect(largestRelativeDifference(output.scalars, expected.scalars, floor: 1) < 1e-13)
  }
}
