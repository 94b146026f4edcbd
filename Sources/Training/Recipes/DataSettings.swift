import Datasets
import Files

/// What a network learns from.
public struct DataSettings: Sendable, Hashable {
  /// The data set as the command line names it: `NAME` or `NAME:DIR`.
  public var name = ""
  /// The number of training images, from the first on; nil for all.
  public var first: Int?
  /// Whether half of the images are mirrored left to right, anew in every epoch.
  public var flip = false
  /// The number of pixels by which images are moved at most, anew in every epoch, their edge repeated; 0 for none.
  public var crop = 0
  /// What the network subtracts from its input, per channel.
  public var mean: [Double] = [0]
  /// What the network divides its input by, per channel.
  public var std: [Double] = [1]

  mutating func visit(_ fields: inout some RecipeFields) {
    fields.text("name", &name, default: nil)
    fields.integer("first", &first, in: 1...Int.max, none: "all")
    fields.flag("flip", &flip, default: false)
    fields.integer("crop", &crop, in: 0...1_000, default: 0)
    let (mean, std) = statistics
    fields.numbers("mean", &self.mean, in: .notNegative, count: nil, default: mean)
    fields.numbers("std", &self.std, in: .positive, count: nil, default: std)
  }

  /// The channel statistics that certified training uses for a data set.
  ///
  /// CIFAR-10's deviations are the means over images of the deviation within an image, as in the published
  /// code of this field, not the deviation over all pixels.
  private var statistics: (mean: [Double], std: [Double]) {
    switch name.prefix(while: { $0 != ":" }) {
    case "cifar10": ([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010])
    case "tinyimagenet": ([0.4802, 0.4481, 0.3975], [0.2302, 0.2265, 0.2262])
    default: ([0], [1])
    }
  }

  /// Reports a data set that nobody reads, and statistics that do not fit each other.
  func reportContradictions(to problems: RecipeProblems) {
    let set = String(name.prefix { $0 != ":" })
    if !Datasets.names.contains(set) {
      let hint = nearest(to: set, among: Datasets.names).map { "; did you mean \($0)?" } ?? ""
      problems.add(
        "data.name",
        "\"\(set)\" is no data set; known are \(Datasets.names.joined(separator: ", "))\(hint)")
    }
    if mean.count != std.count {
      problems.add(
        "data.std", "\(std.count) for \(mean.count) of mean; expected as many numbers")
    }
  }
}
