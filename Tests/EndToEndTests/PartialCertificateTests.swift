import Foundation
import Surety
import TestSupport
import Testing

@Suite("Certificates of a search that was stopped", .serialized)
struct PartialCertificateTests {
  let folder: TemporaryFolder
  let model: String

  /// The sum of |x - y| + |x + y| over three pairs of inputs, which is at most 6 over the cube from -1 to 1.
  init() throws {
    folder = try TemporaryFolder()
    var network = Network(input: [1, 6])
    var first = [Double](repeating: 0, count: 6 * 12)
    for pair in 0..<3 {
      for (place, signs) in [(2 * pair, [1, -1, 1, -1]), (2 * pair + 1, [-1, 1, 1, -1])] {
        for unit in 0..<4 { first[12 * place + 4 * pair + unit] = Double(signs[unit]) }
      }
    }
    let weights = network.addParameter("first", Tensor([6, 12], first))
    let ones = network.addParameter("ones", Tensor([12, 1], [Double](repeating: 1, count: 12)))
    var node = try network.add(Linear(weight: weights), [0])
    node = try network.add(ReLU(), [node])
    try network.add(Linear(weight: ones), [node])
    model = "\(folder.path)/model.onnx"
    try network.write(toONNX: model)
  }

  private func property(_ bound: String) throws -> String {
    let inputs = (0..<6).map {
      "(declare-const X_\($0) Real) (assert (>= X_\($0) -1)) (assert (<= X_\($0) 1))"
    }
    return try folder.file(
      "property.vnnlib",
      inputs.joined(separator: "\n") + "\n(declare-const Y_0 Real) (assert (>= Y_0 \(bound)))")
  }

  @Test("Each part that is done has one, about a smaller region, and they say how much they cover")
  func parts() throws {
    let file = "\(folder.path)/certificate.jsonl"
    let result = try Program.run(
      "verify", model, try property("6.00001"), "--timeout", "3", "--certificate", file, "--json")
    let object = try result.object()
    #expect(object["verdict"] as? String == "timeout", "\(result)")
    let volume = try #require(object["certified_volume"] as? Double, "\(result)")
    #expect(volume > 0 && volume < 1)
    #expect((object["meaning"] as? [String])?.first == "real")
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(!lines.isEmpty)
    var total = 0.0
    for line in lines {
      let certificate = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let claim = try #require(certificate["claim"] as? [String: Any])
      let words = try #require(claim["words"] as? String)
      #expect(
        words.hasPrefix("A part of the region, ") && words.contains("not the property as a whole"))
      #expect(words.contains("the \(lines.count) parts of this file are "))
      let region = try #require(claim["region"] as? [String: Any])
      let (lower, upper) = try (numbers(region["lower"]), numbers(region["upper"]))
      #expect(zip(lower, upper).allSatisfy { $0 < $1 && $0 >= -1 && $1 <= 1 })
      total += zip(lower, upper).map { ($1 - $0) / 2 }.reduce(1, *)
    }
    #expect(abs(total - volume) < 1e-9, "\(total) and \(volume)")
    let checked = try Program.run("check", file, "--model", model)
    #expect(checked.code == 0 && checked.output == "accepted \(lines.count) rejected 0\n")
  }

  /// The numbers of an array of a certificate.
  private func numbers(_ array: Any?) throws -> [Double] {
    let array = try #require(array as? [String: Any])
    let data = try #require((array["data"] as? String).flatMap { Data(base64Encoded: $0) })
    func values<Number: FixedWidthInteger>(_ type: Number.Type) -> [Number] {
      let size = MemoryLayout<Number>.size
      return stride(from: 0, to: data.count, by: size).map { start in
        data[start..<start + size].reversed().reduce(Number(0)) { $0 << 8 | Number($1) }
      }
    }
    return array["dtype"] as? String == "f32"
      ? values(UInt32.self).map { Double(Float(bitPattern: $0)) }
      : values(UInt64.self).map { Double(bitPattern: $0) }
  }

  @Test("Where nothing is done there is none, and a file of an earlier run is emptied")
  func nothing() throws {
    let file = try folder.file("certificate.jsonl", "{\"format\": \"surety-certificate\"}\n")
    let result = try Program.run(
      "verify", model, try property("6.00001"), "--complete", "none", "--certificate", file,
      "--json")
    #expect(try result.object()["verdict"] as? String == "unknown")
    #expect(try result.object()["certified_volume"] == nil)
    #expect(try String(contentsOfFile: file, encoding: .utf8).isEmpty)
  }
}
