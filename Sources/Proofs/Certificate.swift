import Files

/// A claim about a network, and a recipe by which anyone can prove it again.
///
/// The format is described in `docs/certificates.md`.
public struct Certificate: Sendable, Hashable {
  /// The version of the format that is read and written.
  public static let version = 1
  static let format = "surety-certificate"

  /// What is claimed.
  public var claim: Claim
  /// How it is proved.
  public var proof: Proof

  /// Creates a certificate.
  public init(claim: Claim, proof: Proof) {
    self.claim = claim
    self.proof = proof
  }

  /// Reads a line of a file of certificates.
  ///
  /// - Parameter line: A certificate, or an object that carries one as its field `certificate`.
  /// - Returns: Nil where the line is an object without a certificate.
  /// - Throws: `ProofProblem` when the line is not JSON, or its certificate is not one of this version.
  public static func read(line: [UInt8]) throws(ProofProblem) -> Certificate? {
    let value = try JSONReader.value(of: line)
    guard case .object(let fields) = value else {
      throw ProofProblem("", "the line is \(value.kind), expected an object")
    }
    if fields.contains(where: { $0.name == "format" }) { return try Certificate(json: value) }
    guard let field = fields.first(where: { $0.name == "certificate" }) else { return nil }
    if case .null = field.value { return nil }
    let certificate = try Certificate(json: field.value)
    if let why = certificate.misfit(fields) { throw ProofProblem("", why) }
    return certificate
  }

  init(json: JSON) throws(ProofProblem) {
    var fields = try Fields(json, "")
    let format = try fields.string("format")
    guard format == Self.format else {
      throw ProofProblem("format", "\"\(format)\" is not known, expected \"\(Self.format)\"")
    }
    let version = try fields.integer("version")
    guard version == Self.version else {
      throw ProofProblem("version", "\(version) is not known, expected \(Self.version)")
    }
    claim = try Claim(json: fields.take("claim"), "claim")
    proof = try Proof(json: fields.take("proof"), "proof")
    try fields.finish()
  }

  var json: JSON {
    .object([
      .init("format", .string(Self.format)), .init("version", .number(Double(Self.version))),
      .init("claim", claim.json), .init("proof", proof.json),
    ])
  }

  /// The certificate as one line of JSON, without the line's end.
  public var line: String { json.text }
}
