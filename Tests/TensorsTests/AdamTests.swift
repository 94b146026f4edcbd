import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Steps of Adam")
struct AdamTests {
  private let gradients = (1...30).map { 3 * sin(Double($0)) + 0.2 }

  /// The place of a number after each step, by the formulas of the paper.
  private func textbook(_ decays: (Double, Double), rate: Double, epsilon: Double) -> [Double] {
    var (first, second, place) = (0.0, 0.0, 1.0)
    return gradients.enumerated().map { index, gradient in
      first = decays.0 * first + (1 - decays.0) * gradient
      second = decays.1 * second + (1 - decays.1) * gradient * gradient
      let step = Double(index + 1)
      let mean = first / (1 - pow(decays.0, step))
      let square = second / (1 - pow(decays.1, step))
      place += rate * mean / (square.squareRoot() + epsilon)
      return place
    }
  }

  @Test("A number goes where the paper's formulas take it")
  func followsThePaper() {
    func check<S: TensorScalar>(_ type: S.Type, tolerance: Double) {
      var (first, second, place): (S, S, S) = (0, 0, 1)
      let expected = textbook((0.8, 0.99), rate: 0.3, epsilon: 1e-3)
      for (index, gradient) in gradients.enumerated() {
        let adam = Adam<S>(rate: 0.1, step: index + 1, first: 0.8, second: 0.99, epsilon: 1e-3)
        place += adam.step(along: S(gradient), unit: 3, &first, &second)
        #expect(abs(Double(place) - expected[index]) < tolerance)
      }
    }
    check(Double.self, tolerance: 1e-13)
    check(Float.self, tolerance: 1e-5)
  }

  @Test("The correction of late steps is that of the paper, and in the end none")
  func lateSteps() {
    for step in [100, 5000, 30_000] {
      let adam = Adam<Double>(rate: 1, step: step)
      #expect(abs(adam.secondScale * (1 - pow(0.999, Double(step))) - 1) < 1e-12)
    }
    let late = Adam<Double>(rate: 1, step: 1_000_000_000)
    #expect(late.firstScale == 1 && late.secondScale == 1)
  }

  @Test("The kernels of weights and of slopes step as numbers do")
  func kernelsAgree() {
    let expected = textbook((0.9, 0.999), rate: 0.1, epsilon: 1e-8)
    // A weight goes down, a slope goes up and stays within its range.
    var (weight, m, v): (Double, Double, Double) = (-1, 0, 0)
    var slopes = Tensor<Double>([1, 2], [1, 1])
    var (first, second) = (Tensor<Double>([1, 2], [0, 0]), Tensor<Double>([1, 2], [0, 0]))
    let rows = RowBlock(dense: Tensor<Double>([1, 2], [1, 1]))
    for (index, gradient) in gradients.enumerated() {
      let adam = Adam<Double>(rate: 0.1, step: index + 1)
      Double.laneKernels.adam(
        [gradient], 1, adam.firstDecay, adam.secondDecay, adam.rate * adam.firstScale,
        adam.secondScale, adam.epsilon, 0, &m, &v, &weight)
      #expect(abs(-weight - expected[index]) < 1e-12)
      // The second element is exact there and keeps its slope.
      rows.raise(
        &slopes, &first, &second, at: Tensor([1, 2], [gradient, gradient]),
        intercepts: Tensor([1, 2], [1, 0]), exampleOfRow: [0], within: -100...100, adam)
      #expect(abs(slopes.scalars[0] - expected[index]) < 1e-12)
      #expect(slopes.scalars[1] == 1)
    }
  }
}
