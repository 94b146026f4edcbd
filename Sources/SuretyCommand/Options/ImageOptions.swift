import ArgumentParser
import Surety

/// The examples.
struct ImageOptions: ParsableArguments {
  @Option(
    help:
      "The data set: digits, mnist[:DIR], cifar10[:DIR], tinyimagenet[:DIR], folder:DIR, table:FILE or npz:FILE."
  )
  var data: String

  @Option(help: "The part of the data set: test or train.")
  var split = Split.test

  @Option(
    help: """
      Which class is which output, for folders and tables: numbers, alphabetical, or a file with a name in each line.
      """)
  var classes: String?

  @Option(
    help: """
      Resize pictures in folders: the length of the shorter side, or HEIGHTxWIDTH, by Pillow's bilinear filter.
      """)
  var resize: String?

  @Option(help: "Cut a window from the middle of pictures in folders: SIDE or HEIGHTxWIDTH.")
  var crop: String?

  @Option(help: "The column of a table that holds the label.")
  var labelColumn: String?

  @Option(
    help: """
      For a network of one output: class 1 is above this number; 0, or 0.5 after a sigmoid, unless given.
      """)
  var threshold: Double?

  @Option(help: "How many examples.")
  var first: Int?

  @Option(help: "The place of the first example, counted from 0.")
  var start = 0

  @OptionGroup var normal: NormalizationOptions

  func normalization() throws(InputError) -> Normalization { try normal.normalization() }

  func load() throws(InputError) -> ImageSet {
    let order = try classes.map { (text) throws(InputError) in try ClassOrder(text) }
    var options = DataOptions(classes: order, labelColumn: labelColumn)
    if resize != nil || crop != nil {
      options.resizing = Resizing(
        size: try resize.map { (text) throws(InputError) in try .init(text, option: "--resize") },
        window: try crop.map { (text) throws(InputError) in try .init(text, option: "--crop") })
    }
    return try Datasets.load(data, split: split, options: options)
  }

  /// The places of the examples in the data.
  func examples(of images: ImageSet) throws(InputError) -> [Int] {
    guard start >= 0, start < images.count else {
      throw InputError("--start", "\(start) is not an example, expected 0 to \(images.count - 1)")
    }
    if let first, first < 1 {
      throw InputError("--first", "\(first) is not a number of examples, expected 1 or more")
    }
    return Array(start..<min(images.count, start + (first ?? images.count)))
  }
}
