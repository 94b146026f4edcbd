import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Elementwise functions and products")
struct FunctionTests {
  struct Function: Sendable, CustomStringConvertible {
    var operation: any ElementwiseOperation
    var points: [Double]
    var expected: [Double]
    var description: String { operation.name }
  }

  static let functions: [Function] = {
    let line = [-2.5, -1, -0.25, 0, 0.25, 1, 2.5]
    let positive = [0.25, 1, 2.5]
    func make(
      _ operation: any ElementwiseOperation, _ points: [Double], _ f: (Double) -> Double
    ) -> Function {
      Function(operation: operation, points: points, expected: points.map(f))
    }
    return [
      make(ReLU(), line) { max($0, 0) },
      make(LeakyReLU(slope: 0.125), line) { max($0, 0.125 * $0) },
      make(Sigmoid(), line) { 1 / (1 + exp(-$0)) },
      make(Tanh(), line) { sinh($0) / cosh($0) },
      make(Erf(), line) { 1 - erfc($0) },
      make(Exponential(), line) { pow(M_E, $0) },
      make(Logarithm(), positive) { log2($0) * M_LN2 },
      make(SquareRoot(), positive) { pow($0, 0.5) },
      make(Reciprocal(), positive) { pow($0, -1) },
      make(Power(exponent: 2), line) { $0 * $0 },
      make(Power(exponent: 3), line) { $0 * $0 * $0 },
      make(Power(exponent: 1.5), positive) { $0 * $0.squareRoot() },
      make(Magnitude(), line) { max($0, -$0) },
      make(Sign(), line) { $0 == 0 ? 0 : $0 / max($0, -$0) },
      make(Floor(), line) { -ceil(-$0) },
      make(
        RoundedClamp(least: -2, largest: 1), line + [-1.5, -0.5, 0.5, 1.5, 0.49999997, 0.50000006]
      ) {
        min(1, max(-2, rint($0)))
      },
      make(Sine(), line) { cos($0 - .pi / 2) },
      make(Cosine(), line) { sin($0 + .pi / 2) },
    ]
  }()

  @Test("A function has its textbook values, one by one and by the tensor", arguments: functions)
  func values(function: Function) {
    let points = Tensor<Double>([1, function.points.count], function.points)
    let whole = function.operation.apply(points).scalars
    let single = function.points.map(function.operation.value(at:))
    #expect(largestRelativeDifference(whole, function.expected, floor: 1) < 1e-14)
    #expect(largestRelativeDifference(single, function.expected, floor: 1) < 1e-14)
    let narrow = function.operation.apply(Tensor<Float>(converting: points)).scalars
    #expect(largestRelativeDifference(narrow.map(Double.init), whole, floor: 1) < 1e-6)
  }

  @Test("A product of variables broadcasts, a product of matrices sums over the inner axis")
  func products() throws {
    var random = SplitMix64(seed: 9)
    let (a, b) = (random.tensor([1, 2, 3]), random.tensor([1, 3, 4]))
    let product = MatrixProduct().evaluate([a, b], Parameters([]))
    for i in 0..<2 {
      for j in 0..<4 {
        let sum = (0..<3).reduce(0) { $0 + a[0, i, $1] * b[0, $1, j] }
        #expect(abs(product[0, i, j] - sum) < 1e-14)
      }
    }
    let row = random.tensor([1, 3])
    let scaled = Multiply().evaluate([a, row], Parameters([]))
    #expect(scaled.shape == [1, 2, 3])
    #expect(scaled[0, 1, 2] == a[0, 1, 2] * row[0, 2])
  }

  @Test("A softmax is positive, sums to one along its axis and ignores a common shift")
  func softmax() {
    var random = SplitMix64(seed: 10)
    let x = random.tensor([2, 3, 4])
    let y = Softmax(axis: 0).evaluate([x], Parameters([]))
    let shifted = Softmax(axis: 0).evaluate([x + 700], Parameters([]))
    #expect(y.scalars.allSatisfy { $0 > 0 })
    #expect(y.reduced(.sum, axis: 1).scalars.allSatisfy { abs($0 - 1) < 1e-14 })
    #expect(largestRelativeDifference(y.scalars, shifted.scalars, floor: 1) < 1e-12)
    #expect(abs(y[0, 0, 0] / y[0, 1, 0] - exp(x[0, 0, 0] - x[0, 1, 0])) < 1e-13)
  }
}
