import Files
import Networks
import Properties

/// What is claimed of the outputs over a region.
public enum Claim: Sendable, Hashable {
  /// The output of this index is the largest, and no other equals it.
  case label(Int)
}

/// The answer to a claim.
public enum Verdict: Sendable, Hashable {
  /// The bounds show the claim for every input of the region, in the arithmetic that they were computed in.
  case proved
  /// The claim fails at an input, which was run through the network.
  case refuted(Witness)
  /// Neither was shown, for a reason.
  case undecided(String)
}

extension Network {
  /// Decides a claim about every input of a region.
  ///
  ///     let verdict = try network.verify(.label(3), over: region, within: .seconds(30))
  ///
  /// - Parameters:
  ///   - time: How long to try, with branch and bound where bounds leave the claim open; nil for bounds alone,
  ///     as long as they take.
  ///   - precision: The arithmetic of the bounds.
  /// - Throws: `InputError` when the region or the label does not fit the network.
  public func verify(
    _ claim: Claim, over region: Region, within time: Duration? = nil,
    precision: Precision = .double
  ) throws(InputError) -> Verdict {
    try decide(claim, over: region, within: time, precision: precision) { false }
  }

  /// The same, unless it is called off, which leaves the claim undecided.
  func decide(
    _ claim: Claim, over region: Region, within time: Duration?, precision: Precision,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(InputError) -> Verdict {
    let label =
      switch claim {
      case .label(let label): label
      }
    var options = VerifierOptions()
    options.timeout = time
    options.completeMethod = time == nil ? nil : .branchAndBound
    options.precision = precision
    options.isCancelled = isCancelled
    let property = try Property.robustness(
      label: label, classes: outputShape.count, region: region)
    let result = try Verifier(self, options: options).verify(property)
    switch result.answer {
    case .holds: return .proved
    case .violated(let witness): return .refuted(witness)
    case .unknown, .timeout: return .undecided(result.reason)
    }
  }
}
