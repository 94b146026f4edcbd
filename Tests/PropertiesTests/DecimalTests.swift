import Foundation
import TestSupport
import Testing

@testable import Properties

@Suite struct DecimalTests {
  private func read(_ text: String) -> Double? { decimal(Array(text.utf8)[...]) }

  @Test func decimalsAreTheNearestDoubles() {
    var generator = SplitMix64(seed: 11)
    for _ in 0..<20_000 {
      let digits = (0..<Int.random(in: 1...25, using: &generator)).map { _ in
        Character("\(Int.random(in: 0...9, using: &generator))")
      }
      let cut = Int.random(in: 0...digits.count, using: &generator)
      let sign = ["", "-", "+"].randomElement(using: &generator)!
      let exponent =
        Bool.random(using: &generator) ? "e\(Int.random(in: -330...330, using: &generator))" : ""
      let text = sign + String(digits[..<cut]) + "." + String(digits[cut...]) + exponent
      // The C library as the judge.
      #expect(read(text)?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
    }
  }

  @Test func everyDoubleReadsBack() {
    var generator = SplitMix64(seed: 12)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(read("\(value)")?.bitPattern == value.bitPattern)
    }
  }

  @Test(arguments: [
    "", "-", "+", ".", "e5", "1e", "1e+", "1e5.0", "--1", "1 ", " 1", "1_000", "0x1", "nan", "inf",
    "infinity", "1.2.3", "1e5e5", "1,5", "١",
  ])
  func anythingElseIsNoNumber_Fails(_ text: String) {
    #expect(read(text) == nil)
  }

  @Test func hugeNumbersAreInfiniteAndTinyOnesZero() {
    #expect(read("1e999") == .infinity)
    #expect(read("-1e99999999999999999999") == -.infinity)
    #expect(read("1e-99999999999999999999") == 0)
    #expect(read("0e99999999999999999999") == 0)
    #expect(read(String(repeating: "9", count: 400)) == .infinity)
  }
}
