import Files
import Testing

@testable import Datasets

@Suite("Arrays")
struct ArrayTests {
  private func array(
    _ type: String, _ shape: String, _ body: [UInt8], fortran: Bool = false
  ) throws -> NumpyArray {
    try NumpyArray(Sample.npy(type, shape, body, fortran: fortran), path: "x.npy")
  }

  private func floats(_ array: NumpyArray) -> [Double] {
    switch array.values {
    case .floats(let values): values
    case .bytes(let values): values.map { Double($0) }
    case .integers(let values): values.map { Double($0) }
    case .booleans(let values): values.map { $0 ? 1 : 0 }
    }
  }

  @Test("Either order of bytes and of axes gives the same values")
  func orders() throws {
    let values: [Float] = [0, 0.25, 0.5, 0.75, 1, 0.125]
    let little = Sample.little(values)
    let big = stride(from: 0, to: little.count, by: 4).flatMap { little[$0..<$0 + 4].reversed() }
    let expected = values.map { Double($0) }
    #expect(try floats(array("<f4", "(2, 3)", little)) == expected)
    #expect(try floats(array(">f4", "(2, 3)", big)) == expected)
    // Columns one after the other.
    let columns = Sample.little([0, 0.75, 0.25, 1, 0.5, 0.125] as [Float])
    #expect(try floats(array("<f4", "(2, 3)", columns, fortran: true)) == expected)
    // Three axes: element (i, j, k) lies at i + 2 j + 4 k.
    let cube = try array("|u1", "(2, 2, 2)", [0, 4, 2, 6, 1, 5, 3, 7], fortran: true)
    #expect(floats(cube) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(try floats(array(">i2", "(2,)", [0xff, 0xfe, 1, 0])) == [-2, 256])
  }

  @Test("Half floats have the values of IEEE 754")
  func halves() throws {
    let body: [UInt8] = [0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b, 0, 0x7c, 0x55, 0x35]
    #expect(
      try floats(array("<f2", "(6,)", body)) == [1, -2, 0x1p-24, 65504, .infinity, 0.333251953125])
  }

  private func examples(_ type: String, _ shape: String, _ body: [UInt8]) throws -> ArrayExamples {
    try ArrayExamples(stack: array(type, shape, body))
  }

  @Test("Channels come first, wherever they are stored")
  func channels() throws {
    let stored = (0..<24).map { UInt8($0) }
    let last = try examples("|u1", "(2, 2, 2, 3)", stored)
    #expect(last.shape == [3, 2, 2])
    let bytes = last.pixels.values.map { Int(($0 * 255).rounded()) }
    #expect(
      bytes == [
        0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23,
      ])
    let gray = try examples("|u1", "(1, 6, 4, 1)", stored)
    #expect(gray.shape == [1, 6, 4])
    #expect(try examples("|u1", "(2, 3, 2, 2)", stored).shape == [3, 2, 2])
    // Both axes could hold channels, or neither: read as documented.
    #expect(try examples("|u1", "(1, 3, 8, 1)", stored).shape == [3, 8, 1])
    #expect(try examples("|u1", "(1, 2, 4, 3)", stored).shape == [3, 2, 4])
    #expect(try examples("|u1", "(1, 2, 6, 2)", stored).shape == [2, 6, 2])
  }

  @Test("An example with a value that is no number is a problem of that example")
  func notNumbers() throws {
    let values: [Float] = [0, 1, .nan, 0.5, 0.25, .infinity, 1, 1]
    let set = try examples("<f4", "(4, 1, 2)", Sample.little(values))
    #expect(set.problems.keys.sorted() == [1, 2])
    #expect(
      set.problems[2]?.description
        == "x.npy: example 2, element 1: inf is not a finite 32-bit number")
    let floats = set.pixels.values
    #expect(floats == [0, 1, 0, 0, 0, 0, 1, 1])
  }

  @Test("Flags are black and white, and a table keeps its values")
  func tables() throws {
    let flags = try examples("|b1", "(1, 1, 2)", [0, 1]).pixels.values
    #expect(flags == [0, 1])
    let table = try examples("<f8", "(2, 3)", Sample.little([1, -20, 3e5, 0, 0.5, 7] as [Double]))
    #expect(table.shape == [3, 1, 1] && table.kind == .rows && table.problems.isEmpty)
    let values = table.pixels.values
    #expect(values == [1, -20, 3e5, 0, 0.5, 7])
    let counts = try examples("<i8", "(1, 2)", Sample.little([300, -4] as [Int64]))
    let whole = counts.pixels.values
    #expect(whole == [300, -4])
    #expect(throws: InputError.self) { try examples("|u1", "(1, 2)", [3, 4]) }
    #expect(throws: InputError.self) { try examples("|u1", "(4,)", [3, 4, 5, 6]) }
  }
}

extension ImageSet.Pixels {
  /// What is stored, as values from 0 to 1 or of a table.
  fileprivate var values: [Float] {
    switch self {
    case .bytes(let bytes, let scale): bytes.map { Float($0) / scale }
    case .floats(let floats): floats
    }
  }
}
