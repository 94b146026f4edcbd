import Checking
import Networks
import Proofs
import Properties

/// A number of a test, exactly.
func exact(_ text: String) -> ExactNumber {
  guard let number = ExactNumber(text) else { preconditionFailure("\(text) is no exact number") }
  return number
}

extension CheckedNetwork {
  /// A claim about this network.
  func claim(
    _ region: InputRegion, _ property: OutputProperty, _ meanings: [Claim.Meaning] = [.real],
    _ verdict: Claim.Verdict = .holds
  ) -> Claim {
    Claim(
      network: .init(sha256: sha256, input: input, output: output), meanings: meanings,
      region: region, property: property, verdict: verdict)
  }
}

/// The digest of networks that come from no file.
let noDigest = String(repeating: "0", count: 64)

/// The claim that a sum of outputs is above a bound.
func above(_ bound: ExactNumber, _ terms: [OutputProperty.Term]) -> OutputProperty {
  .conditions([[.init(outputs: terms, bound: bound)]])
}
