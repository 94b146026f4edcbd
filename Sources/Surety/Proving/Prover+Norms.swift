import Checking
import Lipschitz
import Proofs
import Synchronization

/// The norms of a network's linear maps, found once for each way in which it reads pixels.
final class FoundNorms: Sendable {
  /// What the maps from the input depend on.
  struct Reading: Hashable {
    var deviation: [ExactNumber]
    var hasPixels: Bool

    init(_ region: InputRegion) {
      switch region {
      case .box, .tokens: (deviation, hasPixels) = ([], false)
      case .pixels(let pixels): (deviation, hasPixels) = (pixels.deviation, true)
      }
    }
  }

  private let known = Mutex<[Reading: Result<[LipschitzProof.Norm], NoCertificate>]>([:])

  /// The norms for the region of a claim.
  func norms(_ claim: PreparedClaim) throws(NoCertificate) -> [LipschitzProof.Norm] {
    let reading = Reading(claim.claim.region)
    return try known.withLock { known in
      if let found = known[reading] { return found }
      let found = Result { () throws(NoCertificate) in try Self.found(claim) }
      known[reading] = found
      return found
    }.get()
  }

  /// How much more is stated than was proved, so that the checker, which loses a little more to rounding, proves it too.
  private static let room = 1 + 0x1p-20

  private static func found(
    _ claim: PreparedClaim
  ) throws(NoCertificate) -> [LipschitzProof.Norm] {
    let mappings: [PreparedClaim.LinearMapping]
    do throws(Rejection) { mappings = try claim.linearMappings() } catch {
      throw .refused(error.description)
    }
    return mappings.compactMap { map in
      let norm = norm(of: map.form) * room
      return norm.isFinite
        ? LipschitzProof.Norm(node: map.node, source: map.source, norm: norm) : nil
    }
  }

  private static func norm(of form: PreparedClaim.Form) -> Double {
    switch form {
    case .matrix(let rows, let columns, let values, let error):
      Matrix(rows: rows, columns: columns, values).spectralNorm.upper.value + error
    case .convolution(let own):
      NormEnclosure.upperBound(
        ofConvolution: own.kernels, shape: own.shape, own.geometry, input: own.input,
        output: own.output,
        roundings: own.roundings
      ).value
    }
  }
}

extension Prover {
  /// What may prove that a property holds that constants decided, cheapest first.
  func proofsByConstants(_ claim: Proofs.Claim) throws(NoCertificate) -> [Proof] {
    [
      .interval(weights: nil), .linear(LinearProof()),
      .lipschitz(LipschitzProof(norms: try norms.norms(prepare(claim)))),
    ]
  }
}
