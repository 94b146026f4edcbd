import Files
import Foundation

/// The data sets that can be named on a command line.
///
/// | specification | data |
/// |---|---|
/// | `digits` | the embedded optical digits, 8x8 |
/// | `mnist:DIR` | MNIST in IDX files, gzipped or not |
/// | `cifar10:DIR` | CIFAR-10 in its binary layout |
/// | `tinyimagenet:DIR` | TinyImageNet as its archive unpacks; its `val` is the test part |
/// | `folder:DIR` | PNG or JPEG images, or `.npy` arrays |
/// | `table:FILE` | rows of numbers in a `.csv` or `.npy` file |
/// | `npz:FILE` | arrays of examples and of labels in one `.npz` file |
///
/// Without `:DIR`, `mnist`, `cifar10` and `tinyimagenet` are looked for in `$SURETY_DATA/NAME`, or in
/// `data/NAME` when that variable is not set.
public enum Datasets {
  /// The names that a specification may start with.
  public static let names = [
    "digits", "mnist", "cifar10", "tinyimagenet", "folder", "table", "npz",
  ]

  /// Reads the data set that a specification names.
  ///
  /// - Parameters:
  ///   - specification: `NAME` or `NAME:DIR`.
  ///   - split: The part to read.
  ///   - options: What the user says about folders and tables.
  ///   - environment: Where `SURETY_DATA` is looked up.
  /// - Throws: `InputError` when the name is unknown, a file is missing, or a file is damaged.
  public static func load(
    _ specification: String, split: Split, options: DataOptions = .init(),
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(InputError) -> ImageSet {
    let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    let folder = parts.count > 1 ? String(parts[1]) : nil
    if folder == "" {
      throw InputError(specification, "no folder after the colon; expected \(name):DIR")
    }
    try options.check(for: name)
    switch name {
    case "digits":
      if folder != nil {
        throw InputError(specification, "digits is built in; write digits, without a folder")
      }
      return digits(split)
    case "folder":
      guard let folder else {
        throw InputError(specification, "which folder? write folder:DIR")
      }
      return try imageFolder(folder, split: split, options)
    case "table":
      guard let folder else {
        throw InputError(specification, "which file? write table:FILE")
      }
      return try table(folder, split: split, options)
    case "npz":
      guard let folder else {
        throw InputError(specification, "which file? write npz:FILE")
      }
      return try archive(folder, split: split, options)
    case "mnist":
      return try mnist(located(name, folder, environment), split: split)
    case "cifar10":
      return try cifar10(located(name, folder, environment), split: split)
    case "tinyimagenet":
      return try tinyImageNet(located(name, folder, environment), split: split)
    default:
      throw unknownName(name, among: names)
    }
  }

  private static func located(
    _ name: String, _ folder: String?, _ environment: [String: String]
  ) throws(InputError) -> String {
    if let folder {
      guard isFolder(folder) else {
        throw InputError(folder, "no such folder; \(remedy(name, folder))")
      }
      return folder
    }
    let root = environment["SURETY_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    let place = "\(root ?? "data")/\(name)"
    guard isFolder(place) else {
      let reason = root == nil ? "SURETY_DATA is not set" : "from SURETY_DATA"
      throw InputError(
        name,
        "looked in \(place) (\(reason)) and there is no such folder; name one with \(name):DIR, or "
          + remedy(name, place))
    }
    return place
  }

  /// How a set comes to be in a folder.
  private static func remedy(_ name: String, _ folder: String) -> String {
    name == "tinyimagenet"
      ? "unpack tiny-imagenet-200.zip in \(folder)"
      : "`surety data \(name) --out \(folder)` fetches the set"
  }

  static func unknownName(_ name: String, among names: [String]) -> InputError {
    let hint = nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
    return InputError(
      "data set \"\(name)\"", "unknown; known are \(names.joined(separator: ", "))\(hint)")
  }
}

func isFolder(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    && isDirectory.boolValue
}
