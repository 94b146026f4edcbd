import Files
import Networks
import Tensors

/// An input of a graph with its shape decided.
struct ONNXInput {
  var name: String
  var shape: Shape
  var type: ElementType
}

/// The inputs of a graph: those that a region is given for, and those that have a value.
struct ONNXInputs {
  /// The inputs that regions are given for, in the order of the file.
  private(set) var free: [ONNXInput] = []
  /// The values of the others.
  private(set) var fixed: [String: ONNXConstant] = [:]

  private let source: String
  private let choices: ModelChoices
  /// The tensors that may be tokens.
  private let tokens: Set<String>

  init(
    _ inputs: [Onnx_ValueInfoProto], source: String, choices: ModelChoices, tokens: Set<String> = []
  ) throws(InputError) {
    self.source = source
    self.tokens = tokens
    self.choices = choices
    try checkNames(inputs)
    for value in inputs {
      if let given = choices.fixed.first(where: { $0.name == value.name }) {
        fixed[value.name] = try constant(given, for: value)
      } else {
        free.append(try input(value))
      }
    }
    guard let first = free.first else {
      throw InputError(source, "the graph has no input; every input has a fixed value")
    }
    guard free.count == 1 || choices.joinsInputs else {
      let names = free.map(\.name).joined(separator: ", ")
      throw InputError(
        source,
        "the graph has \(free.count) inputs (\(names)), expected one; give the others values "
          + "(--fix NAME=FILE) or take them as one (--join-inputs)")
    }
    guard free.allSatisfy({ $0.type == first.type }) else {
      throw InputError(source, "inputs of different types cannot be joined")
    }
  }

  /// Refuses choices that mean nothing in this graph.
  private func checkNames(_ inputs: [Onnx_ValueInfoProto]) throws(InputError) {
    let names = inputs.map(\.name)
    for fixed in choices.fixed where !names.contains(fixed.name) {
      throw InputError(
        source, place: "input \(fixed.name)",
        "the graph has no such input; it has \(names.joined(separator: ", "))")
    }
    let symbols = inputs.flatMap { $0.type.tensorType.shape.dim.map(\.dimParam) }
    let known = names + symbols.filter { !$0.isEmpty }
    for extent in choices.extents where !known.contains(extent.name) {
      throw InputError(
        source, place: "axis \(extent.name)",
        "no input has an axis of this name; the names of inputs and axes are "
          + Array(Set(known)).sorted().joined(separator: ", "))
    }
  }

  private func refuse(_ name: String, _ message: String) -> InputError {
    InputError(source, place: "input \(name)", message)
  }

  private func input(_ value: Onnx_ValueInfoProto) throws(InputError) -> ONNXInput {
    let type = try elementType(value)
    let isToken = tokens.contains(value.name) && [.int32, .int64].contains(type)
    guard type.isFloat || isToken else {
      throw refuse(value.name, "its type is \(type), expected float")
    }
    return ONNXInput(name: value.name, shape: try shape(value), type: type)
  }

  private func elementType(_ value: Onnx_ValueInfoProto) throws(InputError) -> ElementType {
    guard value.hasType, case .tensorType(let tensor)? = value.type.value else {
      throw refuse(value.name, "it is not a tensor, expected one of floats")
    }
    guard let type = ElementType(rawValue: Int(tensor.elemType)) else {
      let type = Onnx_TensorProto.DataType(rawValue: Int(tensor.elemType)) ?? .undefined
      throw refuse(value.name, "its type is \(type), expected float")
    }
    return type
  }

  private func constant(
    _ given: ModelChoices.FixedInput, for value: Onnx_ValueInfoProto
  ) throws(InputError) -> ONNXConstant {
    let type = try elementType(value)
    let stated = value.type.tensorType
    let shape: Shape
    if let own = given.shape {
      shape = own
      guard !stated.hasShape || stated.shape.fits(own) else {
        throw InputError(
          given.source, "its shape \(own) is not that of input \(given.name)")
      }
    } else {
      shape = try self.shape(value)
    }
    guard given.values.count == shape.count else {
      throw InputError(
        given.source,
        "\(given.values.count) numbers, expected \(shape.count) for input \(given.name) of shape \(shape)"
      )
    }
    for (index, number) in given.values.enumerated() {
      // Masks are given as minus infinity.
      guard type.isFloat ? number.isFinite || number == -.infinity : type.holds(number) else {
        throw InputError(
          given.source, place: "element \(index)", "\(number) is not a number of type \(type)")
      }
    }
    return ONNXConstant(
      values: Tensor(shape, given.values.map(type.rounded(_:))), type: type, name: given.name)
  }

  private func shape(_ value: Onnx_ValueInfoProto) throws(InputError) -> Shape {
    let stated = value.type.tensorType
    let chosen = choices.shape(of: value.name)
    var dimensions: [Int] = []
    if stated.hasShape {
      let count = stated.shape.dim.count
      if let chosen, chosen.count != count {
        throw refuse(value.name, "it has \(count) axes, not \(chosen.count)")
      }
      for axis in 0..<count {
        dimensions.append(try extent(value, axis, chosen?[axis]))
      }
    } else {
      guard let chosen else {
        throw refuse(
          value.name,
          "no shape, expected a fixed one; state it with --shape \(value.name)=1x3x32x32"
        )
      }
      dimensions = chosen
    }
    do {
      _ = try checkedElementCount(dimensions)
    } catch {
      throw refuse(value.name, error.message)
    }
    return Shape(dimensions)
  }

  private func extent(
    _ value: Onnx_ValueInfoProto, _ axis: Int, _ chosen: Int?
  ) throws(InputError) -> Int {
    let axes = value.type.tensorType.shape.dim
    let (extent, symbol) = (Int(axes[axis].dimValue), axes[axis].dimParam)
    if extent > 0 {
      guard chosen == nil || chosen == extent else {
        throw refuse(value.name, "dimension \(axis) is \(extent), not \(chosen ?? 0)")
      }
      return extent
    }
    if let chosen = chosen ?? (symbol.isEmpty ? nil : choices.extent(of: symbol)) { return chosen }
    // The batch: one example. A single axis holds the features, and a symbol that comes again is no batch.
    if axis == 0 && axes.count > 1
      && axes.dropFirst().allSatisfy({ $0.dimParam != symbol || symbol.isEmpty })
    {
      return 1
    }
    let name = symbol.isEmpty ? "" : " (\(symbol))"
    let remedy = symbol.isEmpty ? "\(value.name)=1x3x32x32" : "\(symbol)=N"
    throw refuse(
      value.name,
      "dimension \(axis)\(name) is not fixed; only the first of several may be symbolic, and --shape \(remedy) fixes it"
    )
  }
}

extension ElementType {
  /// Whether a number is one of the integers, or booleans, of the type.
  func holds(_ number: Double) -> Bool {
    guard number == number.rounded(.towardZero) else { return false }
    if self == .boolean { return number == 0 || number == 1 }
    return integerRange?.contains(number) ?? false
  }
}

extension Onnx_TensorShapeProto {
  /// Whether a shape has the extents that are fixed here.
  fileprivate func fits(_ shape: Shape) -> Bool {
    dim.count == shape.rank
      && zip(dim, shape.dimensions).allSatisfy { $0.dimValue <= 0 || Int($0.dimValue) == $1 }
  }
}
