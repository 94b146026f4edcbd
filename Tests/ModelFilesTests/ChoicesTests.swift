import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Choices that a model leaves open")
struct ChoicesTests {
  /// `y = x - z`, `u = 2 x`.
  private func twoInputs() -> ModelBuilder {
    var builder = ModelBuilder()
    builder.model.graph.input.append(ModelBuilder.port("z", [3]))
    builder.model.graph.output.append(ModelBuilder.port("u", nil))
    builder.add("Sub", ["x", "z"], ["y"], named: "difference")
    builder.add("Add", ["x", "x"], ["u"], named: "twice")
    return builder
  }

  private func network(
    _ builder: ModelBuilder, _ fill: (inout ModelChoices) -> Void
  ) throws -> Network {
    var choices = ModelChoices()
    fill(&choices)
    return try ModelFile(parsing: builder.data(), source: "file").network(choices)
  }

  private func refusal(
    _ builder: ModelBuilder, _ fill: (inout ModelChoices) -> Void
  ) throws -> String {
    var choices = ModelChoices()
    fill(&choices)
    return try builder.refusal(choices)
  }

  @Test("All inputs but one get values")
  func fixedInput() throws {
    let network = try network(twoInputs()) {
      $0.fixed = [.init("z", values: [1, 2, 3], source: "z.json")]
    }
    #expect(network.inputShape == [1, 3] && network.inputName == "x")
    #expect(network.output([1, 1, 1]) == [0, -1, -2])
    let other = try self.network(twoInputs()) {
      $0.fixed = [.init("x", values: [1, 2, 3], source: "x.json")]
    }
    #expect(other.inputShape == [3] && other.output([1, 1, 1]) == [0, 1, 2])
  }

  @Test("Several inputs are one, in the order of the file")
  func joined() throws {
    let network = try network(twoInputs()) { $0.joinsInputs = true }
    #expect(network.inputShape == [6] && network.outputShape == [1, 3])
    #expect(network.output([1, 2, 3, 6, 5, 4]) == [-5, -3, -1])
  }

  @Test("Another output is chosen by its name")
  func output() throws {
    let network = try network(twoInputs()) {
      $0.output = "u"
      $0.fixed = [.init("z", values: [0, 0, 0], source: "z.json")]
    }
    #expect(network.output([1, 2, 3]) == [2, 4, 6] && network.outputName == "u")
  }

  @Test("Axes with names get extents, inputs without a shape get one")
  func extents() throws {
    var builder = ModelBuilder()
    builder.model.graph.input[0].type.tensorType.shape.dim[1].dimParam = "length"
    builder.add("Relu", ["x"], ["y"])
    #expect(
      try builder.refusal()
        == "input x: dimension 1 (length) is not fixed; only the first of several may be symbolic, and --shape length=N fixes it"
    )
    let network = try network(builder) { $0.extents = [.init("length", [5])] }
    #expect(network.inputShape == [1, 5])
    #expect(try self.network(builder) { $0.extents = [.init("x", [1, 7])] }.inputShape == [1, 7])
    #expect(
      try refusal(builder) { $0.extents = [.init("x", [2, 7])] }
        == "input x: dimension 0 is 1, not 2")
    builder.model.graph.input[0].type.tensorType.clearShape()
    #expect(try builder.refusal().hasPrefix("input x: no shape, expected a fixed one"))
    #expect(try self.network(builder) { $0.extents = [.init("x", [2, 2])] }.inputShape == [2, 2])
  }

  @Test("The only axis of an input is no batch")
  func onlyAxis() throws {
    var builder = ModelBuilder()
    builder.model.graph.input = [ModelBuilder.port("x", [1])]
    builder.model.graph.input[0].type.tensorType.shape.dim[0].dimParam = "features"
    builder.add("Relu", ["x"], ["y"])
    #expect(try builder.refusal().hasPrefix("input x: dimension 0 (features) is not fixed"))
    builder.model.graph.input = [ModelBuilder.port("x", [1, 1])]
    for axis in 0..<2 {
      builder.model.graph.input[0].type.tensorType.shape.dim[axis].dimParam = "n"
    }
    #expect(try builder.refusal().contains("(n) is not fixed"))
    #expect(try network(builder) { $0.extents = [.init("n", [4])] }.inputShape == [4, 4])
  }

  @Test("Choices that mean nothing are refused")
  func wrongChoices() throws {
    #expect(
      try twoInputs().refusal()
        == "the graph has 2 inputs (x, z), expected one; give the others values (--fix NAME=FILE) or take them as one (--join-inputs)"
    )
    #expect(
      try refusal(twoInputs()) {
        $0.output = "w"
        $0.joinsInputs = true
      }
        == "output w: the graph has no such output; it has y, u")
    #expect(
      try refusal(twoInputs()) { $0.fixed = [.init("w", values: [1], source: "w.json")] }
        == "input w: the graph has no such input; it has x, z")
    #expect(
      try refusal(twoInputs()) { $0.extents = [.init("n", [1])] }.hasPrefix("axis n: no input has"))
    let short = ModelChoices.FixedInput("z", values: [1], source: "z.json")
    var choices = ModelChoices()
    choices.fixed = [short]
    #expect(
      throws: InputError("z.json", "1 numbers, expected 3 for input z of shape 3")
    ) { try ModelFile(parsing: twoInputs().data(), source: "file").network(choices) }
    #expect(
      try refusal(twoInputs()) {
        $0.fixed = ["x", "z"].map { .init($0, values: [1, 2, 3], source: "f") }
      } == "the graph has no input; every input has a fixed value")
  }

  @Test("A file tells all its inputs and outputs")
  func ports() throws {
    let file = try ModelFile(parsing: twoInputs().data(), source: "file")
    #expect(file.inputs.map(\.name) == ["x", "z"] && file.outputs.map(\.name) == ["y", "u"])
    #expect(file.inputs[0].extents == ["1", "3"] && file.inputs[0].type == "float")
  }
}
