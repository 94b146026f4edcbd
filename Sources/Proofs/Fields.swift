/// The fields of an object while they are read: each is taken once, and none may be left.
struct Fields {
  /// What the object is, for messages.
  let place: String
  private var left: [String: JSON] = [:]

  init(_ value: JSON, _ place: String) throws(ProofProblem) {
    self.place = place
    guard case .object(let fields) = value else {
      throw ProofProblem(place, "it is \(value.kind), expected an object")
    }
    for field in fields { left[field.name] = field.value }
  }

  /// The place of a field, for messages.
  func place(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

  /// Whether a field is there and was not taken yet.
  func has(_ name: String) -> Bool { left[name] != nil }

  /// A field that may be missing.
  mutating func optional(_ name: String) -> JSON? { left.removeValue(forKey: name) }

  /// A field that must be there.
  mutating func take(_ name: String) throws(ProofProblem) -> JSON {
    guard let value = left.removeValue(forKey: name) else {
      throw ProofProblem(place, "the field \"\(name)\" is missing")
    }
    return value
  }

  mutating func string(_ name: String) throws(ProofProblem) -> String {
    try take(name).string(place(of: name))
  }

  mutating func integer(_ name: String) throws(ProofProblem) -> Int {
    try take(name).integer(place(of: name))
  }

  mutating func exact(_ name: String) throws(ProofProblem) -> ExactNumber {
    try take(name).exact(place(of: name))
  }

  mutating func numbers(_ name: String) throws(ProofProblem) -> NumberArray {
    try NumberArray(json: take(name), place(of: name))
  }

  /// A list, with each of its values read.
  mutating func list<Element>(
    _ name: String, _ element: (JSON, String) throws(ProofProblem) -> Element
  ) throws(ProofProblem) -> [Element] {
    try take(name).list(place(of: name), element)
  }

  /// A list that may be missing.
  mutating func optionalList<Element>(
    _ name: String, _ element: (JSON, String) throws(ProofProblem) -> Element
  ) throws(ProofProblem) -> [Element]? {
    try optional(name)?.list(place(of: name), element)
  }

  /// Refuses fields that nobody asked for.
  func finish() throws(ProofProblem) {
    guard let unknown = left.keys.min() else { return }
    throw ProofProblem(place, "the field \"\(unknown)\" is not known")
  }
}

extension JSON {
  func string(_ place: String) throws(ProofProblem) -> String {
    guard case .string(let value) = self else {
      throw ProofProblem(place, "it is \(kind), expected a string")
    }
    return value
  }

  func boolean(_ place: String) throws(ProofProblem) -> Bool {
    guard case .boolean(let value) = self else {
      throw ProofProblem(place, "it is \(kind), expected true or false")
    }
    return value
  }

  func number(_ place: String) throws(ProofProblem) -> Double {
    guard case .number(let value) = self else {
      throw ProofProblem(place, "it is \(kind), expected a number")
    }
    return value
  }

  /// A whole number that is not negative and can be an index.
  func integer(_ place: String) throws(ProofProblem) -> Int {
    guard case .number(let value) = self, value == value.rounded(), value >= 0, value < 0x1p32
    else { throw ProofProblem(place, "expected a whole number from 0 on") }
    return Int(value)
  }

  func exact(_ place: String) throws(ProofProblem) -> ExactNumber {
    let text = try string(place)
    guard let number = ExactNumber(text) else {
      throw ProofProblem(
        place, "\"\(text.prefix(40))\" is no exact number, expected such as 0.1, 2/255 or 0x1.8p-3")
    }
    return number
  }

  func list<Element>(
    _ place: String, _ element: (JSON, String) throws(ProofProblem) -> Element
  ) throws(ProofProblem) -> [Element] {
    guard case .array(let values) = self else {
      throw ProofProblem(place, "it is \(kind), expected a list")
    }
    var result: [Element] = []
    result.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      result.append(try element(value, "\(place)[\(index)]"))
    }
    return result
  }
}
