/// A small random number generator whose sequence depends on its seed alone.
///
/// Equal seeds give equal numbers on every platform and with every compiler: draws use integer arithmetic
/// and the basic operations of IEEE 754, never the mathematics library of the system. It passes statistical
/// tests but is no secret.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator; equal seeds give equal sequences.
  public init(seed: UInt64) { state = seed }

  /// Creates a generator for one of many parallel streams.
  public init(seed: UInt64, stream: UInt64) {
    state = seed &+ stream &* 0xD1B5_4A32_D192_ED03
    state = next() ^ stream
  }

  /// Creates a generator for one place in a tree of streams, such as `[epoch, image]`.
  ///
  /// A place can be visited without visiting those before it, so work that was cut off continues with the
  /// numbers it would have drawn.
  public init(seed: UInt64, path: [UInt64]) {
    self.init(seed: seed)
    for step in path { self = SplitMix64(seed: next(), stream: step) }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension SplitMix64 {
  /// A number in `0 ..< 1`, a multiple of 2^-24.
  public mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number strictly between 0 and 1, an odd multiple of 2^-53.
  public mutating func uniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A number between two others, either of which rounding may give.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A number from the normal distribution of mean 0 and variance 1.
  ///
  /// One draw takes one number of the generator, so draws can be counted.
  public mutating func normal() -> Double { normalQuantile(uniform()) }

  /// A whole number in `0 ..< bound`, every one equally likely.
  ///
  /// Source: D. Lemire, "Fast random integer generation in an interval", 2019.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "No whole number is from 0 to below \(bound)")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let unfair = (0 &- bound) % bound
      while product.low < unfair { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// The numbers `0 ..< count` in a random order.
  ///
  /// The shuffle is that of Fisher and Yates, written here because the standard library does not promise
  /// the same order in its next version.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}
