import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("A folder of images")
struct ImageFolderTests {
  static let gray = Sample.pixels(0, 51, 102, 153, 204, 255)
  static let colour =
    gray + Sample.pixels(153, 204, 255, 0, 51, 102) + Sample.pixels(255, 204, 153, 102, 51, 0)

  private func load(_ folder: TemporaryFolder, _ split: Split = .test) throws(InputError)
    -> ImageSet
  {
    try Datasets.load("folder:\(folder.path)", split: split)
  }

  @Test("Sub-folders with numbers as names are labels")
  func numbered() throws {
    let folder = try TemporaryFolder()
    try folder.file("10/a.png", Sample.grayPNG)
    try folder.file("2/b.png", Sample.grayPNG)
    try folder.file("2/a.PNG", Sample.bitPNG)
    try folder.file("2/notes.txt", "not an image")
    let set = try load(folder)
    #expect(set.count == 3)
    #expect((0..<3).map(set.label) == [2, 2, 10])
    #expect(set.classes.count == 11)
    #expect(set.shape == [1, 2, 3])
    #expect(set.image(0) == [0, 0, 1, 1, 1, 1])
    #expect(set.image(1) == Self.gray)
  }

  @Test("Examples are named by their files in the folder, whatever else happens to them")
  func names() throws {
    let folder = try TemporaryFolder()
    try folder.file("test/10/a.png", Sample.grayPNG)
    try folder.file("test/2/b.png", Sample.grayPNG)
    try folder.file("test/2/deep/c.png", "no picture")
    let set = try load(folder)
    #expect(set.exampleNames == ["2/b.png", "2/deep/c.png", "10/a.png"])
    #expect(set.name(of: 2) == "10/a.png" && set.problem(of: 1) != nil)
    #expect(set.coloured().name(of: 1) == "2/deep/c.png")
    #expect(try set.first(2).exampleNames == ["2/b.png", "2/deep/c.png"])
    try folder.file("test/labels.csv", "2/b.png,3\n../test/10/a.png,1\n")
    #expect(try load(folder).exampleNames == ["2/b.png", "../test/10/a.png"])
    #expect(Datasets.digits(.test).name(of: 0) == nil)
  }

  @Test("Sub-folders with other names are numbered in alphabetical order")
  func named() throws {
    let folder = try TemporaryFolder()
    try folder.file("dog/a.png", Sample.colourPNG)
    try folder.file("cat/a.png", Sample.palettePNG)
    let set = try load(folder)
    #expect(set.classes == ["cat", "dog"])
    #expect(set.shape == [3, 2, 3])
    #expect(set.image(0) == Self.colour)
    #expect(set.image(1) == Self.colour)
  }

  @Test("Gray pictures among coloured ones get three channels")
  func mixed() throws {
    let folder = try TemporaryFolder()
    try folder.file("0/a.png", Sample.grayPNG)
    try folder.file("0/b.png", Sample.colourPNG)
    let set = try load(folder)
    #expect(set.image(0) == Self.gray + Self.gray + Self.gray)
    #expect(set.image(1) == Self.colour)
  }

  @Test("labels.csv gives the order and the labels")
  func table() throws {
    let folder = try TemporaryFolder()
    try folder.file("x.npy", Sample.numpyFile)
    try folder.file("y.png", Sample.grayPNG)
    try folder.file("labels.csv", "file,label\r\ny.png, 3\r\nx.npy,1\r\n\r\n")
    let set = try load(folder)
    #expect((0..<2).map(set.label) == [3, 1])
    #expect(set.image(0) == Self.gray)
    #expect(set.image(1) == [0, 0.25, 0.5, 0.75, 1, 0.125])
  }

  @Test("A stack of arrays goes with labels.npy")
  func stack() throws {
    let folder = try TemporaryFolder()
    let values: [Double] = [0, 0.5, 1, 0.25]
    try folder.file("x.npy", Sample.npy("<f8", "(2, 1, 1, 2)", Sample.little(values)))
    try folder.file("labels.npy", Sample.npy("<i8", "(2,)", Sample.little([4, 0] as [Int64])))
    let set = try load(folder)
    #expect(set.shape == [1, 1, 2])
    #expect(set.image(1) == [1, 0.25])
    #expect((0..<2).map(set.label) == [4, 0])

    try folder.file("x.npy", Sample.npy("|u1", "(2, 1, 2)", [0, 255, 51, 102]))
    #expect(try load(folder).image(1) == Sample.pixels(51, 102))
  }

  @Test("train and test are read apart, with one numbering of classes")
  func splits() throws {
    let folder = try TemporaryFolder()
    try folder.file("train/cat/a.png", Sample.grayPNG)
    try folder.file("train/dog/a.png", Sample.grayPNG)
    try folder.file("test/dog/b.png", Sample.bitPNG)
    #expect(try load(folder, .train).count == 2)
    let test = try load(folder, .test)
    #expect(test.count == 1)
    #expect(test.label(0) == 1 && test.classes == ["cat", "dog"])
  }

  @Test("A folder without train and test serves as both")
  func unsplit() throws {
    let folder = try TemporaryFolder()
    try folder.file("0/a.npy", Sample.npy("<f4", "(1, 1, 2)", Sample.little([0, 1] as [Float])))
    #expect(try load(folder, .train).digest == load(folder, .test).digest)
    try folder.file("train/0/a.png", Sample.grayPNG)
    #expect(throws: InputError(folder.path, "has a sub-folder train but no test")) {
      try load(folder)
    }
  }

  /// One file in `0/`, and the message about it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let content: [UInt8]
    let message: String
    var testDescription: String { message }
  }

  @Test(
    "A damaged image is refused with the reason",
    arguments: [
      Damage(
        name: "a.png", content: Array("hello, this is text".utf8),
        message: "not a readable PNG file: Not a PNG file"),
      Damage(
        name: "a.png", content: Array(Sample.grayPNG.prefix(20)),
        message: "not a readable PNG file: read beyond end of data"),
      Damage(
        name: "a.png", content: Array(Sample.grayPNG.prefix(50)),
        message: "damaged PNG data: read beyond end of data"),
      Damage(
        name: "a.npy", content: Sample.grayPNG,
        message: "bytes 0-5: not a .npy file; expected \\x93NUMPY"),
      Damage(
        name: "a.npy", content: [0x93] + "NUMPY".utf8 + [4, 0, 0, 0],
        message: "byte 6: version 4 of .npy; expected 1, 2 or 3"),
      Damage(
        name: "a.npy", content: [0x93] + "NUMPY".utf8 + [1, 0, 200, 0, 1],
        message: "ends inside the header, which has 200 bytes"),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(2, 2)", [0, 0, 0, 0]),
        message: "4 bytes after the header; shape (2, 2) of f4 needs 16"),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(99999999999, 99999999999)", []),
        message: "header: impossible size 99999999999"),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(2, 1, 1, 1)", Array(repeating: 0, count: 8)),
        message:
          "shape [2, 1, 1, 1]; expected (H, W), (C, H, W) or (H, W, C) for a picture, (F) for a row"
      ),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(1, 2)", Sample.little([1, 1.5] as [Float])),
        message:
          "element 1: 1.5 is not from 0 to 1; store pixels as they are and give --mean and --std"),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(1, 1)", Sample.little([Float.nan])),
        message: "example 0, element 0: nan is not a finite 32-bit number"),
      Damage(
        name: "a.npy", content: Sample.npy("<i8", "(1, 1)", Sample.little([1] as [Int64])),
        message:
          "holds integers of more than 8 bits, which may mean 0 to 255 or anything else; save pixels "
          + "as uint8, or as float32 from 0 to 1"),
      Damage(
        name: "a.npy", content: Sample.npy("|u1", "(1, 3)", [0, 1, 1]),
        message:
          "bytes of 0 and 1 only; a byte is read as a 255th, so save them as float32 or bool if 1 "
          + "is white"),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(1, 2)", Sample.little([0, 255] as [Float])),
        message: "element 1: 255.0 is not from 0 to 1; divide pixels by 255, or save them as uint8"),
      Damage(
        name: "a.npy", content: Sample.npy("<f4", "(1, 2)", Sample.little([-2, 2.5] as [Float])),
        message:
          "element 0: -2.0 is not from 0 to 1; store pixels as they are and give --mean and --std"),
      Damage(
        name: "a.npy", content: Sample.npy("|u1", "(4,)", [1, 2, 3, 4]),
        message:
          "shape [4] of bytes; give pictures their own axes, as in (N, H, W), and save the rows "
          + "of a table as float32"),
      Damage(
        name: "a.npy", content: Sample.npy("|O", "(1, 1)", []),
        message:
          "header: element type '|O'; expected numbers such as '<f4', '<f8' or '|u1' (objects are "
          + "Python's own and are not read)"),
      Damage(
        name: "a.npy", content: Sample.npy("<c8", "(1, 1)", []),
        message: "header: element type '<c8'; expected numbers such as '<f4', '<f8' or '|u1'"),
    ])
  func damage_Fails(_ damage: Damage) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("0/\(damage.name)", damage.content)
    let error = #expect(throws: InputError.self) { try load(folder) }
    #expect(error?.description == "\(path): \(damage.message)")
  }

  @Test("A folder of no known layout, and images of two shapes, are refused")
  func layout_Fails() throws {
    #expect(throws: InputError("/no/such", "no such folder")) {
      try Datasets.imageFolder("/no/such", split: .test)
    }
    let folder = try TemporaryFolder()
    #expect(
      throws: InputError(
        folder.path,
        "expected sub-folders named by class, a labels.csv, or an array file beside labels.npy")
    ) { try load(folder) }
    try folder.file("0/readme.txt", "")
    #expect(throws: InputError(folder.path, "no .png, .jpg or .npy file in its sub-folders")) {
      try load(folder)
    }
    let first = try folder.file("0/a.png", Sample.grayPNG)
    let second = try folder.file("0/b.npy", Sample.npy("|u1", "(2, 2)", [1, 2, 3, 4]))
    #expect(
      throws: InputError(
        second,
        "shape [1, 2, 2]; \(first) has [1, 2, 3], and all must be the same "
          + "(see --resize and --crop)")
    ) { try load(folder) }
  }

  @Test("A wrong table or wrong labels are refused with the line or the element")
  func labels_Fails() throws {
    let folder = try TemporaryFolder()
    try folder.file("a.png", Sample.grayPNG)
    let table = "\(folder.path)/labels.csv"
    for (text, place, message) in [
      ("file,label\na.png\n", "line 2", "1 cells; expected the two of file,label"),
      ("a.gif,1\n", "line 1", "a.gif is none of .png, .jpg, .jpeg and .npy"),
      ("a.png,-1\n", "line 1", "label -1; expected a whole number from 0 to 9999, or a name"),
      (
        "a.png,1\na.png,1.5\n", "line 2",
        "label 1.5; expected a whole number from 0 to 9999, or a name"
      ),
      ("a.png,\n", "line 1", "the label is missing"),
      ("a.png,nan\n", "line 1", "the label is missing"),
      (
        "a.png,1\na.png,cat\n", "line 2",
        "label \"cat\" among numbers; expected all numbers or all names, or --classes"
      ),
      (
        "a.png,cat\na.png,1\n", "line 2",
        "label \"1\" among names; expected all numbers or all names, or --classes"
      ),
      ("file;label\na.png;1\n", "line 1", "cells parted by semicolons; expected commas"),
      ("a.png,\"1\n", "line 1", "a quote that is not closed"),
      ("file,label\n", "", "names no file; expected lines file,label"),
    ] {
      try folder.file("labels.csv", text)
      #expect(throws: InputError(table, place: place, message)) { try load(folder) }
    }
    try FileManager.default.removeItem(atPath: table)
    try folder.file("x.npy", Sample.npy("|u1", "(2, 1, 2)", [0, 255, 51, 102]))
    let labels = try folder.file("labels.npy", Sample.npy("|u1", "(3,)", [0, 1, 2]))
    #expect(throws: InputError(labels, "shape [3]; expected [2], a label per example")) {
      try load(folder)
    }
    try folder.file("labels.npy", Sample.npy("|i1", "(2,)", [0, 255]))
    #expect(
      throws: InputError(
        labels, place: "element 1", "label -1 is not a whole number from 0 to 9999")
    ) { try load(folder) }
  }
}
