import Files
import Foundation
import Testing

@testable import ModelFiles

/// Small model files for tests of what is read and refused.
struct ModelBuilder {
  var model = Onnx_ModelProto()

  /// A model with input `x` of shape 1x3 and output `y`.
  init(opset: Int64 = 13) {
    model.irVersion = 8
    var entry = Onnx_OperatorSetIdProto()
    entry.version = opset
    model.opsetImport = [entry]
    model.graph.input = [Self.port("x", [1, 3])]
    model.graph.output = [Self.port("y", nil)]
  }

  static func port(
    _ name: String, _ extents: [Int64]?, _ type: ElementType = .float
  ) -> Onnx_ValueInfoProto {
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = Int32(type.rawValue)
    if let extents {
      value.type.tensorType.shape.dim = extents.map { extent in
        var dimension = Onnx_TensorShapeProto.Dimension()
        dimension.dimValue = extent
        return dimension
      }
    }
    return value
  }

  static func floats(_ name: String, _ dims: [Int64], _ values: [Float]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = dims
    tensor.dataType = 1
    tensor.floatData = values
    return tensor
  }

  static func integers(_ name: String, _ values: [Int64]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = [Int64(values.count)]
    tensor.dataType = 7
    tensor.int64Data = values
    return tensor
  }

  /// A tensor of floats whose data lie in another file.
  static func external(
    _ name: String, _ dims: [Int64], _ place: KeyValuePairs<String, String>
  ) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = dims
    tensor.dataType = 1
    tensor.dataLocation = .external
    tensor.externalData = place.map { key, value in
      var entry = Onnx_StringStringEntryProto()
      entry.key = key
      entry.value = value
      return entry
    }
    return tensor
  }

  mutating func add(
    _ type: String, _ inputs: [String], _ outputs: [String], named name: String = "it",
    _ attributes: [Onnx_AttributeProto] = []
  ) {
    var node = Onnx_NodeProto()
    node.opType = type
    node.name = name
    node.input = inputs
    node.output = outputs
    node.attribute = attributes
    model.graph.node.append(node)
  }

  func data() throws -> Data { try model.serializedData() }

  /// What the model is refused with, without the name of the file.
  func refusal(_ choices: ModelChoices = ModelChoices()) throws -> String {
    do {
      _ = try ModelFile(parsing: data(), source: "file").network(choices)
      return "accepted"
    } catch let error as InputError {
      return String(error.description.dropFirst("file: ".count))
    }
  }
}
