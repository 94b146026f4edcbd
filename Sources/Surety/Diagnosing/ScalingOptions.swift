import Files
import Training

/// What `ScalingDiagnosis` trains.
public struct ScalingOptions: Sendable, Hashable {
  /// The widths, increasing.
  public var widths = [64, 128, 256]
  /// How rate and decay follow from the width.
  public var rules: [WidthRule] = [.rule, .constant, .proportional]
  /// The seeds; each width is trained with each by each rule.
  public var seeds = [1, 2, 3]
  /// What is learnt, and how.
  public var toy = WidthToy.Settings()

  /// Creates the options that the command has where nothing else is asked for.
  public init() {}

  /// The largest width: its square matrix alone takes 64 MiB, its gradient and averages three times that.
  public static let largestWidth = 4096

  /// Refuses what cannot be trained or has no slope.
  ///
  /// - Throws: `InputError` naming the option.
  func check() throws(InputError) {
    let range = 2...Self.largestWidth
    for width in widths where !range.contains(width) {
      throw InputError(
        "--widths", "\(width) is out of range, expected widths from 2 to \(Self.largestWidth)")
    }
    try Self.requireDifferent(widths, "--widths")
    guard widths.count >= 2 else {
      throw InputError("--widths", "is one width, expected two or more: one has no slope")
    }
    try Self.requireDifferent(rules.map(\.rawValue), "--rules")
    try Self.requireDifferent(seeds, "--seeds")
    guard !seeds.isEmpty else { throw InputError("--seeds", "is no seed, expected one or more") }
    guard !rules.isEmpty else { throw InputError("--rules", "is no rule, expected one or more") }
    guard range.contains(toy.baseWidth) else {
      throw InputError(
        "--base-width",
        "\(toy.baseWidth) is out of range, expected a width from 2 to \(Self.largestWidth)")
    }
    guard (4...1_000_000).contains(toy.steps) else {
      throw InputError(
        "--steps", "\(toy.steps) is out of range, expected a number from 4 to 1000000")
    }
    guard (1...65_536).contains(toy.batch) else {
      throw InputError(
        "--batch", "\(toy.batch) is out of range, expected a number from 1 to 65536")
    }
    guard toy.rate > 0, toy.rate <= 1 else {
      throw InputError(
        "--rate", "\(toy.rate) is out of range, expected a number above 0, at most 1")
    }
    guard toy.decay > 0, toy.decay.isFinite else {
      throw InputError("--decay", "\(toy.decay) is out of range, expected a number above 0")
    }
    try checkDecay()
  }

  /// Refuses a decay that takes more off a matrix in a step than there is.
  private func checkDecay() throws(InputError) {
    for rule in rules {
      for width in widths {
        let one = WidthToy(width: width, rule: rule, seed: 0, settings: toy)
        guard one.rate * one.decay < 1 else {
          throw InputError(
            "--decay",
            "\(toy.decay) takes all of a matrix off in a step at width \(width) (\(rule.rawValue)); expected rate times decay below 1 there"
          )
        }
      }
    }
  }

  private static func requireDifferent<T: Hashable>(
    _ values: [T], _ option: String
  ) throws(InputError) {
    var seen: Set<T> = []
    for value in values where !seen.insert(value).inserted {
      throw InputError(option, "\(value) is there twice, expected each once")
    }
  }
}
