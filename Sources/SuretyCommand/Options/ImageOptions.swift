import ArgumentParser
import Surety

/// The examples.
struct ImageOptions: ParsableArguments {
  @Option(
    help: "The data set: digits, mnist[:DIR], cifar10[:DIR], tinyimagenet[:DIR] or folder:DIR.")
  var data: String

  @Option(help: "The part of the data set: test or train.")
  var split = Split.test

  @Option(help: "How many examples.")
  var first: Int?

  @Option(help: "The place of the first example, counted from 0.")
  var start = 0

  @OptionGroup var normal: NormalizationOptions

  func normalization() throws(InputError) -> Normalization { try normal.normalization() }

  func load() throws(InputError) -> ImageSet { try Datasets.load(data, split: split) }

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
