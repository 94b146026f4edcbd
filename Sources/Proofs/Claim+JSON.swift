extension Claim {
  init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    network = try Subject(json: fields.take("network"), "\(place).network")
    meanings = try fields.list("meaning") { (value, place) throws(ProofProblem) in
      try named(value, place)
    }
    guard !meanings.isEmpty, Set(meanings).count == meanings.count else {
      throw ProofProblem("\(place).meaning", "expected one meaning or two different ones")
    }
    region = try InputRegion(json: fields.take("region"), "\(place).region")
    property = try OutputProperty(json: fields.take("property"), "\(place).property")
    verdict = try named(fields.take("verdict"), "\(place).verdict")
    words = try fields.optional("words")?.string("\(place).words")
    try fields.finish()
  }

  var json: JSON {
    var fields: [JSON.Field] = [
      .init("network", network.json),
      .init("meaning", .array(meanings.map { .string($0.rawValue) })),
      .init("region", region.json), .init("property", property.json),
      .init("verdict", .string(verdict.rawValue)),
    ]
    if let words { fields.append(.init("words", .string(words))) }
    return .object(fields)
  }
}

/// A case of an enumeration by its name.
private func named<Value: RawRepresentable<String> & CaseIterable>(
  _ json: JSON, _ place: String
) throws(ProofProblem) -> Value {
  let name = try json.string(place)
  guard let value = Value(rawValue: name) else {
    let known = Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    throw ProofProblem(place, "\"\(name)\" is not known, expected one of \(known)")
  }
  return value
}

extension Claim.Subject {
  init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    sha256 = try fields.string("sha256")
    input = try fields.string("input")
    output = try fields.string("output")
    try fields.finish()
    let isDigest =
      sha256.utf8.count == 64 && sha256.utf8.allSatisfy { $0.isHexadecimalDigit }
      && sha256.lowercased() == sha256
    guard isDigest else {
      throw ProofProblem("\(place).sha256", "expected 64 digits of lowercase hexadecimal")
    }
  }

  var json: JSON {
    .object([
      .init("sha256", .string(sha256)), .init("input", .string(input)),
      .init("output", .string(output)),
    ])
  }
}

extension InputRegion {
  init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    switch try fields.string("kind") {
    case "box":
      self = .box(lower: try fields.numbers("lower"), upper: try fields.numbers("upper"))
    case "pixels":
      var ball = Pixels(
        center: try fields.numbers("center"), epsilon: try fields.exact("epsilon"),
        norm: try named(fields.take("norm"), "\(place).norm"))
      guard ball.epsilon.value.sign >= 0 else {
        throw ProofProblem("\(place).epsilon", "it is negative")
      }
      ball.lowest = try Self.limit(&fields, "lowest")
      ball.highest = try Self.limit(&fields, "highest")
      ball.mean = try fields.list("mean") { (value, place) throws(ProofProblem) in
        try value.exact(place)
      }
      ball.deviation = try fields.list("std") { (value, place) throws(ProofProblem) in
        let number = try value.exact(place)
        guard number.value.sign > 0 else { throw ProofProblem(place, "it is not above 0") }
        return number
      }
      guard ball.mean.count == ball.deviation.count else {
        throw ProofProblem(
          place,
          "\(ball.mean.count) means and \(ball.deviation.count) stds, expected as many of either")
      }
      self = .pixels(ball)
    case "tokens": self = .tokens(try Tokens(&fields))
    case let kind: throw ProofProblem("\(place).kind", "\"\(kind)\" is not known")
    }
    try fields.finish()
  }

  private static func limit(
    _ fields: inout Fields, _ name: String
  ) throws(ProofProblem) -> ExactNumber? {
    let value = try fields.take(name)
    if case .null = value { return nil }
    return try value.exact(fields.place(of: name))
  }

  var json: JSON {
    switch self {
    case .box(let lower, let upper):
      return .object([
        .init("kind", .string("box")), .init("lower", lower.json), .init("upper", upper.json),
      ])
    case .pixels(let ball):
      return .object([
        .init("kind", .string("pixels")), .init("center", ball.center.json),
        .init("epsilon", .string(ball.epsilon.text)), .init("norm", .string(ball.norm.rawValue)),
        .init("lowest", ball.lowest.map { .string($0.text) } ?? .null),
        .init("highest", ball.highest.map { .string($0.text) } ?? .null),
        .init("mean", .array(ball.mean.map { .string($0.text) })),
        .init("std", .array(ball.deviation.map { .string($0.text) })),
      ])
    case .tokens(let text):
      return .object([
        .init("kind", .string("tokens")), .init("node", .string(text.node)),
        .init("tokens", NumberArray(shortest: text.tokens).json),
        .init("epsilon", .string(text.epsilon.text)),
        .init("change", .string(text.change.rawValue)),
      ])
    }
  }
}

extension InputRegion.Tokens {
  fileprivate init(_ fields: inout Fields) throws(ProofProblem) {
    node = try fields.string("node")
    let stated = try fields.numbers("tokens")
    guard [.byte, .short, .word].contains(stated.kind), stated.scale == nil else {
      throw ProofProblem(
        fields.place(of: "tokens"), "expected whole numbers: u8, u16 or u32, without scale")
    }
    tokens = stated.stored.map { UInt32($0) }
    epsilon = try fields.exact("epsilon")
    guard epsilon.value.sign >= 0 else {
      throw ProofProblem(fields.place(of: "epsilon"), "it is negative")
    }
    change = try named(fields.take("change"), fields.place(of: "change"))
  }
}

extension OutputProperty {
  init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    switch try fields.string("kind") {
    case "label": self = .label(try fields.integer("label"))
    case "prediction":
      self = .prediction(place: try fields.integer("place"), token: try fields.integer("token"))
    case "conditions":
      let conditions = try fields.list("conditions") { (value, place) throws(ProofProblem) in
        try value.list(place) { (value, place) throws(ProofProblem) in
          try Constraint(json: value, place)
        }
      }
      guard !conditions.isEmpty else {
        throw ProofProblem("\(place).conditions", "there are none, so nothing is claimed")
      }
      self = .conditions(conditions)
    case let kind: throw ProofProblem("\(place).kind", "\"\(kind)\" is not known")
    }
    try fields.finish()
  }

  var json: JSON {
    switch self {
    case .label(let label):
      return .object([.init("kind", .string("label")), .init("label", .number(Double(label)))])
    case .prediction(let place, let token):
      return .object([
        .init("kind", .string("prediction")), .init("place", .number(Double(place))),
        .init("token", .number(Double(token))),
      ])
    case .conditions(let conditions):
      return .object([
        .init("kind", .string("conditions")),
        .init("conditions", .array(conditions.map { .array($0.map(\.json)) })),
      ])
    }
  }
}

extension OutputProperty.Constraint {
  init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    outputs = try fields.list("outputs", Self.term)
    inputs = try fields.optionalList("inputs", Self.term) ?? []
    bound = try fields.exact("bound")
    isStrict = try fields.optional("strict")?.boolean("\(place).strict") ?? false
    try fields.finish()
  }

  private static func term(
    _ value: JSON, _ place: String
  ) throws(ProofProblem) -> OutputProperty.Term {
    guard case .array(let pair) = value, pair.count == 2 else {
      throw ProofProblem(place, "expected an index and a coefficient")
    }
    return OutputProperty.Term(try pair[0].integer(place), try pair[1].exact(place))
  }

  var json: JSON {
    func list(_ terms: [OutputProperty.Term]) -> JSON {
      .array(terms.map { .array([.number(Double($0.index)), .string($0.coefficient.text)]) })
    }
    var fields: [JSON.Field] = [.init("outputs", list(outputs))]
    if !inputs.isEmpty { fields.append(.init("inputs", list(inputs))) }
    fields.append(.init("bound", .string(bound.text)))
    if isStrict { fields.append(.init("strict", .boolean(true))) }
    return .object(fields)
  }
}
