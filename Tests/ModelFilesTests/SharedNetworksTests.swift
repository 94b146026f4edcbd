import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

extension SharedFolder {
  /// The files below some folders that a condition picks, relative to the shared folder.
  static func files(_ folders: [String], where isWanted: (String) -> Bool) -> [String] {
    guard let root else { return [] }
    return folders.flatMap { folder in
      let found = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.allObjects
      return (found as? [String] ?? []).map { "\(folder)/\($0)" }
    }.filter(isWanted).sorted()
  }
}

/// An input with the output that ONNX Runtime recorded for it.
struct RecordedRun: Sendable, CustomTestStringConvertible {
  var id: String
  var network: String
  var file: String
  var testDescription: String { id }

  /// All counterexamples of the benchmarks.
  static let all: [RecordedRun] = {
    guard let table = SharedFolder.path("benchmarks/instances.csv"),
      let text = try? String(contentsOfFile: table, encoding: .utf8)
    else { return [] }
    return text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let columns = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard let file = SharedFolder.path("benchmarks/\(columns[1])/cex/\(columns[0]).txt"),
        let network = SharedFolder.path("benchmarks/\(columns[2])")
      else { return nil }
      return RecordedRun(id: columns[0], network: network, file: file)
    }
  }()

  /// The values of the variables `X` or `Y` in order.
  func values(of letter: Character) throws -> [Double] {
    let words = try String(contentsOfFile: file, encoding: .utf8)
      .split(whereSeparator: { "() \n\r".contains($0) })
    return zip(words, words.dropFirst()).compactMap { name, value in
      name.hasPrefix("\(letter)_") ? Double(value) : nil
    }
  }
}

@Suite("Networks of the shared folder", .needsSharedFolder)
struct SharedNetworksTests {
  @Test("Every network loads, and a batch computes what its examples do", arguments: networkFiles)
  func loads(file: String) throws {
    let network = try Network(contentsOf: #require(SharedFolder.path(file)))
    let parameters = network.parameters(as: Tensor<Double>.self)
    let count = network.inputShape.count
    let low = Tensor<Double>(repeating: 0.25, Shape([1] + network.inputShape.dimensions))
    let ramp = Tensor<Double>(low.shape, (0..<count).map { Double($0) / Double(count) })
    let both = network.evaluate(Tensor.concatenated([low, ramp], axis: 0), parameters)
    #expect(both.isFinite)
    #expect(both.shape.dropping(1) == network.outputShape)
    let single = [low, ramp].flatMap { network.evaluate($0, parameters).scalars }
    let scale = single.map(abs).max() ?? 1
    #expect(largestRelativeDifference(both.scalars, single, floor: scale) < 1e-10)
  }

  @Test("Simplified networks compute the same with no more nodes", arguments: networkFiles)
  func simplifies(file: String) throws {
    let network = try Network(contentsOf: #require(SharedFolder.path(file)))
    let simple = network.simplified()
    #expect(simple.nodes.count <= network.nodes.count)
    #expect(simple.outputName == network.outputName)
    expectEqualOutputs(simple, network, tolerance: 1e-10)
  }

  @Test("Written and read again, networks compute the same", arguments: networkFiles)
  func roundTrip(file: String) throws {
    let network = try Network(contentsOf: #require(SharedFolder.path(file)))
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.inputShape == network.inputShape)
    #expect(again.outputShape == network.outputShape)
    #expect(again.inputName == network.inputName && again.outputName == network.outputName)
    // Constants that the reader computed in double are rounded to 32 bits.
    expectEqualOutputs(again, network, tolerance: 1e-5)
  }

  @Test("Outputs agree with recorded runs of ONNX Runtime", arguments: RecordedRun.all)
  func recordedRuns(run: RecordedRun) throws {
    let network = try Network(contentsOf: run.network)
    let expected = try run.values(of: "Y")
    let found = network.output(try run.values(of: "X"))
    let scale = expected.map(abs).max() ?? 1
    // The runs are in 32-bit floats; the planted networks cancel large terms, which costs them digits.
    let tolerance = run.id.hasPrefix("planted") ? 1e-3 : 1e-4
    #expect(largestRelativeDifference(found, expected, floor: scale) < tolerance)
  }

  /// One file of the reference bounds.
  private struct Reference: Decodable {
    struct Instance: Decodable {
      var name: String
      var center: [Double]
      var output: [Double]
      enum CodingKeys: String, CodingKey {
        case name, center
        case output = "output_at_center"
      }
    }
    var model: String
    var instances: [Instance]
  }

  @Test(
    "Outputs agree with reference values in double precision",
    arguments: [
      "acasxu_1_1_prop_3", "cnn_bn_small", "mnist-net_256x2", "mnist-net_256x4", "resnet_2b",
      "resnet_4b", "vit_pgd_2_3_16",
    ])
  func referenceValues(name: String) throws {
    let file = try #require(SharedFolder.path("reference/bounds/\(name).json"))
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    let path = try #require(SharedFolder.path("reference/models/\(reference.model)"))
    let network = try Network(contentsOf: path)
    for instance in reference.instances {
      let scale = instance.output.map(abs).max() ?? 1
      let found = network.output(instance.center)
      // That file was made from parameters before they were rounded to the 32 bits of the model.
      let tolerance = name == "cnn_bn_small" ? 1e-7 : 1e-9
      #expect(
        largestRelativeDifference(found, instance.output, floor: scale) < tolerance,
        "\(instance.name)")
    }
  }

  @Test("The layers of ACAS Xu become six linear layers with biases and one more")
  func acasXu() throws {
    let path = "reference/models/ACASXU_run2a_1_1_batch_2000.onnx"
    let network = try Network(contentsOf: #require(SharedFolder.path(path))).simplified()
    let layers = network.nodes.compactMap { $0.operation as? Linear }
    #expect(layers.count == 7 && layers.allSatisfy { $0.bias != nil })
    #expect(network.nodes.filter { $0.operation is ReLU }.count == 6)
    // The input, the flattening and these.
    #expect(network.nodes.count == 15)
  }
}
