import Foundation
import Surety
import TestSupport

/// The embedded network in a file, and the property that no image within a distance of a digit gets another label.
struct DigitsQuestion {
  let model: String
  let property: String
  var arguments: [String] { [model, property] }

  init(in folder: TemporaryFolder, example: Int, epsilon: Double) throws {
    model = "\(folder.path)/digits.onnx"
    try EmbeddedNetwork.digits().write(toONNX: model)
    let digits = Datasets.digits(.test)
    let label = digits.label(example)
    let image = digits.image(example).map(Double.init)
    var text = image.indices.map { "(declare-const X_\($0) Real)\n" }.joined()
    text += (0..<10).map { "(declare-const Y_\($0) Real)\n" }.joined()
    for (i, x) in image.enumerated() {
      text += "(assert (>= X_\(i) \(max(0, x - epsilon))))\n"
      text += "(assert (<= X_\(i) \(min(1, x + epsilon))))\n"
    }
    let others = (0..<10).filter { $0 != label }.map { "(and (>= Y_\($0) Y_\(label)))" }
    text += "(assert (or \(others.joined(separator: " "))))\n"
    property = try folder.file("property-\(epsilon).vnnlib", text)
  }
}
