import Networks

/// What the ONNX standard says an operator takes and gives in one version.
///
/// Source: the list of operators in the `onnx` package, which `scripts/generate_onnx_schemas.py` turns into a table.
struct ONNXSchema {
  /// An input or an output.
  struct Port {
    var name: String
    /// A type parameter, or the letter of a type.
    var type: String
    var isOptional = false
    var isVariadic = false
    /// Whether each of several inputs may have a type of its own.
    var isMixed = false
  }

  /// An attribute.
  struct Attribute {
    var name: String
    var kind: AttributeKind
    var isRequired: Bool
    /// The default as text; nil where there is none.
    var standard: String?
  }

  var name: String
  /// The first opset with this version.
  var opset: Int
  var isDeprecated: Bool
  var leastInputs: Int
  var inputs: [Port]
  var leastOutputs: Int
  var outputs: [Port]
  var attributes: [Attribute]
  /// The letters of the types that each type parameter may be.
  private var types: [String: Substring]

  /// The letters of the types that a port may have.
  func letters(_ port: Port) -> Substring { types[port.type] ?? Substring(port.type) }

  /// Whether a type is a parameter, the same wherever it stands in a node.
  func isParameter(_ type: String) -> Bool { types[type] != nil }

  /// The port of an input or output; nil where there is none.
  static func port(_ index: Int, of ports: [Port]) -> Port? {
    if index < ports.count { return ports[index] }
    return ports.last.flatMap { $0.isVariadic ? $0 : nil }
  }
}

/// The kinds of attributes, by their letters in the table.
enum AttributeKind: Character, CustomStringConvertible {
  case float = "f"
  case integer = "i"
  case string = "s"
  case tensor = "t"
  case graph = "g"
  case floats = "F"
  case integers = "I"
  case strings = "S"
  case tensors = "T"
  case graphs = "G"
  case sparse = "x"
  case sparses = "X"
  case type = "p"
  case types = "P"

  var description: String {
    switch self {
    case .float: "a float"
    case .integer: "an integer"
    case .string: "a string"
    case .tensor: "a tensor"
    case .graph: "a graph"
    case .floats: "a list of floats"
    case .integers: "a list of integers"
    case .strings: "a list of strings"
    case .tensors: "a list of tensors"
    case .graphs: "a list of graphs"
    case .sparse: "a sparse tensor"
    case .sparses: "a list of sparse tensors"
    case .type: "a type"
    case .types: "a list of types"
    }
  }
}

extension ONNXSchema {
  /// The lines of the table by operator, in the order of opsets.
  private static let lines: [Substring: [Substring]] = Dictionary(
    grouping: onnxSchemas.description.split(separator: "\n"),
    by: { $0.prefix { $0 != " " } })

  /// The version of an operator that an opset means.
  ///
  /// - Throws: `ONNXProblem` when the opset does not have the operator.
  static func find(_ name: String, opset: Int) throws(ONNXProblem) -> ONNXSchema {
    let versions = (lines[Substring(name)] ?? []).compactMap(ONNXSchema.init)
    guard let newest = versions.last(where: { $0.opset <= opset }) else {
      let first = versions.first.map { "; it came with opset \($0.opset)" } ?? ""
      throw ONNXProblem("opset \(opset) does not have this operator\(first)")
    }
    guard !newest.isDeprecated else {
      throw ONNXProblem("opset \(opset) does not have this operator any more")
    }
    return newest
  }

  /// Reads a line of the table; nil for one that is not of its form.
  init?(_ line: Substring) {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false).map {
      $0.split(separator: " ")
    }
    guard fields.count == 5, fields[0].count >= 2, let opset = Int(fields[0][1]),
      let inputs = fields[1].first.flatMap({ Int($0) }),
      let outputs = fields[2].first.flatMap({ Int($0) })
    else { return nil }
    name = String(fields[0][0])
    self.opset = opset
    isDeprecated = fields[0].count > 2
    leastInputs = inputs
    self.inputs = fields[1].dropFirst().compactMap(Port.init)
    leastOutputs = outputs
    self.outputs = fields[2].dropFirst().compactMap(Port.init)
    attributes = fields[3].compactMap(Attribute.init)
    types = Dictionary(
      fields[4].map { text in
        let parts = text.split(separator: "=", maxSplits: 1)
        return (String(parts[0]), parts.count > 1 ? parts[1] : "")
      }, uniquingKeysWith: { a, _ in a })
  }
}

extension ONNXSchema.Port {
  init?(_ text: Substring) {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let mark = parts[0].last else { return nil }
    isOptional = mark == "?"
    isVariadic = mark == "*" || mark == "~"
    isMixed = mark == "~"
    name = String(isOptional || isVariadic ? parts[0].dropLast() : parts[0])
    type = String(parts[1])
  }
}

extension ONNXSchema.Attribute {
  init?(_ text: Substring) {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let letter = parts[1].first, let kind = AttributeKind(rawValue: letter)
    else { return nil }
    name = String(parts[0])
    self.kind = kind
    let rest = parts[1].dropFirst()
    isRequired = rest.hasPrefix("!")
    standard = rest.firstIndex(of: "=").map { String(rest[rest.index(after: $0)...]) }
  }
}

extension ElementType {
  /// The letter of the type in the table.
  var letter: Character {
    switch self {
    case .float: "f"
    case .double: "d"
    case .float16: "h"
    case .bfloat16: "b"
    case .int8: "c"
    case .int16: "s"
    case .int32: "i"
    case .int64: "l"
    case .int4: "n"
    case .uint8: "C"
    case .uint16: "S"
    case .uint32: "I"
    case .uint64: "L"
    case .uint4: "N"
    case .boolean: "B"
    }
  }

  private static let all: [ElementType] = [
    .float, .double, .float16, .bfloat16, .int8, .int16, .int32, .int64, .int4, .uint8, .uint16,
    .uint32, .uint64, .uint4, .boolean,
  ]

  init?(letter: Character) {
    guard let found = Self.all.first(where: { $0.letter == letter }) else { return nil }
    self = found
  }
}
