import Foundation
import Training

/// A number measured with several seeds.
public struct SeedSpread: Sendable, Hashable, Codable {
  /// The mean over the seeds.
  public var mean: Double
  /// The lowest.
  public var lowest: Double
  /// The highest.
  public var highest: Double

  /// Creates the mean and the ends of some numbers; nil where there is none.
  init?(_ values: [Double]) {
    guard let low = values.min(), let high = values.max() else { return nil }
    (lowest, highest) = (low, high)
    mean = values.reduce(0, +) / Double(values.count)
  }
}

/// What `ScalingDiagnosis` has measured; `surety diagnose scaling --json` prints it.
public struct ScalingRecord: Sendable, Hashable, Codable {
  /// One training.
  public struct Run: Sendable, Hashable, Codable {
    /// How rate and decay follow from the width.
    public var rule: WidthRule
    /// The width.
    public var width: Int
    /// Where the random numbers start.
    public var seed: Int
    /// The learning rate of the square matrix.
    public var rate: Double
    /// The weight decay of the square matrix.
    public var decay: Double
    /// What was measured, quarter by quarter.
    public var measures: [Measure]
    /// Whether a weight was no number any more at the end of a quarter.
    public var isDiverged: Bool

    enum CodingKeys: String, CodingKey {
      case rule, width, seed, rate, decay, measures
      case isDiverged = "diverged"
    }
  }

  /// The square matrix after some steps.
  public struct Measure: Sendable, Hashable, Codable {
    /// The steps.
    public var step: Int
    /// What is proved not to be below the largest singular value.
    public var atMost: Double
    /// How far a vector that was found is stretched.
    public var atLeast: Double
    /// The root mean square of what the matrix puts out over that of what it reads.
    public var gain: Double
    /// The mean squared distance of an output to the teacher's.
    public var error: Double

    enum CodingKeys: String, CodingKey {
      case step, gain, error
      case atMost = "norm_at_most"
      case atLeast = "norm_at_least"
    }
  }

  /// A width by a rule, over the seeds, at the end of the trainings.
  public struct Width: Sendable, Hashable, Codable {
    /// The width.
    public var width: Int
    /// The learning rate of the square matrix.
    public var rate: Double
    /// The weight decay of the square matrix.
    public var decay: Double
    /// Its largest singular value, proved from above.
    public var norm: SeedSpread
    /// What the last quarter of the training changed of it, as a part.
    public var settling: SeedSpread?
    /// The sublayer gain.
    public var gain: SeedSpread
    /// The mean squared distance of an output to the teacher's.
    public var error: SeedSpread
  }

  /// What a rule leads to across the widths.
  public struct Rule: Sendable, Hashable, Codable {
    /// The rule.
    public var rule: WidthRule
    /// The slope that the published exponents give.
    public var publishedSlope: Double
    /// The widths; those with a seed that diverged have none.
    public var widths: [Width]
    /// The slope of the logarithm of the largest singular value by that of the width; nil where a training diverged.
    public var slope: SeedSpread?
    /// The same after each quarter.
    public var slopes: [Quarter]
    /// The slope of the logarithm of the gain.
    public var gainSlope: SeedSpread?
    /// The largest gain over the smallest, less 1.
    public var gainDrift: SeedSpread?

    enum CodingKeys: String, CodingKey {
      case rule, widths, slope, slopes
      case publishedSlope = "published_slope"
      case gainSlope = "gain_slope"
      case gainDrift = "gain_drift"
    }
  }

  /// A slope after some steps.
  public struct Quarter: Sendable, Hashable, Codable {
    /// The steps.
    public var step: Int
    /// The slope.
    public var slope: SeedSpread
  }

  /// The steps of each training.
  public var steps: Int
  /// The examples of a step.
  public var batch: Int
  /// The learning rate at the base width.
  public var rate: Double
  /// The weight decay at the base width.
  public var decay: Double
  /// The width at which rate and decay are as they are.
  public var baseWidth: Int
  /// The seeds.
  public var seeds: [Int]
  /// What each rule leads to.
  public var rules: [Rule]
  /// Every training.
  public var runs: [Run]
  /// Seconds, all trainings together.
  public var seconds: Double

  enum CodingKeys: String, CodingKey {
    case steps, batch, rate, decay, seeds, rules, runs, seconds
    case baseWidth = "base_width"
  }

  /// Puts trainings together.
  init(_ options: ScalingOptions, _ runs: [WidthToyRun], seconds: Double) {
    let toy = options.toy
    (steps, batch, rate, decay, baseWidth) = (
      toy.steps, toy.batch, toy.rate, toy.decay, toy.baseWidth
    )
    (seeds, self.seconds) = (options.seeds, seconds)
    let all = runs.map(Run.init)
    self.runs = all
    rules = options.rules.map { rule in
      Rule(rule, all.filter { $0.rule == rule }, widths: options.widths, seeds: options.seeds)
    }
  }
}

extension ScalingRecord.Run {
  init(_ run: WidthToyRun) {
    let toy = run.toy
    self.init(
      rule: toy.rule, width: toy.width, seed: toy.seed, rate: toy.rate, decay: toy.decay,
      measures: run.measures.map { measure in
        ScalingRecord.Measure(
          step: measure.step, atMost: measure.largest.upper.value,
          atLeast: measure.largest.lower.value, gain: measure.gain, error: measure.error)
      },
      isDiverged: run.divergedBy != nil)
  }
}

extension ScalingRecord.Rule {
  init(_ rule: WidthRule, _ runs: [ScalingRecord.Run], widths: [Int], seeds: [Int]) {
    (self.rule, publishedSlope) = (rule, rule.publishedSlope)
    self.widths = widths.compactMap { width in
      ScalingRecord.Width(runs.filter { $0.width == width })
    }
    (slope, slopes, gainSlope, gainDrift) = (nil, [], nil, nil)
    guard !runs.contains(where: \.isDiverged) else { return }
    // A line for each seed, so that the spread is that of the slopes.
    let lines = seeds.map { seed in runs.filter { $0.seed == seed } }
    func fitted(_ value: (ScalingRecord.Run) -> Double?) -> SeedSpread? {
      SeedSpread(
        lines.compactMap { line in
          logarithmicSlope(
            line.compactMap { run in value(run).map { (Double(run.width), $0) } })
        })
    }
    let steps = runs.first?.measures.map(\.step) ?? []
    slopes = steps.indices.compactMap { quarter in
      fitted { $0.measures[quarter].atMost }.map {
        ScalingRecord.Quarter(step: steps[quarter], slope: $0)
      }
    }
    slope = slopes.last?.slope
    gainSlope = fitted { $0.measures.last?.gain }
    gainDrift = SeedSpread(
      lines.compactMap { line in
        let gains = line.compactMap { $0.measures.last?.gain }
        guard let low = gains.min(), let high = gains.max(), low > 0 else { return nil }
        return high / low - 1
      })
  }
}

extension ScalingRecord.Width {
  /// The runs of a width with all seeds; nil where one of them diverged.
  init?(_ runs: [ScalingRecord.Run]) {
    let ends = runs.compactMap { $0.isDiverged ? nil : $0.measures.last }
    guard ends.count == runs.count, let first = runs.first,
      let norm = SeedSpread(ends.map(\.atMost)),
      let gain = SeedSpread(ends.map(\.gain)), let error = SeedSpread(ends.map(\.error))
    else { return nil }
    (width, rate, decay) = (first.width, first.rate, first.decay)
    (self.norm, self.gain, self.error) = (norm, gain, error)
    settling = SeedSpread(
      runs.compactMap { run in
        let norms = run.measures.suffix(2).map(\.atMost)
        guard norms.count == 2, norms[0] > 0 else { return nil }
        return norms[1] / norms[0] - 1
      })
  }
}

/// The slope of the line that is nearest to the logarithms of some points, by least squares; nil for fewer than two widths and for numbers
/// that have no logarithm.
func logarithmicSlope(_ points: [(x: Double, y: Double)]) -> Double? {
  guard points.count >= 2, points.allSatisfy({ $0.x > 0 && $0.y > 0 && $0.y.isFinite }) else {
    return nil
  }
  let (x, y) = (points.map { log($0.x) }, points.map { log($0.y) })
  let count = Double(points.count)
  let (middle, height) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
  let spread = x.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
  guard spread > 0 else { return nil }
  return zip(x, y).reduce(0) { $0 + ($1.0 - middle) * ($1.1 - height) } / spread
}
