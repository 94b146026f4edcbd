import TestSupport
import Testing

@testable import Tensors

// A NaN must reach the verdict, where it becomes `unknown`.
@Suite("A number that is not finite stays visible")
struct NotANumberTests {
  @Test("Every unary operation keeps a NaN", arguments: UnaryOperation.allCases)
  func unaryOperationsKeepNaN(operation: UnaryOperation) {
    // Longer than a vector, with the NaN in the part of whole vectors and in the rest.
    for count in [1, 37] {
      for place in Set([0, count / 2, count - 1]) {
        var (single, double) = (
          Tensor<Float>(repeating: 0.5, [count]), Tensor<Double>(repeating: 0.5, [count])
        )
        single[place] = .nan
        double[place] = .nan
        #expect(single.applying(operation)[place].isNaN)
        #expect(double.applying(operation)[place].isNaN)
      }
    }
  }

  @Test(
    "Arithmetic and extremes keep a NaN on either side",
    arguments: [
      BinaryOperation.add, .subtract, .multiply, .divide, .maximum, .minimum, .mean,
      .halfDifference,
    ])
  func binaryOperationsKeepNaN(operation: BinaryOperation) {
    for count in [1, 37] {
      var bad = Tensor<Float>(repeating: 0.5, [count])
      bad[count - 1] = .nan
      let good = Tensor<Float>(repeating: 0.25, [count])
      let scalar = Tensor<Float>(repeating: .nan, [])
      #expect(bad.combined(operation, good)[count - 1].isNaN)
      #expect(good.combined(operation, bad)[count - 1].isNaN)
      #expect(good.combined(operation, scalar).scalars.allSatisfy { $0.isNaN })
      #expect(scalar.combined(operation, good).scalars.allSatisfy { $0.isNaN })
    }
  }

  @Test("Reductions keep a NaN wherever it is", arguments: 0..<20)
  func reductionsKeepNaN(place: Int) {
    for reduction in [Reduction.sum, .maximum, .minimum] {
      var row = Tensor<Double>(repeating: 1, [20])
      row[place] = .nan
      #expect(row.reduced(reduction, axis: 0)[0].isNaN)
      let columns = row.reshaped([20, 1]).broadcast(to: [20, 3])
      #expect(columns.reduced(reduction, axis: 0).scalars.allSatisfy { $0.isNaN })
    }
  }

  @Test("Products and convolutions keep a NaN, even against a zero")
  func productsKeepNaN() {
    var image = Tensor<Float>(repeating: 1, [1, 1, 3, 3])
    image[0, 0, 1, 1] = .nan
    let kernel = Tensor<Float>(repeating: 0, [1, 1, 3, 3])
    let sum = image.convolution(kernel, taps: taps(kernel), bias: nil, .init())
    #expect(sum.scalars.allSatisfy { $0.isNaN })
    let row = image.reshaped([1, 9])
    #expect(row.product(Tensor(repeating: 0, [9, 2])).scalars.allSatisfy { $0.isNaN })
    #expect(
      row.broadcast(to: [3, 9]).product(Tensor(repeating: 0, [9, 2])).scalars
        .allSatisfy { $0.isNaN })
  }

  @Test("Only finite elements count as finite", arguments: [Double.nan, .infinity, -.infinity])
  func finiteness(bad: Double) {
    var a = Tensor<Double>(repeating: 1e300, [50])
    #expect(a.isFinite)
    a[49] = bad
    #expect(!a.isFinite)
  }
}
