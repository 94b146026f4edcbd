import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Nodes are checked against the standard")
struct SchemaTests {
  /// What a model of one node is refused with.
  private func refusal(
    _ type: String, _ inputs: [String] = ["x"], _ attributes: [Onnx_AttributeProto] = [],
    outputs: [String] = ["y"], opset: Int64 = 13, constants: [Onnx_TensorProto] = []
  ) throws -> String {
    var builder = ModelBuilder(opset: opset)
    builder.model.graph.initializer = constants
    builder.add(type, inputs, outputs, attributes)
    return try builder.refusal()
  }

  private let weight = ModelBuilder.floats("w", [3, 3], [Float](repeating: 1, count: 9))
  private let vector = ModelBuilder.floats("v", [3], [1, 2, 3])

  @Test("Attributes that the operator does not have, lacks, or has of another type")
  func attributes() throws {
    #expect(
      try refusal("Gemm", ["x", "w"], [.integer("alpha", 2)], constants: [weight])
        == "node it (Gemm): attribute alpha is an integer, expected a float")
    #expect(
      try refusal("Relu", ["x"], [.float("alpha", 2)])
        == "node it (Relu): attribute alpha is none of Relu of opset 13, which has no attributes")
    #expect(
      try refusal("LeakyRelu", ["x"], [.float("slope", 2)])
        == "node it (LeakyRelu): attribute slope is none of LeakyRelu of opset 6, which has alpha")
    #expect(
      try refusal("Concat", ["x", "x"])
        == "node it (Concat): attribute axis is missing; Concat of opset 13 needs it")
    #expect(
      try refusal("Transpose", ["x"], [.integer("perm", 1)])
        == "node it (Transpose): attribute perm is an integer, expected a list of integers")
    #expect(
      try refusal("Softmax", ["x"], [.integer("axis", 1), .integer("axis", 0)])
        == "node it (Softmax): attribute axis comes twice")
    #expect(
      try refusal("Clip", ["x"], [.float("max", 1)], opset: 11)
        == "node it (Clip): attribute max is none of Clip of opset 11, which has no attributes")
    #expect(try refusal("Clip", ["x"], [.float("max", 1)], opset: 10) == "accepted")
  }

  @Test("Too few and too many inputs and outputs")
  func arity() throws {
    #expect(try refusal("Relu", []) == "node it (Relu): it has 0 inputs; Relu of opset 13 takes 1")
    #expect(
      try refusal("Gemm", ["x", "w"], opset: 9, constants: [weight])
        == "node it (Gemm): it has 2 inputs; Gemm of opset 9 takes 3")
    #expect(
      try refusal("Gemm", ["x", "w", "v", "v"], constants: [weight, vector])
        == "node it (Gemm): it has 4 inputs; Gemm of opset 13 takes 2 to 3")
    #expect(
      try refusal("Gemm", ["x", ""])
        == "node it (Gemm): input B is left out; Gemm of opset 13 needs it")
    #expect(
      try refusal("Relu", outputs: ["y", "z"])
        == "node it (Relu): it has 2 outputs; Relu of opset 13 gives at most 1")
  }

  @Test("Operators that the opset does not have")
  func versions() throws {
    #expect(
      try refusal("Gelu", opset: 13)
        == "node it (Gelu): opset 13 does not have this operator; it came with opset 20")
    #expect(
      try refusal("Upsample", ["x", "v"], constants: [vector])
        == "node it (Upsample): opset 13 does not have this operator any more")
  }

  @Test("Normalisation and dropout in training mode are refused however they say so")
  func training() throws {
    let statistics = ["v", "v", "v", "v"]
    let all = ["y", "m", "s", "c", "d"]
    #expect(
      try refusal(
        "BatchNormalization", ["x"] + statistics, outputs: all, opset: 9, constants: [vector])
        == "node it (BatchNormalization): it is in training mode, as it has 5 outputs; export the model for inference"
    )
    #expect(
      try refusal("BatchNormalization", ["x"] + statistics, opset: 6, constants: [vector])
        == "node it (BatchNormalization): it is in training mode (attribute is_test is 0); export the model for inference"
    )
    #expect(
      try refusal(
        "BatchNormalization", ["x"] + statistics, [.integer("training_mode", 1)], opset: 15,
        constants: [vector]
      ).contains("training_mode is 1; only 0 is supported"))
    #expect(try refusal("Dropout", opset: 6).contains("training mode"))
    #expect(try refusal("Dropout", ["x"], [.integer("is_test", 1)], opset: 6) == "accepted")
  }

  @Test("Types that the operator does not take")
  func types() throws {
    let whole = ModelBuilder.integers("i", [1, 2, 3])
    #expect(
      try refusal("Add", ["x", "i"], constants: [whole])
        == "node it (Add): input B (i) is int64 and another one float, expected one type")
    #expect(
      try refusal("Sigmoid", ["i"], constants: [whole])
        == "node it (Sigmoid): input X (i) is int64; Sigmoid of opset 13 takes float16, float, double, bfloat16"
    )
    #expect(
      try refusal("Reshape", ["x", "v"], constants: [vector]).contains(
        "input shape (v) is float; Reshape of opset 13 takes int64"))
    #expect(
      try refusal("Pow", ["x", "i"], constants: [ModelBuilder.integers("i", [2])]) == "accepted")
    // An integer to the power of a variable is an integer.
    #expect(try refusal("Pow", ["i", "x"], constants: [whole]).contains("int64"))
  }

  @Test("Two places that give a tensor a value are refused, used or not")
  func producers() throws {
    var builder = ModelBuilder()
    builder.add("Relu", ["x"], ["a"], named: "first")
    builder.add("Neg", ["x"], ["a"], named: "second")
    builder.add("Sigmoid", ["x"], ["y"])
    #expect(
      try builder.refusal()
        == "tensor a: two places give it a value: node first (Relu) and node second (Neg), expected one"
    )
    builder = ModelBuilder()
    builder.model.graph.initializer = [ModelBuilder.floats("y", [1, 3], [1, 2, 3])]
    builder.add("Relu", ["x"], ["y"])
    #expect(try builder.refusal().hasPrefix("tensor y: two places give it a value: initializer y"))
    builder = ModelBuilder()
    builder.add("Relu", ["x"], ["x"])
    #expect(try builder.refusal().hasPrefix("tensor x: two places give it a value: input x"))
    builder = ModelBuilder()
    builder.model.graph.initializer = [vector, vector]
    builder.add("Add", ["x", "v"], ["y"])
    #expect(try builder.refusal().hasPrefix("tensor v: two places give it a value"))
  }

  @Test("Constants that cannot be computed exactly are refused where a constant is needed")
  func openConstants() throws {
    var builder = ModelBuilder()
    builder.model.graph.initializer = [vector, weight]
    builder.add("Exp", ["v"], ["e"], named: "e")
    builder.add(
      "BatchNormalization", ["x", "e", "v", "v", "v"], ["y"])
    #expect(try builder.refusal().contains("computed from constants by steps that round"))
    builder = ModelBuilder()
    builder.model.graph.initializer = [
      ModelBuilder.integers("i", [1 << 52]), ModelBuilder.integers("k", [1 << 52]),
    ]
    builder.add("Mul", ["i", "k"], ["p"], named: "p")
    builder.add("Cast", ["p"], ["f"], named: "f", [.integer("to", 1)])
    builder.add("Add", ["x", "f"], ["y"])
    #expect(try builder.refusal().contains("not exact"))
  }

  @Test("Minus infinity is refused where no softmax takes it away")
  func infinity() throws {
    let mask = ModelBuilder.floats("m", [1, 3], [0, -.infinity, 0])
    func refusal(_ fill: (inout ModelBuilder) -> Void) throws -> String {
      var builder = ModelBuilder()
      builder.model.graph.initializer = [mask]
      builder.add("Add", ["x", "m"], ["s"], named: "add")
      fill(&builder)
      return try builder.refusal()
    }
    #expect(
      try refusal { $0.add("Relu", ["s"], ["y"]) }.contains(
        "node it (Relu): it reads minus infinity"))
    #expect(
      try refusal { $0.add("Identity", ["s"], ["y"]) } == "output y: it is minus infinity in places"
    )
    #expect(
      try refusal {
        $0.add("Neg", ["s"], ["n"]); $0.add("Softmax", ["n"], ["y"])
      }.contains("it reads minus infinity"))
    #expect(try refusal { $0.add("Softmax", ["s"], ["y"]) } == "accepted")
    // A limit lifts minus infinity to a number, and nobody would know.
    for name in ["Max", "Min"] {
      #expect(
        try refusal {
          $0.add(name, ["s", "x"], ["c"]); $0.add("Softmax", ["c"], ["y"])
        }.contains("it reads minus infinity"), "\(name)")
    }
    #expect(
      try refusal {
        $0.model.graph.initializer.append(ModelBuilder.floats("low", [], [-5]))
        $0.add("Clip", ["s", "low"], ["y"])
      }.contains("it reads minus infinity"))
    var builder = ModelBuilder()
    builder.model.graph.initializer = [
      ModelBuilder.floats("m", [1, 3], [-.infinity, -.infinity, -.infinity])
    ]
    builder.add("Add", ["x", "m"], ["s"], named: "add")
    builder.add("Softmax", ["s"], ["y"])
    #expect(try builder.refusal().contains("it is NaN in places"))
  }

  @Test("The precision is that of what is computed, whatever is cast at the end")
  func computedPrecision() throws {
    func read(_ casts: Int...) throws -> Network {
      var builder = ModelBuilder()
      builder.model.graph.output = [ModelBuilder.port("y", nil, casts[1] == 11 ? .double : .float)]
      builder.add("Cast", ["x"], ["a"], named: "in", [.integer("to", casts[0])])
      builder.add("Relu", ["a"], ["b"])
      builder.add("Cast", ["b"], ["y"], named: "out", [.integer("to", casts[1])])
      return try ModelFile(parsing: builder.data(), source: "file").network()
    }
    #expect(try read(1, 11).precision == .single)
    #expect(try read(11, 11).precision == .double)
    #expect(
      throws: InputError("file", "a model that computes in doubles and in floats is not supported")
    ) { try read(11, 1) }
  }

  @Test("The table holds every operator that is read, in every opset")
  func table() throws {
    for name in ONNXImporter.translations.keys {
      let schema = try? ONNXSchema.find(name, opset: ONNXGraph.supportedOpsets.upperBound)
      let older = try? ONNXSchema.find(name, opset: 9)
      #expect(schema != nil || older != nil, "\(name)")
    }
    let gemm = try ONNXSchema.find("Gemm", opset: 8)
    #expect(gemm.opset == 7 && gemm.leastInputs == 3 && gemm.inputs.map(\.name) == ["A", "B", "C"])
    #expect(gemm.attributes.first { $0.name == "alpha" }?.standard == "1")
  }
}
