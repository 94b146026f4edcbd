import Files
import TestSupport
import Testing

@testable import Datasets

@Suite("TinyImageNet")
struct TinyImageNetTests {
  /// Two classes; alphabetical order is not that of the list.
  private func made(in inner: String = "") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file(inner + "wnids.txt", "n20\nn10\n")
    for name in ["n10", "n20"] {
      for number in [0, 2, 10] {
        let isGray = name == "n10" && number == 2
        try folder.file(
          inner + "train/\(name)/images/\(name)_\(number).JPEG",
          isGray ? Sample.grayJPEG : Sample.colourJPEG)
      }
      try folder.file(inner + "train/\(name)/\(name)_boxes.txt", "n10_0.JPEG\t0\t0\t3\t3\n")
    }
    try folder.file(
      inner + "val/val_annotations.txt",
      "val_1.JPEG\tn20\t0\t32\t44\t62\nval_0.JPEG\tn10\t0\t0\t3\t3\n")
    try folder.file(inner + "val/images/val_0.JPEG", Sample.colourJPEG)
    try folder.file(inner + "val/images/val_1.JPEG", Sample.grayJPEG)
    return folder
  }

  private func load(_ folder: TemporaryFolder, _ split: Split) throws(InputError) -> ImageSet {
    try Datasets.load("tinyimagenet:\(folder.path)", split: split)
  }

  /// Whether pixels are bytes over 255, give or take what decoders may differ by.
  private func isClose(_ pixels: [Float], _ bytes: [UInt8]) -> Bool {
    pixels.count == bytes.count
      && zip(pixels, bytes).allSatisfy { abs($0 * 255 - Float($1)) < 2.01 }
  }

  @Test("Training images come class by class in turn, gray ones with three equal channels")
  func train() throws {
    let set = try load(made(), .train)
    #expect(set.name == "tinyimagenet" && set.shape == [3, 4, 4])
    #expect(set.classes == ["n10", "n20"])
    #expect((0..<6).map(set.label) == [0, 1, 0, 1, 0, 1])
    let gray = Sample.grayJPEGValues
    for index in 0..<6 {
      #expect(
        isClose(set.image(index), index == 2 ? gray + gray + gray : Sample.colourJPEGValues))
    }
  }

  @Test("The test part is the validation images in the order of their table")
  func validation() throws {
    let set = try load(made(in: "tiny-imagenet-200/"), .test)
    #expect((0..<set.count).map(set.label) == [1, 0])
    #expect(isClose(set.image(1), Sample.colourJPEGValues))
  }

  @Test("What is missing or contradictory in the layout is named")
  func layout_Fails() throws {
    func message(_ folder: TemporaryFolder, _ split: Split = .test) -> String? {
      #expect(throws: InputError.self) { try load(folder, split) }?.description
    }
    let folder = try made()
    let path = folder.path
    try folder.file("wnids.txt", "n10\nn30\nn20\n")
    #expect(
      message(folder, .train)
        == "\(path)/train/n30/images: holds no .JPEG file; wnids.txt names class n30")
    try folder.file("wnids.txt", "n10\nn10\n")
    #expect(message(folder) == "\(path)/wnids.txt: line 2: class n10 is there twice")
    try folder.file("wnids.txt", "\n")
    #expect(
      message(folder) == "\(path)/wnids.txt: names no class; expected one a line, such as n02124075"
    )
    try folder.file("wnids.txt", "n10\n")
    #expect(
      message(folder) == "\(path)/val/val_annotations.txt: line 1: class n20 is not in wnids.txt")
    for (text, expected) in [
      ("val_7.JPEG\tn10\n", "line 1: no file \(path)/val/images/val_7.JPEG"),
      ("\nval_0.JPEG\n", "line 2: expected a file and its class, then a box or nothing"),
      ("", "names no file"),
    ] {
      try folder.file("val/val_annotations.txt", text)
      #expect(message(folder) == "\(path)/val/val_annotations.txt: \(expected)")
    }
    let empty = try TemporaryFolder()
    #expect(
      message(empty)
        == "\(empty.path): has no wnids.txt; expected the layout of tiny-imagenet-200 "
        + "(wnids.txt, train, val)")
  }

  @Test("A damaged image is a problem of its example; one of another size is refused")
  func damage_Fails() throws {
    let folder = try made()
    for (content, expected) in [
      (Array("not a picture at all".utf8), "not a readable JPEG file: Not a JPEG file"),
      ([], "not a readable JPEG file: Empty input file"),
      (Array(Sample.colourJPEG.dropLast(30)), "damaged JPEG data: "),
    ] {
      let path = try folder.file("val/images/val_0.JPEG", content)
      let set = try load(folder, .test)
      let problems = (0..<set.count).compactMap { set.problem(of: $0) }
      #expect(problems.count == 1)
      #expect(
        problems.first?.description.hasPrefix("\(path): \(expected)") == true, "\(problems)")
    }
    let path = try folder.file("val/images/val_0.JPEG", Sample.wideJPEG)
    let error = #expect(throws: InputError.self) { try load(folder, .test) }
    #expect(error?.description.hasPrefix("\(path): 5x4 pixels; ") == true, "\(error as Any)")
    try folder.file("val/images/val_0.JPEG", Sample.printJPEG)
    #expect(try load(folder, .test).problem(of: 0) == nil)
  }
}
