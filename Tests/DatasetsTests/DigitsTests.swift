import Digests
import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("The embedded digits")
struct DigitsTests {
  @Test("The parts have 1,500 and 297 images of 8x8")
  func parts() {
    let train = Datasets.digits(.train)
    let test = Datasets.digits(.test)
    #expect(train.count == 1_500)
    #expect(test.count == 297)
    #expect(train.shape == [1, 8, 8])
    #expect(train.classes.count == 10)
  }

  @Test("The first image is the zero that the source starts with")
  func firstImage() {
    let set = Datasets.digits(.train)
    let rows: [Float] = [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]
    #expect(Array(set.image(0).prefix(16)) == rows.map { $0 / 16 })
    #expect(set.label(0) == 0)
    #expect((1...3).map(set.label) == [1, 2, 3])
  }

  @Test("Every value is from 0 to 1, and some are 1")
  func range() {
    let set = Datasets.digits(.test)
    let values = (0..<set.count).flatMap(set.image)
    #expect(values.allSatisfy { (0...1).contains($0) })
    #expect(values.max() == 1)
  }

  @Test("The records have the digest that datasets/README.md states")
  func digest() {
    let records = [Split.train, .test].map(Datasets.digits).flatMap { set in
      (0..<set.count).flatMap { index in
        set.image(index).map { UInt8($0 * 16) } + [UInt8(set.label(index))]
      }
    }
    #expect(
      sha256(of: Data(records))
        == "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2")
  }

  @Test("A part has its images in their order, and its first part is what first gives")
  func part() throws {
    let set = Datasets.digits(.test)
    let part = set.part(100..<130)
    #expect(part.count == 30 && part.shape == set.shape)
    for place in 0..<30 {
      #expect(part.image(place) == set.image(100 + place))
      #expect(part.label(place) == set.label(100 + place))
    }
    #expect(try set.part(0..<7).digest == set.first(7).digest)
    #expect(part.digest != set.part(99..<129).digest)
  }

  @Test("A set's digest depends on its pixels, its labels and their order")
  func setDigest() {
    func digest(_ pixels: [UInt8], _ labels: [Int32]) -> String {
      ImageSet(
        name: "x", split: .test, shape: [1, 1, 1], classes: ["a", "b"],
        pixels: .bytes(pixels, scale: 255), labels: labels
      ).digest
    }
    #expect(digest([1, 2], [0, 1]) == digest([1, 2], [0, 1]))
    #expect(
      Set([digest([1, 2], [0, 1]), digest([2, 1], [0, 1]), digest([1, 2], [1, 0])]).count == 3)
  }
}

@Suite("Digests")
struct DigestTests {
  @Test("The digest of abc is the one that FIPS 180-4 gives")
  func abc() throws {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(sha256(of: Data("abc".utf8)) == expected)
    let folder = try TemporaryFolder()
    #expect(try sha256(ofFile: folder.file("abc", "abc")) == expected)
  }

  @Test("A file of several pieces has the digest of its bytes")
  func pieces() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<3 << 20 + 7).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(try sha256(ofFile: folder.file("big", bytes)) == sha256(of: Data(bytes)))
  }

  @Test("A missing file and a folder are named")
  func missing_Fails() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InputError("\(folder.path)/x", "no such file")) {
      try sha256(ofFile: "\(folder.path)/x")
    }
    #expect(throws: InputError(folder.path, "is a folder, expected a file")) {
      try sha256(ofFile: folder.path)
    }
  }
}
