import Files

extension ResultLine {
  /// The keys of a line; those of the run stand beside the others, so that each line speaks for itself.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case schema
    case modelDigest = "model_sha256"
    case data
    case dataDigest = "data_sha256"
    case region, methods, arithmetic, threshold, effort, version, example, name, label, prediction
    case verdict, method, margins
    case cleanMargin = "clean_margin"
    /// Written for readers; it follows from the others.
    case decidingMargin = "deciding_margin"
    case methodSeconds = "method_seconds"
    case seconds, reason, counterexample, batch, certificate, meaning
    case withoutCertificate = "no_certificate"
    case proofSeconds = "proof_seconds"
  }

  private enum CertificateKeys: String, CodingKey, CaseIterable { case format, claim, proof }

  /// Reads a line.
  ///
  /// - Throws: `DecodingError` when a key is missing or the layout is unknown.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    schema = try values.decode(Int.self, forKey: .schema)
    guard schema == resultSchema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: values,
        debugDescription: "schema \(schema) is not known, expected \(resultSchema)")
    }
    run = RunRecord(
      modelDigest: try values.decode(String.self, forKey: .modelDigest),
      data: try values.decode(String.self, forKey: .data),
      dataDigest: try values.decode(String.self, forKey: .dataDigest),
      region: try values.decode(RegionRecord.self, forKey: .region),
      methods: try values.decode([String].self, forKey: .methods),
      arithmetic: try values.decode(String.self, forKey: .arithmetic),
      threshold: try values.decodeIfPresent(Double.self, forKey: .threshold))
    run.effort = try values.decodeIfPresent(EffortRecord.self, forKey: .effort)
    run.version = try values.decodeIfPresent(String.self, forKey: .version)
    example = try values.decode(Int.self, forKey: .example)
    guard (0..<Places.most).contains(example) else {
      throw DecodingError.dataCorruptedError(
        forKey: .example, in: values, debugDescription: "\(example) is no place of an example")
    }
    name = try values.decodeIfPresent(String.self, forKey: .name)
    label = try values.decode(Int.self, forKey: .label)
    prediction = try values.decodeIfPresent(Int.self, forKey: .prediction)
    cleanMargin = try values.decodeIfPresent(Double.self, forKey: .cleanMargin)
    verdict = try values.decode(ExampleVerdict.self, forKey: .verdict)
    method = try values.decodeIfPresent(String.self, forKey: .method)
    margins = try values.decode([Double?].self, forKey: .margins)
    methodSeconds = try values.decode([String: Double].self, forKey: .methodSeconds)
    seconds = try values.decode(Double.self, forKey: .seconds)
    reason = try values.decodeIfPresent(String.self, forKey: .reason)
    counterexample = try values.decodeIfPresent(Counterexample.self, forKey: .counterexample)
    batch = try values.decodeIfPresent(Places.self, forKey: .batch)
    // Only whether there is one: a checker reads it, and it may be long.
    if values.contains(.certificate), !(try values.decodeNil(forKey: .certificate)) {
      let parts = try values.nestedContainer(keyedBy: CertificateKeys.self, forKey: .certificate)
      guard CertificateKeys.allCases.allSatisfy(parts.contains(_:)) else {
        throw DecodingError.dataCorruptedError(
          forKey: .certificate, in: values, debugDescription: "it has no claim and no proof")
      }
      carriesCertificate = true
    }
    proof = try ProofRecord(
      from: values, meaning: .meaning, missing: .withoutCertificate, seconds: .proofSeconds)
  }

  /// Writes a line, the keys of the run beside the others, without its certificate, which is added to the text.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(schema, forKey: .schema)
    try values.encode(run.modelDigest, forKey: .modelDigest)
    try values.encode(run.data, forKey: .data)
    try values.encode(run.dataDigest, forKey: .dataDigest)
    try values.encode(run.region, forKey: .region)
    try values.encode(run.methods, forKey: .methods)
    try values.encode(run.arithmetic, forKey: .arithmetic)
    try values.encodeIfPresent(run.effort, forKey: .effort)
    try values.encodeIfPresent(run.version, forKey: .version)
    try values.encodeIfPresent(run.threshold, forKey: .threshold)
    try values.encode(example, forKey: .example)
    try values.encodeIfPresent(name, forKey: .name)
    try values.encode(label, forKey: .label)
    try values.encodeIfPresent(prediction, forKey: .prediction)
    try values.encodeIfPresent(cleanMargin, forKey: .cleanMargin)
    try values.encodeIfPresent(decidingMargin, forKey: .decidingMargin)
    try values.encode(verdict, forKey: .verdict)
    try values.encodeIfPresent(method, forKey: .method)
    try values.encode(margins, forKey: .margins)
    try values.encode(methodSeconds, forKey: .methodSeconds)
    try values.encode(seconds, forKey: .seconds)
    try values.encodeIfPresent(reason, forKey: .reason)
    try values.encodeIfPresent(counterexample, forKey: .counterexample)
    try values.encodeIfPresent(batch, forKey: .batch)
    try proof?.encode(
      to: &values, meaning: .meaning, missing: .withoutCertificate, seconds: .proofSeconds)
  }
}
