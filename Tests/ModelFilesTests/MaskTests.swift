import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("What is picked, and what is left out")
struct MaskTests {
  private func network(opset: Int64 = 13, _ fill: (inout ModelBuilder) -> Void) throws -> Network {
    var builder = ModelBuilder(opset: opset)
    fill(&builder)
    return try ModelFile(parsing: builder.data(), source: "file").network()
  }

  /// A condition `name` from ones and zeros.
  private func condition(_ builder: inout ModelBuilder, _ name: String, _ values: [Float]) {
    builder.model.graph.initializer.append(
      ModelBuilder.floats(name + "f", [1, Int64(values.count)], values))
    builder.add("Cast", [name + "f"], [name], named: name, [.integer("to", 9)])
  }

  @Test(
    "What Where does not take has no part in the result, even if it is infinite or not a number")
  func untaken() throws {
    let variables = try network { builder in
      condition(&builder, "c", [1, 0, 1])
      builder.add("Log", ["x"], ["l"], named: "log")
      builder.add("Where", ["c", "l", "x"], ["y"])
    }
    #expect(variables.output([1, -1, 1]) == [0, -1, 0])
    #expect(variables.output([1, 0, 1]) == [0, 0, 0])
    let constant = try network { builder in
      condition(&builder, "c", [1, 0, 1])
      builder.model.graph.initializer.append(ModelBuilder.floats("k", [1, 3], [7, 8, 9]))
      builder.add("Log", ["x"], ["l"], named: "log")
      builder.add("Where", ["c", "k", "l"], ["y"])
    }
    #expect(constant.output([0, 1, -1]) == [7, 0, 9])
  }

  @Test("Rows that a softmax gives as NaN are read where zeros take their place")
  func undefinedRows() throws {
    func model(_ fill: (inout ModelBuilder) -> Void) -> ModelBuilder {
      var builder = ModelBuilder()
      let none = -Float.infinity
      builder.model.graph.initializer = [
        ModelBuilder.floats("m", [2, 3], [0, none, 0, none, none, none]),
        ModelBuilder.floats("zero", [], [0]), ModelBuilder.floats("inf", [], [none]),
      ]
      builder.add("Add", ["x", "m"], ["s"], named: "add")
      builder.add("Softmax", ["s"], ["p"], named: "softmax", [.integer("axis", 1)])
      fill(&builder)
      return builder
    }
    func outputs(_ builder: ModelBuilder) throws -> [Double] {
      try ModelFile(parsing: builder.data(), source: "file").network().output([1, 2, 1])
    }
    let right: [Double] = [0.5, 0, 0.5, 0, 0, 0]
    let byRows = model {
      $0.add("ReduceMax", ["m"], ["r"], named: "max", [.integers("axes", [1])])
      $0.add("Equal", ["r", "inf"], ["all"], named: "equal")
      $0.add("Where", ["all", "zero", "p"], ["y"])
    }
    #expect(try outputs(byRows) == right)
    let byNumber = model {
      $0.add("IsNaN", ["p"], ["n"], named: "nan")
      $0.add("Where", ["n", "zero", "p"], ["y"])
    }
    #expect(try outputs(byNumber) == right)
    #expect(
      try model { $0.add("Identity", ["p"], ["y"]) }.refusal() == "output y: it is NaN in places")
    #expect(try model { $0.add("Relu", ["p"], ["y"]) }.refusal().contains("it reads NaN"))
    let halves = model {
      $0.add("IsNaN", ["m"], ["n"], named: "nan")
      $0.add("Where", ["n", "zero", "p"], ["y"])
    }
    #expect(try halves.refusal() == "output y: it is NaN in places")
  }

  @Test("Masks may be padded with minus infinity, inputs may not")
  func paddedMask() throws {
    let network = try network { builder in
      builder.model.graph.initializer = [
        ModelBuilder.floats("short", [1, 2], [0, 1]), ModelBuilder.integers("pads", [0, 0, 0, 1]),
        ModelBuilder.floats("inf", [], [-.infinity]),
      ]
      builder.add("Pad", ["short", "pads", "inf"], ["m"], named: "pad")
      builder.add("Add", ["x", "m"], ["s"], named: "add")
      builder.add("Softmax", ["s"], ["y"], [.integer("axis", 1)])
    }
    #expect(network.output([1, 0, 5]) == [0.5, 0.5, 0])
    var builder = ModelBuilder()
    builder.model.graph.initializer = [
      ModelBuilder.integers("pads", [0, 0, 0, 1]), ModelBuilder.floats("inf", [], [-.infinity]),
    ]
    builder.add("Pad", ["x", "pads", "inf"], ["y"])
    #expect(try builder.refusal().contains("it reads minus infinity"))
  }

  @Test("Remainders have the sign of the dividend or that of the divisor, element by element")
  func remainders() throws {
    func remainder(_ opset: Int64, fmod: Int) throws -> [Double] {
      try network(opset: opset) { builder in
        builder.model.graph.initializer = [ModelBuilder.floats("d", [1, 3], [3, -3, 2])]
        builder.add("Mod", ["x", "d"], ["y"], [.integer("fmod", fmod)])
      }.output([-4, 4, 5.5])
    }
    #expect(try remainder(13, fmod: 1) == [-1, 1, 1.5])
    #expect(try remainder(28, fmod: 0) == [2, -2, 1.5])
    #expect(throws: InputError.self) { try remainder(13, fmod: 0) }
  }

  @Test("Slopes of opset 6 without axes are those of channels")
  func channelSlopes() throws {
    func slopes(_ opset: Int64) throws -> [Double] {
      try network(opset: opset) { builder in
        builder.model.graph.input = [ModelBuilder.port("x", [1, 2, 3])]
        builder.model.graph.initializer = [ModelBuilder.floats("s", [2], [10, 100])]
        builder.add("PRelu", ["x", "s"], ["y"])
      }.output([-1, 1, -2, -1, 1, -2])
    }
    #expect(try slopes(6) == [-10, 1, -20, -100, 1, -200])
    #expect(throws: InputError.self) { try slopes(7) }
  }

  @Test("A mask that a Where picks whole is kept, in constants as in what varies")
  func pickedMask() throws {
    let none = -Float.infinity
    func output(_ taken: [Float]) throws -> [Double] {
      try network { builder in
        builder.model.graph.initializer = [ModelBuilder.floats("k", [1, 3], [0, none, 0])]
        condition(&builder, "c", taken)
        builder.add("Where", ["c", "k", "x"], ["m"], named: "where")
        builder.add("Add", ["x", "m"], ["s"], named: "add")
        builder.add("Softmax", ["s"], ["y"], [.integer("axis", 1)])
      }.output([1, 5, 1])
    }
    #expect(try output([1, 1, 1]) == [0.5, 0, 0.5])
    #expect(try output([0, 1, 0])[1] == 0)
    // Nothing is left out where the mask is not taken.
    #expect(try output([0, 0, 0])[1] > 0.9)
  }

  @Test("Minus infinity is a number like others as a truth value")
  func maskAsBoolean() throws {
    var builder = ModelBuilder()
    builder.model.graph.initializer = [ModelBuilder.floats("k", [1, 3], [0, -.infinity, 0])]
    builder.add("Add", ["x", "k"], ["m"], named: "add")
    builder.add("Cast", ["m"], ["b"], named: "cast", [.integer("to", 9)])
    builder.add("Cast", ["b"], ["f"], named: "back", [.integer("to", 1)])
    builder.add("Add", ["x", "f"], ["s"], named: "sum")
    builder.add("Softmax", ["s"], ["y"], [.integer("axis", 1)])
    #expect(try builder.refusal().contains("it reads minus infinity"))
  }

  @Test("Whether something is NaN is taken for false only where it is read elsewhere too")
  func askedForNaN() throws {
    func model(_ fill: (inout ModelBuilder) -> Void) -> ModelBuilder {
      var builder = ModelBuilder()
      builder.model.graph.initializer = [ModelBuilder.floats("one", [], [1])]
      builder.add("Sqrt", ["x"], ["r"], named: "root")
      builder.add("IsNaN", ["r"], ["n"], named: "nan")
      fill(&builder)
      return builder
    }
    let unread = model { $0.add("Where", ["n", "one", "x"], ["y"]) }
    #expect(try unread.refusal().contains("it asks whether what depends on the input is NaN"))
    let chosen = model {
      $0.add("Greater", ["x", "one"], ["g"], named: "greater")
      $0.add("Where", ["g", "r", "one"], ["w"], named: "where")
      $0.add("Where", ["n", "one", "w"], ["y"])
    }
    #expect(try chosen.refusal().contains("it asks whether what depends on the input is NaN"))
    let read = model { $0.add("Where", ["n", "one", "r"], ["y"]) }
    #expect(try read.refusal() == "accepted")
  }

  @Test("Comparisons of doubles are made in doubles")
  func doubleComparison() throws {
    var builder = ModelBuilder()
    builder.model.graph.input = [ModelBuilder.port("x", [1, 3], .double)]
    var one = Onnx_TensorProto()
    (one.name, one.dataType, one.doubleData) = ("one", Int32(ElementType.double.rawValue), [1])
    builder.model.graph.initializer = [one]
    builder.add("Greater", ["x", "one"], ["g"], named: "greater")
    builder.add("Cast", ["g"], ["y"], [.integer("to", 1)])
    let network = try ModelFile(parsing: builder.data(), source: "file").network()
    #expect(network.precision == .double)
  }

  @Test("Bounds of doubles beyond the largest float act")
  func hugeBounds() throws {
    var builder = ModelBuilder()
    builder.model.graph.input = [ModelBuilder.port("x", [1, 3], .double)]
    var low = Onnx_TensorProto()
    (low.name, low.dataType, low.doubleData) = ("low", Int32(ElementType.double.rawValue), [-1e39])
    builder.model.graph.initializer = [low]
    builder.add("Clip", ["x", "low"], ["y"])
    let network = try ModelFile(parsing: builder.data(), source: "file").network()
    #expect(network.output([-1e40, 0, 1]) == [-1e39, 0, 1])
  }
}
