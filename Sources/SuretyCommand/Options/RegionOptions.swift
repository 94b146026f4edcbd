import ArgumentParser
import Surety

/// The inputs around an image: those within a distance.
struct RegionOptions: ParsableArguments {
  @Option(help: "The radius in pixel values from 0 to 1, such as 0.03 or 8/255.")
  var eps: String

  @Option(help: "How distance is measured.")
  var norm = Norm.infinity

  func epsilon() throws(InputError) -> Double { try Epsilon.parse(eps, source: "--eps") }
}

/// What a network wants done to the values of a pixel.
struct NormalizationOptions: ParsableArguments {
  @Option(help: "What the network wants subtracted from each channel: a,b,c or one number.")
  var mean: String?

  @Option(help: "What the network wants each channel divided by: a,b,c or one number.")
  var std: String?

  /// Whether either option was given.
  var isGiven: Bool { mean != nil || std != nil }

  func normalization() throws(InputError) -> Normalization {
    if mean == nil && std == nil { return .none }
    guard let mean else { throw InputError("--mean", "is missing: --std needs it") }
    guard let std else { throw InputError("--std", "is missing: --mean needs it") }
    return try Normalization(mean: mean, std: std)
  }
}
