import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A small picture, and what Pillow reads from it; `scripts/make_picture_fixtures.py` writes them.
struct PictureFixture: Decodable, Sendable, CustomTestStringConvertible {
  var kind: String
  var name: String
  var file: Data
  var shape: [Int]
  /// The values, or their low bytes where there are high ones.
  var values: Data
  var high: Data?
  var resize: String?
  var crop: String?
  var testDescription: String { "\(kind): \(name)" }

  static func all(_ kind: String) -> [PictureFixture] {
    let file = URL(fileURLWithPath: "\(packageRoot)/Tests/Fixtures/pictures.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return ((try? JSONDecoder().decode([PictureFixture].self, from: data)) ?? [])
      .filter { $0.kind == kind }
  }
}

@Suite("Pictures of every kind")
struct PictureTests {
  private func read(_ fixture: PictureFixture) throws -> ImageSet {
    let folder = try TemporaryFolder()
    try folder.file("0/a.\(fixture.kind)", fixture.file)
    return try Datasets.imageFolder(folder.path, split: .test)
  }

  @Test("There are pictures")
  func fixturesAreThere() {
    #expect(PictureFixture.all("png").count > 40 && PictureFixture.all("jpg").count > 5)
    #expect(PictureFixture.all("resized").count > 5)
  }

  @Test("A PNG file gives the values that Pillow reads", arguments: PictureFixture.all("png"))
  func png(fixture: PictureFixture) throws {
    let set = try read(fixture)
    #expect(set.shape == fixture.shape)
    if let high = fixture.high {
      let expected = zip(high, fixture.values).map { Float(UInt16($0) << 8 | UInt16($1)) / 65535 }
      #expect(set.image(0) == expected)
    } else {
      #expect(set.image(0) == fixture.values.map { Float($0) / 255 })
    }
  }

  @Test(
    "Resizing is that of torchvision on Pillow's pictures", arguments: PictureFixture.all("resized")
  )
  func resized(fixture: PictureFixture) throws {
    let folder = try TemporaryFolder()
    try folder.file("0/a.png", fixture.file)
    let rule = Resizing(
      size: try fixture.resize.map { try .init($0, option: "--resize") },
      window: try fixture.crop.map { try .init($0, option: "--crop") })
    let set = try Datasets.imageFolder(folder.path, split: .test, DataOptions(resizing: rule))
    #expect(set.shape == fixture.shape)
    #expect(set.image(0) == fixture.values.map { Float($0) / 255 })
  }

  @Test("What cannot be resized is refused")
  func resized_Fails() throws {
    let folder = try TemporaryFolder()
    try folder.file("0/a.png", Sample.grayPNG)
    let window = DataOptions(resizing: Resizing(window: .exact(height: 3, width: 3)))
    #expect(throws: InputError.self) {
      try Datasets.imageFolder(folder.path, split: .test, window)
    }
    let deep = try TemporaryFolder()
    try deep.file("0/a.png", Sample.deepPNG)
    let rule = DataOptions(resizing: Resizing(size: .shorter(4)))
    #expect(throws: InputError.self) { try Datasets.imageFolder(deep.path, split: .test, rule) }
    #expect(throws: InputError.self) { try Datasets.load("digits", split: .test, options: rule) }
    for text in ["0", "4x", "axb", "1x2x3", "-3", ""] {
      #expect(throws: InputError.self) { try Resizing.Size(text, option: "--resize") }
    }
  }

  @Test("A JPEG file gives the values that Pillow reads", arguments: PictureFixture.all("jpg"))
  func jpeg(fixture: PictureFixture) throws {
    let set = try read(fixture)
    #expect(set.shape == fixture.shape)
    // Versions of libjpeg may round differently.
    let differences = zip(set.image(0), fixture.values).map { abs($0 * 255 - Float($1)) }
    #expect(differences.count == fixture.values.count && (differences.max() ?? 9) < 1.5)
  }
}
