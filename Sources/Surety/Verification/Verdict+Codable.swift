import Properties
import Records

// Written as the program's records are: an object with the word of the verdict, and what belongs to it beside.

extension Verdict: Codable {
  private enum CodingKeys: String, CodingKey { case verdict, witness, reason }
  private enum Word: String, Codable { case proved, refuted, undecided }

  /// Reads an object such as `{"verdict": "undecided", "reason": "..."}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    switch try values.decode(Word.self, forKey: .verdict) {
    case .proved: self = .proved
    case .refuted: self = .refuted(try values.decode(Witness.self, forKey: .witness))
    case .undecided: self = .undecided(try values.decode(String.self, forKey: .reason))
    }
  }

  /// Writes an object such as `{"verdict": "proved"}`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .proved: try values.encode(Word.proved, forKey: .verdict)
    case .refuted(let witness):
      try values.encode(Word.refuted, forKey: .verdict)
      try values.encode(witness, forKey: .witness)
    case .undecided(let reason):
      try values.encode(Word.undecided, forKey: .verdict)
      try values.encode(reason, forKey: .reason)
    }
  }
}

extension Verification: Codable {
  private enum CodingKeys: String, CodingKey {
    case verdict, reason, method, margin, arithmetic, seconds, steps, witness, meaning
    case withoutCertificate = "no_certificate"
    case proofSeconds = "proof_seconds"
    case certifiedVolume = "certified_volume"
  }

  /// Reads what `surety verify --json` prints.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let word = try values.decode(String.self, forKey: .verdict)
    let answer: Answer
    switch word {
    case Answer.holds.word: answer = .holds
    case Answer.unknown.word: answer = .unknown
    case Answer.timeout.word: answer = .timeout
    case "sat": answer = .violated(try values.decode(Witness.self, forKey: .witness))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .verdict, in: values,
        debugDescription: "\"\(word)\" is no verdict, expected unsat, sat, unknown or timeout")
    }
    self.init(
      answer: answer, reason: try values.decode(String.self, forKey: .reason),
      method: try values.decodeIfPresent(String.self, forKey: .method),
      bestMargin: try values.decodeIfPresent(Double.self, forKey: .margin),
      arithmetic: try values.decode(String.self, forKey: .arithmetic),
      steps: try values.decode([Step].self, forKey: .steps),
      seconds: try values.decode(Double.self, forKey: .seconds),
      proof: try ProofRecord(
        from: values, meaning: .meaning, missing: .withoutCertificate, seconds: .proofSeconds),
      certifiedVolume: try values.decodeIfPresent(Double.self, forKey: .certifiedVolume))
  }

  /// Writes what `surety verify --json` prints.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(answer.word, forKey: .verdict)
    try values.encode(reason, forKey: .reason)
    try values.encodeIfPresent(method, forKey: .method)
    try values.encodeIfPresent(bestMargin, forKey: .margin)
    try values.encode(arithmetic, forKey: .arithmetic)
    try values.encode(seconds, forKey: .seconds)
    try values.encode(steps, forKey: .steps)
    try proof?.encode(
      to: &values, meaning: .meaning, missing: .withoutCertificate, seconds: .proofSeconds)
    try values.encodeIfPresent(certifiedVolume, forKey: .certifiedVolume)
    if case .violated(let witness) = answer { try values.encode(witness, forKey: .witness) }
  }
}
