import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Archives of arrays")
struct ArchiveTests {
  /// Written by `numpy.savez`: `x` of shape (1, 2, 2) with the bytes 0, 51, 102, 255, and `y`, which is 1.
  static let plain = Sample.base64(
    """
    UEsDBC0AAAAAAAAAIQAi+wP4//////////8FABQAeC5ucHkBABAAhAAAAAAAAACEAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog
    J3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCAyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAg
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKADNm/1BLAwQtAAAAAAAAACEAPpoUXv//////////BQAUAHkubnB5AQAQ
    AIgAAAAAAAAAiAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUn
    OiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgEAAAAA
    AAAAUEsBAi0DLQAAAAAAAAAhACL7A/iEAAAAhAAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAAAAAAhAD6aFF6I
    AAAAiAAAAAUAAAAAAAAAAAAAAIABuwAAAHkubnB5UEsFBgAAAAACAAIAZgAAAHoBAAAAAA==
    """)
  /// Written by `numpy.savez_compressed`: `x_train`, `y_train`, `x_test` with 0.5 and 0.25, `y_test`, which is [[2]].
  static let parted = Sample.base64(
    """
    UEsDBC0AAAAIAAAAIQBB86ax//////////8LABQAeF90cmFpbi5ucHkBABAAmAAAAAAAAABMAAAAAAAAAJvsF+obEMnIUMZQrZ6S
    WpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CoY6CkaaOgq1CuQBLgYcAABQSwMELQAAAAgAAAAh
    APdAEur//////////wsAFAB5X3RyYWluLm5weQEAEACYAAAAAAAAAEwAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6j
    oJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQALgYoYITSTFAaAFBLAwQtAAAACAAAACEAJ1K9Zf//////////
    CgAUAHhfdGVzdC5ucHkBABAAiAAAAAAAAABQAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIK
    EndLzClOBYoXZyQWpAL5GoY6CkBkpKmjUKtAHuBiYGCwZ2BosAMAUEsDBC0AAAAIAAAAIQDtrYsr//////////8KABQAeV90ZXN0
    Lm5weQEAEACIAAAAAAAAAEoAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4Fihdn
    JBakAvkahjoKhpo6CrUKZAMuJgYIAABQSwECLQMtAAAACAAAACEAQfOmsUwAAACYAAAACwAAAAAAAAAAAAAAgAEAAAAAeF90cmFp
    bi5ucHlQSwECLQMtAAAACAAAACEA90AS6kwAAACYAAAACwAAAAAAAAAAAAAAgAGJAAAAeV90cmFpbi5ucHlQSwECLQMtAAAACAAA
    ACEAJ1K9ZVAAAACIAAAACgAAAAAAAAAAAAAAgAESAQAAeF90ZXN0Lm5weVBLAQItAy0AAAAIAAAAIQDtrYsrSgAAAIgAAAAKAAAA
    AAAAAAAAAACAAZ4BAAB5X3Rlc3QubnB5UEsFBgAAAAAEAAQA4gAAACQCAAAAAA==
    """)

  private func load(_ file: [UInt8], _ split: Split = .test) throws -> ImageSet {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.npz", file)
    return try Datasets.load("npz:\(path)", split: split)
  }

  private func message(_ file: [UInt8]) -> String {
    do {
      _ = try load(file)
      return "read"
    } catch {
      return (error as? InputError)?.message ?? "\(error)"
    }
  }

  @Test("Arrays are found by their names, compressed or not")
  func arrays() throws {
    let set = try load(Self.plain)
    #expect(set.shape == [1, 2, 2] && set.image(0) == Sample.pixels(0, 51, 102, 255))
    #expect(set.label(0) == 1)
    let test = try load(Self.parted)
    #expect(test.count == 1 && test.image(0) == [0.5, 0.25] && test.label(0) == 2)
    #expect(try load(Self.parted, .train).count == 3)
  }

  @Test("Damage anywhere in an archive is noticed")
  func damage_Fails() throws {
    for file in [Self.plain, Self.parted] {
      for place in stride(from: 0, to: file.count, by: 3) {
        var changed = file
        changed[place] ^= 0x55
        // What is not an error must not have changed the content: dates, versions and the like.
        guard let set = try? load(changed) else { continue }
        let whole = try load(file)
        #expect(set.digest == whole.digest, "byte \(place)")
      }
      for length in stride(from: 0, to: file.count, by: 7) {
        #expect(message(Array(file.prefix(length))) != "read", "\(length) bytes")
      }
    }
    #expect(message(Sample.grayPNG) == "not a .npz file; expected a ZIP archive of arrays")
  }

  @Test("An archive without known names lists what it has")
  func names_Fails() throws {
    var text = Self.plain
    // "x.npy" becomes "q.npy" in the list and in front of the array.
    for place in 0..<text.count - 5 where text[place..<place + 5].elementsEqual("x.npy".utf8) {
      text[place] = UInt8(ascii: "q")
    }
    #expect(
      message(text)
        == "has no array of examples; expected one of x, X, images, data; it has q, y")
    #expect(throws: InputError("npz", "which file? write npz:FILE")) {
      try Datasets.load("npz", split: .test)
    }
  }
}
