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

  func tensor(_ name: String) throws(ONNXProblem) -> ONNXConstant? {
    guard let attribute = attributes[name] else { return nil }
    do throws(ONNXProblem) {
      let constant = try ONNXConstant(attribute.t)
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
