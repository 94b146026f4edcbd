import CKernels

/// For four factors, the sums of `|a - factor * b|` over two arrays of the same length.
///
/// - Soundness: Rounded like any sum in single precision; good enough to choose a factor by, not to prove with.
public func distances(
  _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>, factors: SIMD4<Float>
) -> SIMD4<Float> {
  precondition(a.count == b.count, "Arrays of one length")
  var sums = SIMD4<Float>()
  withUnsafePointer(to: factors) { factors in
    withUnsafeMutablePointer(to: &sums) { sums in
      let lanes = Int(SURETY_FACTORS)
      factors.withMemoryRebound(to: Float.self, capacity: lanes) { factors in
        sums.withMemoryRebound(to: Float.self, capacity: lanes) { sums in
          surety_distances_f32(a.baseAddress, b.baseAddress, a.count, factors, sums)
        }
      }
    }
  }
  return sums
}
