import Digests
import Files
import ModelFiles
import Networks
import Proofs

/// A network about which certificates are checked, prepared once.
///
///     let network = try CheckedNetwork(contentsOf: "model.onnx")
///     network.check(certificate)   // accepted, or rejected with a reason
///
/// It takes the graph as it was read, and evaluates none of it: intervals, rows and their rounding are the checker's own.
public struct CheckedNetwork: Sendable {
  /// The SHA-256 digest of the model file, decompressed.
  public let sha256: String
  /// The name of the input.
  public let input: String
  /// The name of the output.
  public let output: String
  /// The tensor by which each node of the network is named, nil for nodes without one.
  public let tensors: [String?]
  private let inputShape: [Int]
  private let isReadExactly: Bool
  private let steps: [Step]
  private let isNeeded: [Bool]
  private let outputNode: Int
  private let nodes: [String: Int]
  private let matrices: Matrices
  private let isParallel: Bool
  private let norms = KnownNorms()
  /// The network as one of tokens, or why it is none.
  let tokens: Result<TokenNetwork, Rejection>

  /// Takes a network as its file was read, without any rewriting.
  ///
  /// - Parameters:
  ///   - sha256: The digest of the file.
  ///   - isPlain: Whether products of matrices are plain loops, and not OpenBLAS.
  ///   - isParallel: Whether the passes and leaves of one certificate are taken by several threads.
  public init(
    _ network: Network, sha256: String, isPlain: Bool = false, isParallel: Bool = false
  ) {
    self.sha256 = sha256
    (input, output) = (network.inputName, network.outputName)
    inputShape = network.inputShape.dimensions
    isReadExactly = network.isReadExactly
    matrices = Matrices(isPlain: isPlain)
    tokens = Result { [matrices] () throws(Rejection) -> TokenNetwork in
      do throws(NoRule) {
        return TokenNetwork(try TokenReader.graph(of: network), matrices)
      } catch {
        throw Rejection("the network is none of tokens: \(error.reason)")
      }
    }
    // Of tokens nothing else is known than the rule for them, and attention written out would be large.
    let isOfTokens = if case .success = tokens { true } else { false }
    let (steps, places) = isOfTokens ? ([], []) : StepReader.steps(of: network)
    let needed = network.isNeeded
    self.steps = steps
    isNeeded = steps.map { $0.node == 0 || needed[$0.node] }
    outputNode = isOfTokens ? 0 : places[network.output]
    tensors = network.nodes.map(\.tensors.first)
    var nodes: [String: Int] = [:]
    for (id, step) in steps.enumerated() where isNeeded[id] {
      for tensor in step.tensors where nodes[tensor] == nil { nodes[tensor] = id }
    }
    self.nodes = nodes
    self.isParallel = isParallel
  }

  /// Reads a model file, `.onnx` or `.onnx.gz`.
  ///
  /// - Throws: `InputError` when it cannot be read, has several inputs, or keeps weights in other files, which its digest does
  ///   not cover.
  public init(
    contentsOf path: String, isPlain: Bool = false, isParallel: Bool = false
  ) throws(InputError) {
    let file = try ModelFile(path)
    guard file.parts.isEmpty else {
      throw InputError(path, "weights lie in other files, which the model's digest does not cover")
    }
    guard file.inputs.count == 1 else {
      throw InputError(path, "the model has \(file.inputs.count) inputs, expected one")
    }
    self.init(
      try file.network(), sha256: Digests.sha256(of: file.content), isPlain: isPlain,
      isParallel: isParallel)
  }

  /// Whether a tensor is what a ReLU, or a LeakyRelu, reads.
  public func isReadByRectifier(_ tensor: String) -> Bool {
    nodes[tensor].map { steps[$0].isRectified } ?? false
  }

  /// Checks a certificate.
  ///
  /// - Soundness: Where the result is `accepted`, the claim is true under every meaning that it names, if what `docs/checker.md`
  ///   lists is to be believed.
  public func check(_ certificate: Certificate) -> CheckResult {
    do throws(Rejection) {
      if case .tokens = certificate.claim.region {
        try requireTokens(certificate)
        return .accepted
      }
      let claim = try prepare(certificate.claim)
      switch (certificate.claim.verdict, certificate.proof) {
      case (.violated, .counterexample(let input)): try claim.checkCounterexample(input)
      case (.violated, _):
        throw Rejection("only a counterexample proves that a property is violated")
      case (.holds, let proof):
        let outcome = try claim.prove(proof)
        guard outcome.isProved else { throw Rejection(outcome.reason) }
      }
      return .accepted
    } catch {
      return .rejected(error.description)
    }
  }

  /// Prepares a claim, for which proofs can then be tried.
  ///
  /// - Throws: `Rejection` when the claim is about another network, or does not fit this one.
  public func prepare(_ claim: Claim) throws(Rejection) -> PreparedClaim {
    try requireSubject(of: claim)
    if case .success = tokens {
      throw Rejection("the network is one of tokens, for which there is the rule tokens alone")
    }
    // No error is one of the errors that single precision may make, so a proof for it is one for real numbers too.
    let analysis = Analysis(
      steps: steps, isNeeded: isNeeded,
      widest: steps.reduce(1) { max($0, $1.layout.count) }, output: outputNode,
      inputShape: inputShape,
      matrices: matrices, isParallel: isParallel, isSingle: claim.meanings.contains(.binary32),
      norms: norms,
      region: try RegionEnclosure(claim.region, shape: inputShape))
    return try PreparedClaim(claim, analysis: analysis, nodes: nodes)
  }

  /// Refuses claims about other networks, and ones without a meaning.
  func requireSubject(of claim: Claim) throws(Rejection) {
    guard claim.network.sha256 == sha256 else {
      throw Rejection("the claim is about another network: its digest differs from the model's")
    }
    guard claim.network.input == input, claim.network.output == output else {
      throw Rejection(
        "the claim is about input \(claim.network.input) and output \(claim.network.output), the model has \(input) and \(output)"
      )
    }
    guard !claim.meanings.isEmpty else { throw Rejection("the claim has no meaning") }
    try requireExact()
  }

  /// Refuses networks of which it is not known what they are for exact numbers.
  func requireExact() throws(Rejection) {
    guard isReadExactly else {
      throw Rejection(
        "the model computes constants with rounding, or has a bound that no float passes: what it is for exact numbers is not known"
      )
    }
  }
}
