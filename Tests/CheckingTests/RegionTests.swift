import Foundation
import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

@Suite("Regions as the network reads them")
struct RegionTests {
  private let shape = [1, 3, 2, 2]

  private func pixels(_ norm: InputRegion.Pixels.Norm, _ epsilon: String) -> InputRegion.Pixels {
    var region = InputRegion.Pixels(
      center: NumberArray(
        [0, 255, 128, 7, 9, 200, 1, 0, 255, 255, 3, 77] as [UInt8], scale: exact("1/255")),
      epsilon: exact(epsilon), norm: norm)
    (region.lowest, region.highest) = (exact("0"), exact("1"))
    region.mean = [exact("0.4914"), exact("0.4822"), exact("0.4465")]
    region.deviation = [exact("0.2471"), exact("0.2435"), exact("0.2616")]
    return region
  }

  @Test("The ends hold the exact rationals, and not much more")
  func boxes() throws {
    let pixels = pixels(.infinity, "8/255")
    let region = try RegionEnclosure(.pixels(pixels), shape: shape)
    let layout = Layout(shape)
    for element in 0..<12 {
      let center = pixels.center.exact(element)
      let (mean, width) = (
        pixels.mean[element / 4].value, pixels.deviation[element / 4].value
      )
      let low = max(.zero, center - pixels.epsilon.value)
      let high = min(.one, center + pixels.epsilon.value)
      let ends = ((low - mean) / width, (high - mean) / width)
      let place = layout.place(of: element)
      let (lower, upper) = (region.box.lower[place], region.box.upper[place])
      #expect(try #require(Rational(lower)) <= ends.0 && #require(Rational(upper)) >= ends.1)
      #expect(abs(lower - ends.0.nearest) < 1e-14 && abs(upper - ends.1.nearest) < 1e-14)
    }
  }

  @Test(
    "Rows over an l2 and an l1 ball are below the exact values, and above the box's",
    arguments: [
      InputRegion.Pixels.Norm.two, .one,
    ])
  func balls(norm: InputRegion.Pixels.Norm) throws {
    var pixels = pixels(norm, "0.3")
    (pixels.lowest, pixels.highest) = (nil, nil)
    let region = try RegionEnclosure(.pixels(pixels), shape: shape)
    let layout = Layout(shape)
    var random = SplitMix64(seed: 5)
    var rows = Rows(layout, count: 20)
    for index in rows.values.indices { rows.values[index] = .random(in: -1...1, using: &random) }
    let bounds = try #require(region.ball).leastValues(rows)
    for row in 0..<20 {
      let own = Array(rows.values[row * 12..<row * 12 + 12])
      for trial in 0..<20 {
        // The direction in which the row falls most, or another, of exact length at most the radius.
        var moves = (0..<12).map { element -> Double in
          trial == 0
            ? -own[layout.place(of: element)] / pixels.deviation[element / 4].value.nearest
            : Double.random(in: -1...1, using: &random)
        }
        if norm == .one {
          let most = moves.map { abs($0) }.max() ?? 1
          let at = moves.firstIndex { abs($0) == most } ?? 0
          moves = moves.indices.map { $0 == at ? (moves[at] < 0 ? -1 : 1) : 0 }
        }
        let size =
          norm == .two
          ? moves.reduce(0) { $0 + $1 * $1 }.squareRoot() : moves.reduce(0) { $0 + abs($1) }
        moves = moves.map { $0 / size * 0.3 * (1 - 1e-12) }
        var value = Rational.zero
        for element in 0..<12 {
          let move = try #require(Rational(moves[element]))
          let pixel = pixels.center.exact(element) + move
          let x = (pixel - pixels.mean[element / 4].value) / pixels.deviation[element / 4].value
          value += try #require(Rational(own[layout.place(of: element)])) * x
        }
        #expect(try #require(Rational(bounds[row])) <= value)
        if trial == 0 { #expect(bounds[row] > value.nearest - 1e-9) }
      }
    }
  }

  @Test("Regions that do not fit or have no input are refused")
  func refusals() {
    func reason(_ region: InputRegion) -> String {
      do {
        _ = try RegionEnclosure(region, shape: shape)
        return ""
      } catch { return error.description }
    }
    let zeros = NumberArray([Double](repeating: 0, count: 12))
    #expect(
      reason(.box(lower: NumberArray([0.0]), upper: zeros))
        == "the region's lower has 1 elements, the network's input 12")
    #expect(
      reason(.box(lower: NumberArray([Double](repeating: 1, count: 12)), upper: zeros))
        == "the region is empty: element 0 has its lower end above its upper end")
    var far = pixels(.infinity, "0.01")
    far.highest = exact("0.1")
    #expect(reason(.pixels(far)) == "the region is empty: pixel 1 is too far from its limits")
    var odd = pixels(.infinity, "0.01")
    odd.mean = [exact("0"), exact("1")]
    #expect(
      reason(.pixels(odd))
        == "the region's mean has 2 numbers, expected one for each of 3 channels")
  }
}

@Suite("Rounding to a side")
struct RoundingTests {
  @Test("Sums, products and intervals hold the exact results, and are exact where they can be")
  func holdsExactResults() throws {
    var random = SplitMix64(seed: 12)
    func number() -> Double {
      let exponent = Int.random(in: -540...500, using: &random)
      let value = Double.random(in: -1...1, using: &random)
      return [
        0, 1, value, value * Double(sign: .plus, exponent: exponent, significand: 1), 0x1p-1074,
      ]
      .randomElement(using: &random) ?? 0
    }
    for _ in 0..<3000 {
      let (a, b) = (number(), number())
      let (x, y) = (try #require(Rational(a)), try #require(Rational(b)))
      for (down, up, exact) in [
        (Rounding.sumDown(a, b), Rounding.sumUp(a, b), x + y),
        (Rounding.productDown(a, b), Rounding.productUp(a, b), x * y),
      ] {
        let (low, high) = (try #require(Rational(down)), try #require(Rational(up)))
        #expect(low <= exact && exact <= high, "\(a), \(b)")
        #expect(up <= down.nextUp.nextUp, "\(a), \(b)")
      }
      let size = abs(b) + 1
      let quotient = Interval(a, a) / Interval(size, size)
      let exact = x / (try #require(Rational(size)))
      #expect(try #require(Rational(quotient.lower)) <= exact)
      #expect(try #require(Rational(quotient.upper)) >= exact)
    }
    #expect(Rounding.sumDown(1, 2) == 3 && Rounding.sumUp(1, 2) == 3)
    #expect(Rounding.sumDown(1, 0x1p-80) == 1 && Rounding.sumUp(1, 0x1p-80) == 1.0.nextUp)
  }

  @Test("What overflows does not become a number again")
  func overflow() {
    let most = Double.greatestFiniteMagnitude
    #expect(Rounding.sumDown(most, most) == .infinity)
    #expect(!Rounding.sumDown(.infinity, -1).isFinite)
    #expect(Rounding.productDown(most, 2) == .infinity)
    #expect(Rounding.sumUp(-most, -most) == -.infinity)
  }

  @Test("Curves' values and lines hold the curves", arguments: [RisingCurve.sigmoid, .tanh])
  func curves(curve: RisingCurve) throws {
    func near(_ x: Double) -> Double { curve == .sigmoid ? 1 / (1 + exp(-x)) : tanh(x) }
    var random = SplitMix64(seed: 3)
    for trial in 0..<400 {
      let ends = (0..<2).map { _ in
        Double.random(in: -1...1, using: &random) * [0.01, 1, 5, 40, 900][trial % 5]
      }.sorted()
      var x = Enclosure(lower: [ends[0]], upper: [ends[1]])
      x.finish()
      let (values, lines) = (curve.enclosure(of: x), curve.lines(over: x))
      #expect(values.lower[0] <= near(ends[0]) + 1e-15 && near(ends[0]) - 1e-9 <= values.lower[0])
      #expect(values.upper[0] >= near(ends[1]) - 1e-15 && near(ends[1]) + 1e-9 >= values.upper[0])
      var (gapBelow, gapAbove) = (Double.infinity, Double.infinity)
      for step in 0...200 {
        let at = ends[0] + (ends[1] - ends[0]) * Double(step) / 200
        let below = lines.lowerSlope[0] * at + lines.lowerIntercept[0]
        let above = lines.upperSlope[0] * at + lines.upperIntercept[0]
        gapBelow = min(gapBelow, near(at) - below)
        gapAbove = min(gapAbove, above - near(at))
      }
      #expect(gapBelow > -1e-12 && gapAbove > -1e-12, "\(ends)")
      // The lines touch the curve, or nearly so.
      #expect(gapBelow < 0.02 && gapAbove < 0.02, "\(ends): \(gapBelow), \(gapAbove)")
    }
  }
}
