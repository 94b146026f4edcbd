import Proofs

extension PreparedClaim {
  /// Tries a proof of a leaf, for whoever builds a tree.
  ///
  /// - Parameters:
  ///   - proof: The leaf's proof.
  ///   - cuts: The cuts on the way from the root, each with whether the leaf is below it.
  ///   - passes: The passes over the whole region.
  /// - Soundness: Where the outcome says that it is proved, no input of the part gives a violation.
  /// - Throws: `Rejection` when the proof or a cut does not fit the claim.
  public func prove(
    _ proof: Proof, in cuts: [(cut: TreeProof.Cut, isBelow: Bool)], after passes: [LinearProof.Pass]
  ) throws(Rejection) -> ProofOutcome {
    let conditions = Array(self.conditions.indices)
    guard let whole = try state(after: passes) else {
      return ProofOutcome(isProved: true, bounds: conditions.map { _ in .infinity }, reason: "")
    }
    var part = Part()
    var ends: [Part.End] = []
    for (cut, isBelow) in cuts {
      let end = try end(of: cut, isUpper: isBelow)
      part.ends.append(end)
      if case .node = cut.place { ends.append(end) }
    }
    return try outcome(of: (proof, part, ends), conditions, within: whole)
  }
}
