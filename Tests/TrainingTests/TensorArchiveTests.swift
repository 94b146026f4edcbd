import Files
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Tensor archives")
struct TensorArchiveTests {
  static let sample = TensorArchive(
    [
      TensorRecord("weight", shape: [2, 3], .float32([1, -2, 0.5, .pi, 1e-30, -0.0])),
      TensorRecord("scalar", shape: [], .float64([1.0 / 3])),
      TensorRecord("steps", shape: [2], .int64([.min, 42])),
      TensorRecord("empty \"\u{1}é", shape: [0, 5], .float32([])),
    ], metadata: ["recipe": "method: fast\n\"x\"", "epoch": "3"])

  private func message(_ data: Data, _ rule: TensorArchive.DigestRule = .required) -> String {
    do throws(InputError) {
      _ = try TensorArchive(data, source: "c.safetensors", digest: rule)
      return "no error"
    } catch { return error.description }
  }

  /// A file of a header and data as another tool might write it.
  private func file(_ header: String, _ data: Int) -> Data {
    let text = Data(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
      + Data(repeating: 1, count: data)
  }

  @Test("What is written reads back, bit for bit, and in the same bytes")
  func roundTrip() throws {
    let data = try Self.sample.encoded()
    let again = try TensorArchive(data, source: "c")
    #expect(again == Self.sample)
    #expect(try again.encoded() == data)
    guard case .float32(let values)? = again["weight"]?.elements else {
      Issue.record("no weight")
      return
    }
    #expect(values.last?.sign == .minus)
    #expect(again["none"] == nil)
  }

  @Test("NaN and infinities keep their bits")
  func specialNumbers() throws {
    let bits: [UInt32] = [0x7fc0_0001, 0x7f80_0000, 0xff80_0000, 0x8000_0000, 1]
    let tensor = TensorRecord("x", shape: [5], .float32(bits.map(Float.init(bitPattern:))))
    let again = try TensorArchive(TensorArchive([tensor]).encoded(), source: "c")
    guard case .float32(let values)? = again["x"]?.elements else {
      Issue.record("no x")
      return
    }
    #expect(values.map(\.bitPattern) == bits)
  }

  @Test("The numbers begin at a multiple of 8 bytes, as the format recommends")
  func alignment() throws {
    for length in 0..<9 {
      let archive = TensorArchive(
        [TensorRecord("x", shape: [1], .float64([1]))],
        metadata: ["k": String(repeating: "a", count: length)])
      #expect(try archive.encoded()[0] % 8 == 0)
    }
  }

  @Test("A file cut short at any byte is refused")
  func truncation() throws {
    let data = try Self.sample.encoded()
    for count in 0..<data.count {
      #expect(message(data.prefix(count)).hasPrefix("c.safetensors: is damaged"), "\(count)")
    }
  }

  @Test("A file with any bit changed is refused")
  func bitFlips() throws {
    let data = try Self.sample.encoded()
    for index in data.indices {
      for bit in 0..<8 {
        var broken = data
        broken[index] ^= 1 << bit
        #expect(message(broken) != "no error", "byte \(index), bit \(bit)")
      }
    }
  }

  @Test("Random bytes never stop the program")
  func noise() throws {
    var random = SplitMix64(seed: 7)
    let data = try Self.sample.encoded()
    for _ in 0..<2_000 {
      var broken = data
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        broken[Int.random(in: 0..<data.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      _ = message(broken, .optional)
    }
  }

  @Test(
    "A wrong header is refused in one line",
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "ends at byte 8 of 7"),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9,
        "1 bytes follow its last tensor"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8,
        "8 bytes for shape [3] of F32"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12,
        "begins at byte 4 of the data, expected 0"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
        12, "begins at byte 4 of the data, expected 8"
      ),
      (
        #"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, 4,
        "not that of a safetensors file"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8,
        "not that of a safetensors file"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
        "not that of a safetensors file"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8,
        "not that of a safetensors file"
      ),
      (#"{"a":3}"#, 0, "not that of a safetensors file"),
      (#"{"__metadata__":{"a":3}}"#, 0, "not that of a safetensors file"),
      ("nonsense", 0, "not that of a safetensors file"),
    ])
  func headers(header: String, data: Int, expected: String) {
    let message = message(file(header, data), .optional)
    #expect(message.hasPrefix("c.safetensors: "), "\(message)")
    #expect(message.hasSuffix(expected), "\(message)")
  }

  @Test("A header length beyond the file, however large, is refused")
  func lengths() {
    for length in [9, UInt64(Int64.max), .max] {
      let data = withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data(count: 8)
      #expect(message(data).contains("its header should have \(length) bytes, and 8 follow"))
    }
    #expect(
      message(Data()) == "c.safetensors: is damaged: 0 bytes are too few for a safetensors file")
  }

  @Test("A file of another tool is read where no digest is asked for")
  func foreign() throws {
    let data = file(#"{"a":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}}   "#, 8)
    #expect(
      message(data) == "c.safetensors: is damaged or foreign: its header has no SHA-256 digest")
    let archive = try TensorArchive(data, source: "c", digest: .optional)
    #expect(archive["a"]?.elements == .int64([0x0101_0101_0101_0101]))
  }

  @Test("Two tensors of one name are refused when writing")
  func twice() {
    let tensor = TensorRecord("a", shape: [], .float32([1]))
    #expect(throws: InputError.self) { try TensorArchive([tensor, tensor]).encoded() }
  }
}
