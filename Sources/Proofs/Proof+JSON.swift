extension Proof {
  /// Where a proof stands, which decides the rules that it may have.
  enum Context { case top, part, leaf }

  init(json: JSON, _ place: String, _ context: Context = .top) throws(ProofProblem) {
    var fields = try Fields(json, place)
    let rule = try fields.string("rule")
    switch (rule, context) {
    case ("interval", _):
      self = .interval(weights: try fields.optional("weights")?.weights("\(place).weights"))
    case ("linear", _):
      self = .linear(try LinearProof(&fields, mayMultiply: context == .leaf))
    case ("lipschitz", .top), ("lipschitz", .part):
      self = .lipschitz(
        LipschitzProof(
          norms: try fields.list("norms", LipschitzProof.Norm.init(json:_:)),
          weights: try fields.optional("weights")?.weights("\(place).weights")))
    case ("tokens", .top):
      self = .tokens(TokenProof(norms: try fields.list("norms", TokenProof.Norms.init(json:_:))))
    case ("empty", .leaf): self = .empty
    case ("tree", .top), ("tree", .part): self = .tree(try TreeProof(&fields))
    case ("each", .top):
      self = .each(
        try fields.list("proofs") { (value, place) throws(ProofProblem) in
          var fields = try Fields(value, place)
          let conditions = try fields.list("conditions") { (value, place) throws(ProofProblem) in
            try value.integer(place)
          }
          let proof = try Proof(json: fields.take("proof"), "\(place).proof", .part)
          try fields.finish()
          return Part(conditions: conditions, proof: proof)
        })
    case ("counterexample", .top): self = .counterexample(try fields.numbers("input"))
    case ("empty", _), ("lipschitz", _), ("tokens", _), ("tree", _), ("each", _),
      ("counterexample", _):
      throw ProofProblem(place, "the rule \"\(rule)\" cannot stand here")
    default: throw ProofProblem(place, "the rule \"\(rule)\" is not known")
    }
    try fields.finish()
  }

  var json: JSON {
    switch self {
    case .interval(let weights):
      return .object([.init("rule", .string("interval"))] + Self.weightFields(weights))
    case .linear(let proof): return .object([.init("rule", .string("linear"))] + proof.fields)
    case .lipschitz(let proof):
      return .object(
        [
          .init("rule", .string("lipschitz")), .init("norms", .array(proof.norms.map(\.json))),
        ] + Self.weightFields(proof.weights))
    case .tokens(let proof):
      return .object([
        .init("rule", .string("tokens")), .init("norms", .array(proof.norms.map(\.json))),
      ])
    case .tree(let proof): return .object([.init("rule", .string("tree"))] + proof.fields)
    case .empty: return .object([.init("rule", .string("empty"))])
    case .each(let parts):
      let proofs = parts.map { part -> JSON in
        .object([
          .init("conditions", .array(part.conditions.map { .number(Double($0)) })),
          .init("proof", part.proof.json),
        ])
      }
      return .object([.init("rule", .string("each")), .init("proofs", .array(proofs))])
    case .counterexample(let input):
      return .object([.init("rule", .string("counterexample")), .init("input", input.json)])
    }
  }

  fileprivate static func weightFields(_ weights: [[[Double]]]?) -> [JSON.Field] {
    guard let weights else { return [] }
    let lists = weights.map { combinations -> JSON in
      .array(combinations.map { .array($0.map { .number($0) }) })
    }
    return [.init("weights", .array(lists))]
  }
}

extension LipschitzProof.Norm {
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    node = try fields.string("node")
    source = try fields.string("source")
    norm = try fields.take("norm").number("\(place).norm")
    try fields.finish()
    guard norm >= 0 else { throw ProofProblem("\(place).norm", "the norm \(norm) is negative") }
  }

  fileprivate var json: JSON {
    .object([
      .init("node", .string(node)), .init("source", .string(source)),
      .init("norm", .number(norm)),
    ])
  }
}

extension TokenProof.Norms {
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    node = try fields.string("node")
    parts = try fields.list("parts") { (value, place) throws(ProofProblem) in
      let norm = try value.number(place)
      guard norm >= 0 else { throw ProofProblem(place, "the norm \(norm) is negative") }
      return norm
    }
    try fields.finish()
  }

  fileprivate var json: JSON {
    .object([
      .init("node", .string(node)), .init("parts", .array(parts.map { .number($0) })),
    ])
  }
}

extension LinearProof {
  fileprivate init(_ fields: inout Fields, mayMultiply: Bool) throws(ProofProblem) {
    let place = fields.place
    self.init(
      passes: try fields.optionalList("passes", Pass.init(json:_:)) ?? [],
      weights: try fields.optional("weights")?.weights("\(place).weights"),
      slopes: try fields.optionalList("slopes", Slopes.init(json:_:)) ?? [])
    guard mayMultiply else { return }
    multipliers = try fields.optionalList("multipliers", Multipliers.init(json:_:)) ?? []
  }

  fileprivate var fields: [JSON.Field] {
    var fields: [JSON.Field] = []
    if !passes.isEmpty { fields.append(.init("passes", .array(passes.map(\.json)))) }
    fields += Proof.weightFields(weights)
    if !slopes.isEmpty { fields.append(.init("slopes", .array(slopes.map(\.json)))) }
    if !multipliers.isEmpty {
      fields.append(.init("multipliers", .array(multipliers.map(\.json))))
    }
    return fields
  }
}

extension LinearProof.Pass {
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    node = try fields.string("node")
    let stated = try fields.take("elements")
    elements = stated == .string("unstable") ? nil : try stated.elements("\(place).elements")
    try fields.finish()
  }

  fileprivate var json: JSON {
    .object([
      .init("node", .string(node)),
      .init("elements", elements.map { NumberArray($0).json } ?? .string("unstable")),
    ])
  }
}

extension LinearProof.Slopes {
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    row = try fields.integer("row")
    node = try fields.string("node")
    elements = try fields.take("elements").elements("\(place).elements")
    let values = try fields.numbers("values")
    try fields.finish()
    guard values.kind == .byte, values.scale == nil, values.count == elements.count else {
      throw ProofProblem(
        "\(place).values", "expected \(elements.count) numbers of u8 without scale")
    }
    self.values = values.stored.map { UInt8($0) }
  }

  fileprivate var json: JSON {
    .object([
      .init("row", .number(Double(row))), .init("node", .string(node)),
      .init("elements", NumberArray(elements).json), .init("values", NumberArray(values).json),
    ])
  }
}

extension LinearProof.Multipliers {
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    row = try fields.integer("row")
    let values = try fields.numbers("values")
    try fields.finish()
    guard values.kind == .double, values.scale == nil, values.stored.allSatisfy({ $0 >= 0 }) else {
      throw ProofProblem("\(place).values", "expected numbers of f64 from 0 on, without scale")
    }
    self.values = values.stored
  }

  fileprivate var json: JSON {
    .object([.init("row", .number(Double(row))), .init("values", NumberArray(values).json)])
  }
}

extension TreeProof {
  fileprivate init(_ fields: inout Fields) throws(ProofProblem) {
    passes = try fields.optionalList("passes", LinearProof.Pass.init(json:_:)) ?? []
    root = try Branch(json: fields.take("root"), fields.place(of: "root"))
  }

  fileprivate var fields: [JSON.Field] {
    let list: [JSON.Field] =
      passes.isEmpty ? [] : [.init("passes", .array(passes.map(\.json)))]
    return list + [.init("root", root.json)]
  }
}

extension TreeProof.Branch {
  /// - Parameter place: The place of the root; that of a branch far down would be as long as the way to it.
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    if fields.has("leaf") {
      self = .leaf(try Proof(json: fields.take("leaf"), "a leaf", .leaf))
    } else {
      let cut = try TreeProof.Cut(json: fields.take("cut"), "a cut")
      self = .cut(
        cut, below: try Self(json: fields.take("below"), "a branch"),
        above: try Self(json: fields.take("above"), "a branch"))
    }
    try fields.finish()
  }

  fileprivate var json: JSON {
    switch self {
    case .leaf(let proof): .object([.init("leaf", proof.json)])
    case .cut(let cut, let below, let above):
      .object([
        .init("cut", cut.json), .init("below", below.json), .init("above", above.json),
      ])
    }
  }
}

extension TreeProof.Cut {
  fileprivate init(json: JSON, _ place: String) throws(ProofProblem) {
    var fields = try Fields(json, place)
    if fields.has("input") {
      self.place = .input(try fields.integer("input"))
    } else {
      self.place = .node(try fields.string("node"), element: try fields.integer("element"))
    }
    at = try fields.exact("at")
    try fields.finish()
  }

  fileprivate var json: JSON {
    let where_: [JSON.Field] =
      switch place {
      case .input(let input): [.init("input", .number(Double(input)))]
      case .node(let node, let element):
        [.init("node", .string(node)), .init("element", .number(Double(element)))]
      }
    return .object(where_ + [.init("at", .string(at.text))])
  }
}

extension JSON {
  /// Numbers of elements: an array of `u32`.
  fileprivate func elements(_ place: String) throws(ProofProblem) -> [UInt32] {
    let array = try NumberArray(json: self, place)
    guard array.kind == .word, array.scale == nil else {
      throw ProofProblem(place, "expected numbers of u32 without scale")
    }
    return array.stored.map { UInt32($0) }
  }

  /// For each condition its combinations of weights.
  fileprivate func weights(_ place: String) throws(ProofProblem) -> [[[Double]]] {
    try list(place) { (value, place) throws(ProofProblem) in
      try value.list(place) { (value, place) throws(ProofProblem) in
        try value.list(place) { (value, place) throws(ProofProblem) in
          let weight = try value.number(place)
          guard weight >= 0 else { throw ProofProblem(place, "the weight \(weight) is negative") }
          return weight
        }
      }
    }
  }
}
