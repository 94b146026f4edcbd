import Files
import TestSupport
import Testing

@testable import Properties

@Suite struct RegionTests {
  @Test func aBoxContainsItsEndsAndNothingBeyond() throws {
    let region = try Region(lower: [0, -1], upper: [1, 1])
    #expect(region.count == 2)
    #expect(region.center == [0.5, 0])
    #expect(region.contains([0, 1]))
    #expect(!region.contains([0, 1.0.nextUp]))
    #expect(!region.contains([-0.0.nextUp, 0]))
    #expect(!region.contains([.nan, 0]))
    #expect(!region.contains([0]))
    #expect(region.contains([0, 1.01], tolerance: 0.02))
    #expect(!region.isPoint)
    #expect(try Region(lower: [1], upper: [1]).isPoint)
  }

  @Test func aWrongBox_Fails() {
    #expect(
      refusal { _ = try Region(lower: [0], upper: [1, 2]) }
        == "region: 1 lower ends but 2 upper ends, expected as many of each")
    #expect(
      refusal { _ = try Region(lower: [0, 2], upper: [1, 1]) }
        == "region: element 1: lower end 2.0 is above upper end 1.0")
    #expect(
      refusal { _ = try Region(lower: [0, .nan], upper: [1, 1], source: "box.json") }
        == "box.json: element 1: ends nan and 1.0 must be finite")
    #expect(refusal { _ = try Region(lower: [], upper: []) } == "region: has no elements")
  }

  @Test func anInfinityBallIsABoxRoundedOutward() throws {
    let eps = 8.0 / 255
    let region = try Region.ball(
      around: [0.5, 0.1, 1], radius: eps, norm: .infinity, clippedTo: 0...1)
    #expect(region.ball == nil)
    #expect(region.lower[0] <= 0.5 - eps && region.lower[0] >= (0.5 - eps).nextDown)
    #expect(region.upper[1] >= 0.1 + eps && region.upper[1] <= (0.1 + eps).nextUp)
    #expect(region.upper[2] == 1)
  }

  @Test func outwardRoundingCoversTheExactEnds() throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<2000 {
      let center = Double.random(in: -1...1, using: &generator)
      let radius = Double.random(in: 0...0.1, using: &generator)
      let region = try Region.ball(around: [center], radius: radius, norm: .infinity)
      let upper = exactSum(center, radius)
      // upper[0] >= value + error, which is the exact end.
      #expect(region.upper[0] - upper.value >= upper.error)
      #expect(region.upper[0] <= upper.value.nextUp)
    }
  }

  @Test func aBallOfRadiusZeroIsAPoint() throws {
    for norm in Norm.allCases {
      let region = try Region.ball(around: [0.1, 0.2], radius: 0, norm: norm, clippedTo: 0...1)
      #expect(region.isPoint)
      #expect(region.lower == [0.1, 0.2])
    }
  }

  @Test func l2AndL1BallsCutTheBox() throws {
    let disc = try Region.ball(around: [0, 0], radius: 5, norm: .two)
    #expect(disc.contains([3, 4]))
    #expect(!disc.contains([3, 4.0.nextUp]))
    #expect(disc.contains([5, 0]))
    #expect(disc.contains([3, 4.001], tolerance: 0.01))
    let diamond = try Region.ball(around: [0, 0], radius: 1, norm: .one)
    #expect(diamond.contains([0.5, -0.5]))
    #expect(!diamond.contains([0.5, -0.5.nextUp]))
    #expect(diamond.lower == [-1, -1])
    let clipped = try Region.ball(around: [0, 0], radius: 5, norm: .two, clippedTo: 0...4)
    #expect(clipped.lower == [0, 0] && clipped.upper == [4, 4])
    #expect(!clipped.contains([-1, 0]))
    #expect(!clipped.contains([4, 4]))
  }

  @Test func aCentreOutsideTheRangeIsMovedIntoTheBox() throws {
    let region = try Region.ball(around: [-0.5, 0.5], radius: 1, norm: .two, clippedTo: 0...1)
    #expect(region.center == [0, 0.5])
    #expect(region.contains(region.center))
  }

  @Test func everyElementMayHaveItsOwnRadius() throws {
    let limits = try Region(lower: [-1, -2], upper: [1, 2])
    let region = try Region.ball(around: [0.75, 0], radii: [0.5, 0.25], within: limits)
    #expect(region.lower == [0.25, -0.25])
    #expect(region.upper == [1, 0.25])
  }

  @Test func anImpossibleBall_Fails() {
    #expect(
      refusal { _ = try Region.ball(around: [0], radius: -1, norm: .two) }
        == "radius: -1.0 is not a distance, expected 0 or more")
    #expect(
      refusal { _ = try Region.ball(around: [.infinity], radius: 1, norm: .two) }
        == "center: element 0: inf is not finite")
    #expect(
      refusal {
        _ = try Region.ball(around: [0.5, 2], radius: 0.5, norm: .infinity, clippedTo: 0...1)
      }
        == "center: element 1: 2.0 is further than 0.5 from the range 0.0 to 1.0")
    #expect(
      refusal { _ = try Region.ball(around: [1.9, 1.9], radius: 1, norm: .two, clippedTo: 0...1) }
        == "region: no point of the l2 ball lies in the clip range")
    #expect(
      refusal { _ = try Region.ball(around: [0], radii: [1, 1]) } == "radii: 2 radii for 1 elements"
    )
  }

  @Test func floatsEncloseAndClip() throws {
    let region = try Region(lower: [0.1, 0.25], upper: [0.7, 0.25])
    let box = region.enclosingFloats
    #expect(Double(box.lower[0]) <= 0.1 && Double(box.lower[0].nextUp) > 0.1)
    #expect(Double(box.upper[0]) >= 0.7 && Double(box.upper[0].nextDown) < 0.7)
    #expect(box.lower[1] == 0.25 && box.upper[1] == 0.25)
    for point: [Float] in [[0, 0], [1, 1], [0.1, 0.25], [0.7, 9]] {
      let clipped = region.clipped(point)
      #expect(region.contains(clipped.map(Double.init)))
    }
    let thin = try Region(lower: [0.1], upper: [0.1])
    #expect(thin.clipped([5]) == [0.1])
    #expect(!thin.contains([Double(Float(0.1))]))
  }
}

@Suite struct RoundingTests {
  @Test func sumsProductsAndQuotientsAreRoundedUp() {
    var generator = SplitMix64(seed: 21)
    for _ in 0..<5000 {
      let a = Double.random(in: -1...1, using: &generator)
      let b = Double.random(in: -1...1, using: &generator)
      let sum = exactSum(a, b)
      #expect(sumRoundedUp(a, b) - sum.value >= sum.error)
      let product = productRoundedUp(a, b)
      #expect(product.addingProduct(-a, b) >= 0 && product <= (a * b).nextUp)
      let quotient = quotientRoundedUp(a, b)
      #expect((b > 0 ? 1 : -1) * (-a).addingProduct(quotient, b) >= 0)
      #expect(quotient <= (a / b).nextUp && -quotientRoundedUp(-a, b) <= quotient)
    }
    #expect(quotientRoundedUp(.leastNonzeroMagnitude, 3) > 0)
    #expect(productRoundedUp(1e-200, 1e-200) > 0)
    #expect(productRoundedUp(-1, 0.1) == -0.1)
    #expect(sumRoundedUp(.greatestFiniteMagnitude, .greatestFiniteMagnitude) == .infinity)
  }
}

@Suite struct EpsilonTests {
  @Test(arguments: [
    ("0.03", 0.03), ("8/255", 8.0 / 255), ("0", 0.0), ("1e-3", 0.001), ("0.5/2", 0.25), (".5", 0.5),
    ("-0", 0.0),
  ])
  func numbersAndFractionsAreRead(_ text: String, _ expected: Double) throws {
    #expect(try Epsilon.parse(text) == expected)
  }

  @Test(arguments: ["", "abc", "nan", "inf", "8/", "/255", "1/2/3", "8 / 255", "0x1", "1%"])
  func garbage_Fails(_ text: String) {
    #expect(
      refusal { _ = try Epsilon.parse(text, source: "--eps") }
        == "--eps: '\(text)' is not a distance, "
        + "expected a number such as 0.03 or a fraction such as 8/255")
  }

  @Test func negativeInfiniteAndDividedByZero_Fails() {
    #expect(
      refusal { _ = try Epsilon.parse("-8/255") }
        == "epsilon: '-8/255' is negative, expected a distance of 0 or more")
    #expect(
      refusal { _ = try Epsilon.parse("1e999") }
        == "epsilon: '1e999' is not finite, expected a number such as 0.03")
    #expect(
      refusal { _ = try Epsilon.parse("8/0") }
        == "epsilon: '8/0' divides by zero, expected a fraction such as 8/255")
  }
}
