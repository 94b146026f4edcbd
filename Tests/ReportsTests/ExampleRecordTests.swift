import Files
import Foundation
import Records
import TestSupport
import Testing

@Suite("Examples that are kept for the page")
struct ExampleRecordTests {
  private let path = NSTemporaryDirectory() + "examples-\(UUID().uuidString).jsonl"

  private func written(_ records: [ExampleRecord]) throws -> (String, [ExampleRecord]) {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ExampleRecord.write(records, to: path)
    return (try String(contentsOfFile: path, encoding: .utf8), try ExampleRecord.records(of: path))
  }

  @Test("Values come back as they were, whatever they are", arguments: 0..<30)
  func anyValues(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let scale: Float? = [255, 65535, nil][Int(seed % 3)]
    let values = (0..<24).map { _ in
      scale.map { Float(Int.random(in: 0...Int($0), using: &random)) / $0 }
        ?? Float.random(in: -1e6...1e6, using: &random)
    }
    var record = ExampleRecord(
      example: 5, shape: [2, 3, 4], values: values, output: [0.1, -1e-9, 1e300])
    if seed % 2 == 0 { record.names = (0..<24).map { "column \($0)" } }
    let (text, found) = try written([record, record])
    #expect(found == [record, record])
    let encoding = [#""u8/255""#, #""u16/65535""#, #""f32""#][Int(seed % 3)]
    #expect(text.contains("\"encoding\":\(encoding)"))
  }

  @Test("A colour picture of 32 x 32 pixels takes about four kilobytes")
  func size() throws {
    let (text, _) = try written([SampleCertification().record(3)])
    #expect(text.utf8.count < 4_400)
  }

  @Test("A file that is not there holds no records; a damaged one names its line")
  func damaged() throws {
    #expect(try ExampleRecord.records(of: path).isEmpty)
    let good =
      #"{"encoding":"u8/255","example":1,"output":[1],"schema":1,"shape":[1],"values":"AA=="}"#
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (line, problem) in [
      (good.replacing("\"schema\":1", with: "\"schema\":9"), "schema 9 is not known"),
      (good.replacing("[1],\"values", with: "[2],\"values"), "not valid"),
      (good.replacing("[1],\"values", with: "[-1],\"values"), "not valid"),
      (good.replacing("[1],\"values", with: "[4611686018427387904,4],\"values"), "not valid"),
      (good.replacing("u8/255", with: "u9"), "not valid"), ("{", "not valid JSON"),
    ] {
      try (good + "\n" + line + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: InputError.self) { try ExampleRecord.records(of: path) }
      let text = try #require(error).description
      #expect(text.contains("line 2") && text.contains(problem), "\(line): \(text)")
    }
  }
}
