import Files
import Foundation

extension Datasets {
  /// Returns the embedded optical digits: 1,797 images of 8x8, of which the first 1,500 are the training
  /// part and the last 297 the test part.
  ///
  /// A stored value from 0 to 16 (how many of 4x4 pixels were set) is read as `value / 16`. The data is a
  /// part of the program, so it needs no file and moves with the executable.
  ///
  /// Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
  /// Repository, 1998, CC BY 4.0; see `datasets/README.md`.
  public static func digits(_ split: Split) -> ImageSet {
    let records = Array(digitRecords[split == .train ? 0..<1_500 : 1_500..<1_797])
    return ImageSet(
      name: "digits", split: split, shape: [1, 8, 8], classes: (0...9).map(String.init),
      pixels: .bytes(records.flatMap { $0.dropLast() }, scale: 16),
      labels: records.map { Int32($0[$0.endIndex - 1]) })
  }

  /// Every record: 64 pixel values, then the digit.
  private static let digitRecords: [ArraySlice<UInt8>] = {
    guard let packed = Data(base64Encoded: embeddedDigits, options: .ignoreUnknownCharacters),
      let content = try? gunzip(packed, source: "embedded digits", limit: 1 << 20),
      content.count == 1_797 * 65
    else { preconditionFailure("the embedded digits are damaged; run scripts/make_digits.py") }
    let bytes = [UInt8](content)
    return (0..<1_797).map { bytes[$0 * 65..<($0 + 1) * 65] }
  }()
}
