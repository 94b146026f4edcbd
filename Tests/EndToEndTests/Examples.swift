import Foundation
import Surety
import TestSupport

/// The embedded network as a file, for commands that take a file.
func digitsModel(in folder: TemporaryFolder) throws -> String {
  let path = "\(folder.path)/digits.onnx"
  try EmbeddedNetwork.digitsFile.write(to: URL(fileURLWithPath: path))
  return path
}

/// A test image of the embedded digits, as JSON.
func digitImage(_ index: Int, in folder: TemporaryFolder) throws -> String {
  let values = Datasets.digits(.test).image(index)
  return try folder.file("image\(index).json", "\(values)")
}

/// The property that an image of the embedded digits keeps its label within a distance, as VNN-LIB.
func digitProperty(_ index: Int, radius: Double, in folder: TemporaryFolder) throws -> String {
  let digits = Datasets.digits(.test)
  var lines = (0..<64).map { "(declare-const X_\($0) Real)" }
  lines += (0..<10).map { "(declare-const Y_\($0) Real)" }
  for (place, value) in digits.image(index).map(Double.init).enumerated() {
    lines.append("(assert (>= X_\(place) \(max(0, value - radius))))")
    lines.append("(assert (<= X_\(place) \(min(1, value + radius))))")
  }
  let label = digits.label(index)
  let others = (0..<10).filter { $0 != label }.map { "(and (>= Y_\($0) Y_\(label)))" }
  lines.append("(assert (or \(others.joined(separator: " "))))")
  return try folder.file("digit\(index).vnnlib", lines.joined(separator: "\n"))
}
