import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Models that cannot be used are refused in words")
struct BrokenModelTests {
  /// What a file is refused with.
  private func message(_ file: String) throws -> String {
    let path = try #require(SharedFolder.path("benchmarks/malformed/\(file)"))
    let error = #expect(throws: InputError.self) { try Network(contentsOf: path) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix(path) && !text.contains("\n"))
    return String(text.dropFirst(path.count + 2))
  }

  @Test(
    "Each broken file is named with its cause", .needsShared("benchmarks/malformed"),
    arguments: [
      ("truncated.onnx", ["truncated"]),
      ("empty.onnx", ["empty file"]),
      ("not_onnx.onnx", ["not an ONNX file"]),
      ("custom_domain_op.onnx", ["node custom", "unknown operator domain com.example"]),
      ("nan_weight.onnx", ["initializer W1", "NaN"]),
      ("inf_weight.onnx", ["initializer W1", "infinite"]),
      ("shape_mismatch.onnx", ["node fc1", "shape mismatch: 8 against 7"]),
      ("missing_initializer.onnx", ["node fc1", "undefined tensor b1"]),
      ("cycle.onnx", ["not acyclic"]),
      ("future_opset.onnx", ["unsupported opset 99", "6 to 28"]),
      ("short_raw_data.onnx", ["initializer W0", "wrong data length"]),
      ("huge_dims.onnx", ["initializer W1", "wrong data length"]),
      ("corrupt.onnx.gz", ["corrupt gzip data"]),
      ("fake.onnx.gz", ["not gzip data"]),
    ])
  func brokenFiles(file: String, parts: [String]) throws {
    let message = try message(file)
    for part in parts { #expect(message.contains(part), "\(message)") }
  }

  @Test("The reference network beside the broken ones loads", .needsShared("benchmarks/malformed"))
  func intactFile() throws {
    let path = try #require(SharedFolder.path("benchmarks/malformed/ok.onnx"))
    #expect(try Network(contentsOf: path).outputShape == [1, 2])
  }

  @Test("A cut-off model never loads and never stops the program")
  func everyPrefix() throws {
    let whole = try Network.chain().onnxData()
    for length in 0..<whole.count {
      #expect(throws: InputError.self) {
        try Network(parsingONNX: whole.prefix(length), source: "part")
      }
    }
  }

  @Test("Changed bytes give a network or an error, never a stop")
  func changedBytes() throws {
    let whole = try Network.chain().onnxData()
    var random = SplitMix64(seed: 4)
    for _ in 0..<3000 {
      var data = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        data[Int.random(in: 0..<data.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      guard let network = try? Network(parsingONNX: data, source: "changed") else { continue }
      #expect(network.nodes.count >= 1)
    }
  }

  @Test("All unsupported operators are listed at once")
  func listsAll() throws {
    let data = try model { graph in
      graph.node = [
        node("Det", ["x"], "a", named: "first"), node("Relu", ["a"], "b"),
        node("NonMaxSuppression", ["b"], "y", named: "second"),
      ]
    }
    #expect(
      refusal(data)
        == "file: unsupported operators: Det (node first), NonMaxSuppression (node second)")
  }

  @Test("Nodes that the output does not need are not looked at")
  func ignoresUnneeded() throws {
    let data = try model { graph in
      graph.node = [
        node("Det", ["missing"], "a"), node("Relu", ["x"], "y"),
      ]
    }
    #expect(try Network(parsingONNX: data, source: "file").nodes.count == 2)
  }

  @Test("Nodes in any order are sorted")
  func sorts() throws {
    let data = try model { graph in
      graph.node = [node("Relu", ["a"], "y"), node("Neg", ["x"], "a")]
    }
    let network = try Network(parsingONNX: data, source: "file")
    #expect(network.nodes.map { $0.operation?.name } == [nil, "Neg", "Relu"])
  }

  @Test("Several inputs, dimensions that are not fixed and outside data are refused")
  func refusals() throws {
    let two = try model { graph in
      graph.input.append(graph.input[0])
      graph.input[1].name = "z"
      graph.node = [node("Add", ["x", "z"], "y")]
    }
    #expect(refusal(two).hasPrefix("file: the graph has 2 inputs (x, z), expected one"))
    let open = try model { graph in
      graph.input[0].type.tensorType.shape.dim[1].dimParam = "width"
      graph.node = [node("Relu", ["x"], "y")]
    }
    #expect(refusal(open).contains("input x: dimension 1 (width) is not fixed"))
    let outside = try model { graph in
      var weight = Onnx_TensorProto()
      weight.name = "w"
      weight.dims = [3]
      weight.dataType = 1
      weight.dataLocation = .external
      graph.initializer = [weight]
      graph.node = [node("Add", ["x", "w"], "y")]
    }
    #expect(refusal(outside).contains("initializer w: its data lie in another file"))
  }

  @Test(
    "Sizes that no memory holds are refused before anything is allocated",
    // The second is of a file that the fuzzer made: six gigabytes of one constant.
    arguments: [[1 << 40, 1 << 40], [788_529_156, 1]])
  func hugeSizes(_ sizes: [Int64]) throws {
    for (type, what) in [("Expand", "shape"), ("ConstantOfShape", ""), ("Tile", "repeats")] {
      let data = try model { graph in
        var size = Onnx_TensorProto()
        size.name = "size"
        size.dims = [2]
        size.dataType = 7
        size.int64Data = sizes
        graph.initializer = [size]
        graph.node = [
          node(type, what.isEmpty ? ["size"] : ["x", "size"], "a"), node("Add", ["x", "a"], "y"),
        ]
      }
      #expect(refusal(data).contains("has more than"), "\(type)")
    }
  }

  @Test("An output of integers is refused")
  func integerOutput() throws {
    let data = try model { graph in graph.node = [node("Shape", ["x"], "y")] }
    #expect(refusal(data) == "file: output y: its type is int64, expected float")
  }

  @Test("A model that computes constants with rounding says so, and one that does not, does not")
  func roundedConstants() throws {
    func read(_ second: String) throws -> Network {
      let data = try model { graph in
        func number(_ name: String, _ value: Float) -> Onnx_TensorProto {
          var tensor = Onnx_TensorProto()
          (tensor.name, tensor.dataType, tensor.floatData) = (name, 1, [value])
          return tensor
        }
        // 1 + 2^-30 is 1 in single precision, and a maximum with what is left of it would be a ReLU.
        graph.initializer = [number("one", 1), number("tiny", 0x1p-30)]
        graph.node =
          (second == "sum" ? [node("Add", ["one", "tiny"], "sum")] : [])
          + [node("Max", ["x", second], "y")]
      }
      return try Network(parsingONNX: data, source: "file")
    }
    #expect(try !read("sum").isReadExactly)
    #expect(try read("tiny").isReadExactly)
  }

  @Test(
    "A slope or a bound that was divided or converted is no number of the file's",
    arguments: ["Div", "Cast"])
  func roundedSlopes(_ type: String) throws {
    for reader in ["PRelu", "Max", "Clip"] {
      let data = try model { graph in
        var (third, three) = (Onnx_TensorProto(), Onnx_TensorProto())
        (third.name, third.dataType, third.doubleData) = ("third", 11, [1.0 / 3])
        (three.name, three.dataType, three.floatData) = ("three", 1, [3])
        graph.initializer = [third, three]
        var made = node(type, type == "Div" ? ["three", "seven"] : ["third"], "a")
        if type == "Cast" {
          var to = Onnx_AttributeProto()
          (to.name, to.type, to.i) = ("to", .int, 1)
          made.attribute = [to]
        } else {
          var seven = Onnx_TensorProto()
          (seven.name, seven.dataType, seven.floatData) = ("seven", 1, [7])
          graph.initializer.append(seven)
        }
        graph.node = [made, node(reader, ["x", "a"], "y")]
      }
      let network = try Network(parsingONNX: data, source: "file")
      #expect(!network.isReadExactly, "\(type) \(reader)")
    }
  }

  @Test("A conversion that changes no number leaves the file's numbers what they are")
  func exactConversion() throws {
    func isExact(_ value: Double) throws -> Bool {
      let data = try model { graph in
        var number = Onnx_TensorProto()
        (number.name, number.dataType, number.doubleData) = ("number", 11, [value])
        graph.initializer = [number]
        var cast = node("Cast", ["number"], "a")
        var to = Onnx_AttributeProto()
        (to.name, to.type, to.i) = ("to", .int, 1)
        cast.attribute = [to]
        graph.node = [cast, node("Add", ["x", "a"], "y")]
      }
      let network = try Network(parsingONNX: data, source: "file")
      return network.isReadExactly && network.parameters.allSatisfy(\.isExact)
    }
    #expect(try isExact(0.5))
    #expect(try !isExact(0.1))
  }

  @Test(
    "What is computed from constants without rounding is exact, as the file's own numbers are",
    arguments: [
      ("Add", 0.5, 0.25, true), ("Add", 0.5, 0x1p-30, false), ("Sub", 1, 1, true),
      ("Mul", 1.5, 0.75, true), ("Mul", 0.1, 0.1, false), ("Mul", 0x1p-100, 0x1p-100, false),
      ("Mul", 0, 0.1, true), ("Sqrt", 2.25, 0, true), ("Sqrt", 2, 0, false),
      ("Reciprocal", 4, 0, true), ("Reciprocal", 3, 0, false),
    ])
  func exactArithmetic(_ type: String, _ a: Float, _ b: Float, _ isExact: Bool) throws {
    let data = try model { graph in
      func number(_ name: String, _ value: Float) -> Onnx_TensorProto {
        var tensor = Onnx_TensorProto()
        (tensor.name, tensor.dataType, tensor.floatData) = (name, 1, [value])
        return tensor
      }
      graph.initializer = [number("a", a), number("b", b)]
      let isUnary = type == "Sqrt" || type == "Reciprocal"
      graph.node = [
        node(type, isUnary ? ["a"] : ["a", "b"], "c"), node("Add", ["x", "c"], "y"),
      ]
    }
    let network = try Network(parsingONNX: data, source: "file")
    #expect((network.isReadExactly && network.parameters.allSatisfy(\.isExact)) == isExact)
  }

  @Test("A computed constant is not exact because one of the file's has its name and value")
  func borrowedExactness() throws {
    // The sum of the last node would call its computed addend "q.addend".
    let data = try model { graph in
      func number(_ name: String, _ value: Float) -> Onnx_TensorProto {
        var tensor = Onnx_TensorProto()
        (tensor.name, tensor.dataType, tensor.floatData) = (name, 1, [value])
        return tensor
      }
      graph.initializer = [number("q.addend", 1), number("one", 1), number("tiny", 0x1p-30)]
      graph.node = [
        node("Add", ["x", "q.addend"], "a"), node("Add", ["one", "tiny"], "sum"),
        node("Add", ["a", "sum"], "y", named: "q"),
      ]
    }
    let network = try Network(parsingONNX: data, source: "file")
    #expect(network.parameters.map(\.isExact).sorted { $0 && !$1 } == [true, false])
    #expect(!network.isReadExactly)
  }

  @Test("Names that differ in the encoding of a character alone are refused")
  func equivalentNames() throws {
    let data = try model { graph in
      var number = Onnx_TensorProto()
      (number.name, number.dataType, number.floatData) = ("\u{e9}", 1, [5])
      graph.initializer = [number]
      graph.node = [node("Add", ["x", "e\u{301}"], "y")]
    }
    #expect(refusal(data).contains("differ only in how their characters are encoded"))
  }

  @Test("A function that takes the name of a standard operator is refused")
  func shadowingFunction() throws {
    let data = try model { graph in graph.node = [node("Relu", ["x"], "y")] }
    var model = try Onnx_ModelProto(serializedBytes: data)
    var function = Onnx_FunctionProto()
    (function.name, function.input, function.output) = ("Relu", ["a"], ["b"])
    function.node = [node("Neg", ["a"], "b")]
    model.functions = [function]
    #expect(refusal(try model.serializedData()).contains("in the domain of the standard operators"))
  }

  private func refusal(_ data: Data) -> String {
    do {
      _ = try Network(parsingONNX: data, source: "file")
      return "accepted"
    } catch {
      return error.description
    }
  }

  /// A model with input `x` of shape 1x3 and output `y`.
  private func model(_ fill: (inout Onnx_GraphProto) -> Void) throws -> Data {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    var opset = Onnx_OperatorSetIdProto()
    opset.version = 13
    model.opsetImport = [opset]
    var input = Onnx_ValueInfoProto()
    input.name = "x"
    input.type.tensorType.elemType = 1
    input.type.tensorType.shape.dim = [Int64(1), 3].map { extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      dimension.dimValue = extent
      return dimension
    }
    var output = Onnx_ValueInfoProto()
    output.name = "y"
    model.graph.input = [input]
    model.graph.output = [output]
    fill(&model.graph)
    return try model.serializedData()
  }

  private func node(
    _ type: String, _ inputs: [String], _ output: String, named name: String = ""
  ) -> Onnx_NodeProto {
    var node = Onnx_NodeProto()
    node.opType = type
    node.input = inputs
    node.output = [output]
    node.name = name
    return node
  }
}

extension Network {
  /// A small network of several kinds of layers.
  static func chain() throws -> Network {
    var random = SplitMix64(seed: 8)
    func values(_ shape: Shape) -> Tensor<Double> {
      Tensor(shape, (0..<shape.count).map { _ in Double(Float.random(in: -1...1, using: &random)) })
    }
    var network = Network(input: [1, 2, 6, 6], named: "image")
    let kernel = network.addParameter("kernel", values([4, 2, 3, 3]))
    let bias = network.addParameter("bias", values([4]))
    try network.add(
      Convolution(
        weight: kernel, bias: bias, geometry: ConvolutionGeometry(padding: [1, 1, 1, 1])),
      [0], named: "conv")
    try network.add(ReLU(), [1], named: "relu")
    try network.add(
      MaxPool(PoolingWindow(size: [2, 2], geometry: ConvolutionGeometry(stride: [2, 2]))), [2],
      named: "pool")
    try network.add(Reshape(to: [1, 36]), [3], named: "flat")
    let matrix = network.addParameter("matrix", values([36, 3]))
    try network.add(Linear(weight: matrix), [4], named: "dense")
    try network.add(Softmax(axis: 1), [5], named: "softmax")
    return network
  }
}
