import Foundation
import Networks

/// A node of a model file with its attributes by name.
struct ONNXNode {
  let name: String
  let type: String
  let domain: String
  let inputs: [String]
  let outputs: [String]
  private let attributes: [String: Onnx_AttributeProto]

  init(_ node: Onnx_NodeProto) {
    type = node.opType
    domain = node.domain
    inputs = node.input
    outputs = node.output
    name = node.name.isEmpty ? node.output.first ?? node.opType : node.name
    attributes = Dictionary(node.attribute.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
  }

  /// The node with its operator, for messages.
  var place: String { "node \(name) (\(type))" }

  /// The names of the attributes that the node has, in order.
  var attributeNames: [String] { attributes.keys.sorted() }

  /// What an attribute is; nil for one that stands for an attribute of a function.
  func kind(of name: String) -> AttributeKind? {
    guard let attribute = attributes[name], attribute.refAttrName.isEmpty else { return nil }
    return switch attribute.type {
    case .float: .float
    case .int: .integer
    case .string: .string
    case .tensor: .tensor
    case .graph: .graph
    case .floats: .floats
    case .ints: .integers
    case .strings: .strings
    case .tensors: .tensors
    case .graphs: .graphs
    case .sparseTensor: .sparse
    case .sparseTensors: .sparses
    case .typeProto: .type
    case .typeProtos: .types
    // Files of the first format do not state it; what is there tells.
    case .undefined: attribute.statedKind
    }
  }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func integer(_ name: String, default value: Int) -> Int {
    attributes[name].map { Int($0.i) } ?? value
  }

  func flag(_ name: String, default value: Bool = false) -> Bool {
    integer(name, default: value ? 1 : 0) != 0
  }

  func float(_ name: String, default value: Double) -> Double {
    attributes[name].map { Double($0.f) } ?? value
  }

  func integers(_ name: String) -> [Int]? { attributes[name]?.ints.map { Int($0) } }

  func floats(_ name: String) -> [Double]? { attributes[name]?.floats.map { Double($0) } }

  func string(_ name: String, default value: String) -> String {
    attributes[name].map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func strings(_ name: String) -> [String]? {
    attributes[name]?.strings.map { String(decoding: $0, as: UTF8.self) }
  }

  func tensor(_ name: String, _ external: ExternalData) throws(ONNXProblem) -> ONNXConstant? {
    guard let attribute = attributes[name] else { return nil }
    do throws(ONNXProblem) {
      let constant = try ONNXConstant(attribute.t, external)
      if let problem = constant.problem(allowingInfinity: true) { throw ONNXProblem(problem) }
      return constant
    } catch {
      throw ONNXProblem("attribute \(name): \(error.message)")
    }
  }

  /// Refuses an attribute that has a value other than the one supported.
  func require(_ name: String, _ value: Int) throws(ONNXProblem) {
    let found = integer(name, default: value)
    guard found == value else {
      throw ONNXProblem("attribute \(name) is \(found); only \(value) is supported")
    }
  }
}

extension Onnx_AttributeProto {
  /// The kind of the value that is there.
  fileprivate var statedKind: AttributeKind {
    if hasF { return .float }
    if hasI { return .integer }
    if hasS { return .string }
    if hasT { return .tensor }
    if hasG { return .graph }
    if !floats.isEmpty { return .floats }
    if !strings.isEmpty { return .strings }
    if !tensors.isEmpty { return .tensors }
    if !graphs.isEmpty { return .graphs }
    return .integers
  }
}
