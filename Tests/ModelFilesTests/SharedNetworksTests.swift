import Files
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// The folder with benchmarks and reference models, or nil where it is not there.
let shared: String? = {
  let path = ProcessInfo.processInfo.environment["SURETY_SHARED"] ?? "../shared"
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// Every network file of the benchmarks and of the reference models.
let networkFiles: [String] = {
  guard let shared else { return [] }
  let folders = ["benchmarks", "reference/models"].flatMap { folder in
    (FileManager.default.enumerator(atPath: "\(shared)/\(folder)")?.allObjects as? [String] ?? [])
      .map { "\(folder)/\($0)" }
  }
  return folders.filter {
    ($0.hasSuffix(".onnx") || $0.hasSuffix(".onnx.gz")) && !$0.contains("malformed")
  }.sorted()
}()

@Suite("Networks of the shared folder", .enabled(if: shared != nil, "SURETY_SHARED is missing"))
struct SharedNetworksTests {
  @Test("Every network loads and is finite at the centre", arguments: networkFiles)
  func loads(file: String) throws {
    let network = try Network(contentsOf: "\(shared ?? "")/\(file)")
    let x = Tensor<Float>(repeating: 0.25, Shape([1] + network.inputShape.dimensions))
    let y = network.evaluate(x, network.parameters(as: Tensor<Float>.self))
    #expect(y.isFinite)
    #expect(y.shape.dropping(1) == network.outputShape)
  }
}
