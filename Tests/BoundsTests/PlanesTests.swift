import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Planes around operations of several inputs")
struct PlanesTests {
  private let roundings = [
    OutwardRounding(to: Tensor<Float>.self), OutwardRounding(to: Tensor<Double>.self),
  ]

  /// Intervals of like or of very different sizes, near 0 or far from it.
  private func box(
    _ count: Int, _ rounding: OutwardRounding, _ generator: inout SplitMix64
  ) -> [ScalarInterval] {
    let place = pow(10, Double.random(in: -2...2.5, using: &generator))
    let size = pow(10, Double.random(in: -9...2, using: &generator))
    let isMixed = Bool.random(using: &generator)
    return (0..<count).map { _ in
      let center = Double.random(in: -place...place, using: &generator)
      let scale = isMixed ? pow(10, Double.random(in: -6...0, using: &generator)) : 1
      let radius =
        Int.random(in: 0..<6, using: &generator) == 0
        ? 0 : size * scale * Double.random(in: 0...1, using: &generator)
      return ScalarInterval(rounding.down(center - radius), rounding.up(center + radius))
    }
  }

  private func point(_ box: [ScalarInterval], _ generator: inout SplitMix64) -> [Double] {
    let isCorner = Bool.random(using: &generator)
    return box.map {
      isCorner
        ? (Bool.random(using: &generator) ? $0.lower : $0.upper)
        : min($0.upper, $0.lower + Double.random(in: 0...1, using: &generator) * $0.width)
    }
  }

  /// A plane's value with a bound on the rounding of this computation.
  private func value(_ slopes: [Double], _ x: [Double], _ intercept: Double) -> (Double, Double) {
    let terms = zip(slopes, x).map(*)
    let size = terms.reduce(abs(intercept)) { $0 + abs($1) }
    return (terms.reduce(intercept, +), 4 * .ulpOfOne * size * Double(x.count + 1))
  }

  @Test("Softmax lies between its planes and inside its ranges")
  func softmaxPlanesEnclose() {
    var generator = SplitMix64(seed: 21)
    for trial in 0..<4_000 {
      let rounding = roundings[trial % 2]
      let box = box(Int.random(in: 1...6, using: &generator), rounding, &generator)
      let group = SoftmaxGroup(box)
      let planes = group.planes(rounding)
      for _ in 0..<12 {
        let x = point(box, &generator)
        for i in x.indices {
          // The differences are exact enough for a relative error of some hundred units.
          let sum = x.reduce(0) { $0 + exp($1 - x[i]) }
          let softmax = 1 / sum
          let slack = softmax * 1e-12 + 1e-300
          let (below, errorBelow) = value(planes.lower[i].slopes, x, planes.lower[i].intercept)
          let (above, errorAbove) = value(planes.upper[i].slopes, x, planes.upper[i].intercept)
          let isInside =
            below <= softmax + slack + errorBelow && above >= softmax - slack - errorAbove
            && group.ranges[i].lower <= softmax + slack && group.ranges[i].upper >= softmax - slack
          if !isInside {
            Issue.record(
              "trial \(trial) \(box) at \(x), output \(i): \(below) <= \(softmax) <= \(above)")
            return
          }
        }
      }
    }
  }

  @Test("At a point the planes of softmax are its derivative")
  func softmaxPlanesAtPoints() {
    var generator = SplitMix64(seed: 22)
    for _ in 0..<200 {
      let x = (0..<4).map { _ in Double.random(in: -3...3, using: &generator) }
      let planes = SoftmaxGroup(x.map { ScalarInterval($0, $0) }).planes(roundings[1])
      let exponentials = x.map { exp($0) }
      let sum = exponentials.reduce(0, +)
      for i in x.indices {
        for j in x.indices {
          let (s, t) = (exponentials[i] / sum, exponentials[j] / sum)
          let derivative = s * ((i == j ? 1 : 0) - t)
          #expect(abs(planes.lower[i].slopes[j] - derivative) < 1e-12)
          #expect(abs(planes.upper[i].slopes[j] - derivative) < 1e-12)
        }
      }
    }
  }

  @Test("The maximum of a window lies between its planes, which touch it")
  func maxPoolPlanesEnclose() {
    var generator = SplitMix64(seed: 23)
    for trial in 0..<4_000 {
      let rounding = roundings[trial % 2]
      let count = Int.random(in: 1...6, using: &generator)
      let box = box(count, rounding, &generator)
      let shape: Shape = [1, 1, 1, 1, count]
      let planes = MaxPoolPlanes(
        lower: Tensor(shape, box.map(\.lower)), upper: Tensor(shape, box.map(\.upper)),
        taps: (0..<count).map { [Int32($0)] }, planes: 1, pixels: count, rounding)
      let below = planes.lowerFactors.map { $0.scalars[0] }
      let above = planes.upperFactors.map { $0.scalars[0] }
      let intercept = planes.upperIntercept.scalars[0]
      var gap = Double.infinity
      for corner in 0..<(1 << count) + 8 {
        let x =
          corner < 1 << count
          ? box.enumerated().map { corner >> $0 & 1 == 0 ? $1.lower : $1.upper }
          : point(box, &generator)
        let largest = x.max() ?? 0
        let (low, lowError) = value(below, x, 0)
        let (high, highError) = value(above, x, intercept)
        #expect(low <= largest + lowError && high >= largest - highError, "trial \(trial)")
        gap = min(gap, high - largest)
      }
      let scale = box.map { abs($0.lower) + abs($0.upper) }.max() ?? 0
      #expect(gap <= 1e-5 * scale, "trial \(trial): the plane is \(gap) above every corner")
    }
  }

  @Test("Products lie between McCormick's planes", arguments: [true, false])
  func productPlanesEnclose(isFloat: Bool) throws {
    if isFloat {
      try checkProducts(Tensor<Float>.self)
    } else {
      try checkProducts(Tensor<Double>.self)
    }
  }

  private func checkProducts<S>(_ type: Tensor<S>.Type) throws {
    let rounding = OutwardRounding(to: type)
    var generator = SplitMix64(seed: 24)
    var network = Network(input: [2])
    let first = try network.add(Selection(axis: 0, indices: [0]), [0])
    let second = try network.add(Selection(axis: 0, indices: [1]), [0])
    let product = try network.add(Multiply(), [first, second])
    for trial in 0..<2_000 {
      let box = box(2, rounding, &generator)
      let inputs = box.map {
        Interval(lower: type.full($0.lower, [1, 1]), upper: type.full($0.upper, [1, 1]))
      }
      let relaxation = Multiply().relaxation(
        inputs, NodeShapes(network, product), network.parameters(as: type))
      let unit = type.init(Tensor([2, 1], [1, -1]))
      let step = relaxation.backward(RowBlock(dense: unit), exampleOfRow: [0, 0])
      let slopes = step.inputs.map { $0.values.values.scalars }
      let constants = step.constant.values.scalars
      for _ in 0..<12 {
        let x = point(box, &generator)
        let (low, lowError) = value([slopes[0][0], slopes[1][0]], x, constants[0])
        let (high, highError) = value([-slopes[0][1], -slopes[1][1]], x, -constants[1])
        let exact = x[0] * x[1]
        let slack = 4 * Double.ulpOfOne * abs(exact)
        #expect(
          low <= exact + lowError + slack && high >= exact - highError - slack, "trial \(trial)")
      }
    }
  }
}
