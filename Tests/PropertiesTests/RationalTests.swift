import Foundation
import TestSupport
import Testing

@testable import Properties

@Suite("Numbers are computed with exactly, and rounded once")
struct RationalTests {
  private func rational(_ text: String) throws -> Rational {
    try #require(Rational(decimal: Array(text.utf8)[...]), "\(text)")
  }

  @Test("A double becomes the rational that it is, and back")
  func doubles() throws {
    var random = SplitMix64(seed: 1)
    var values: [Double] = [
      0, 1, -1, 0.1, 1e300, -1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ]
    for _ in 0..<2000 {
      values.append(Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random)))
    }
    for value in values where value.isFinite {
      let exact = try #require(Rational(value))
      #expect(exact.nearest == value && exact.roundedUp == value && exact.roundedDown == value)
    }
    #expect(Rational(Double.infinity) == nil && Rational(Double.nan) == nil)
  }

  @Test("Rounding is to nearest as the C library reads decimals, and encloses the number")
  func rounding() throws {
    var random = SplitMix64(seed: 2)
    for _ in 0..<4000 {
      let digits = (0..<Int.random(in: 1...25, using: &random)).map { _ in
        Character("\(Int.random(in: 0...9, using: &random))")
      }
      let sign = Bool.random(using: &random) ? "-" : ""
      let text = sign + String(digits) + "e\(Int.random(in: -340...300, using: &random))"
      let exact = try rational(text)
      let expected = strtod(text, nil)
      #expect(exact.nearest == expected, "\(text)")
      let (below, above) = (exact.roundedDown, exact.roundedUp)
      #expect(below <= expected && expected <= above && above <= below.nextUp, "\(text)")
      if let low = Rational(below) { #expect(low <= exact, "\(text)") }
      if let high = Rational(above) { #expect(high >= exact, "\(text)") }
      #expect((below == above) == (Rational(below) == exact), "\(text)")
    }
  }

  @Test("Ties go to even, and what is too large becomes infinite")
  func ties() throws {
    let half = try #require(Rational(0x1p-53))
    #expect((.one + half).nearest == 1 && (.one + half).roundedUp == 1.0.nextUp)
    #expect((.one + half + half + half).nearest == 1.0.nextUp.nextUp)
    #expect(try rational("1e400").nearest == .infinity)
    #expect(try rational("-1e400").nearest == -.infinity)
    #expect(try rational("1e400").roundedDown == .greatestFiniteMagnitude)
    #expect(try rational("1e-400").nearest == 0)
    #expect(try rational("1e-400").roundedUp == .leastNonzeroMagnitude)
    #expect(try rational("1.7976931348623158e308").nearest == .greatestFiniteMagnitude)
    #expect(try rational("1.7976931348623159e308").nearest == .infinity)
  }

  @Test("Sums of decimals are those of arithmetic at school")
  func decimals() throws {
    #expect(try rational("0.1") + rational("0.2") == rational("0.3"))
    #expect(try rational("0.1") * rational("3") == rational("3e-1"))
    #expect(try rational("1") / rational("8") == rational("0.125"))
    #expect(try rational("-.5") < rational("+5.e-2"))
    #expect(try rational("1e20") + rational("1e-20") - rational("1e20") == rational("1e-20"))
    #expect(Rational(decimal: Array("1e5000".utf8)[...]) == nil)
    #expect(try rational("0e5000") == .zero)
  }
}
