import Datasets
import Foundation

/// A look at a network and its data before work that takes long: is the network right about the images at all, and would it
/// be with another normalisation or order of pixels?
public struct Preflight: Sendable {
  /// The images to try at most.
  public var images = 100
  /// The seconds to spend, about; a network that is too slow for that is tried on fewer images, or not at all.
  public var seconds = 2.0
  /// Whether every reading is tried, or only as long as another could be better.
  public var isThorough = false
  /// Whether the caller can be given `--mean` and `--std`; if not, the network must do it by itself.
  public var takesOptions = true
  private let certifier: Certifier
  private let layout: PixelLayout

  /// The products that any machine adds up in a moment.
  private static let littleWork = 4e9
  /// The images that are tried where two readings are close.
  private static let most = 1_000
  /// Fewer images than this tell nothing.
  private static let fewest = 20

  /// What was found.
  public struct Findings: Sendable {
    /// The readings that were tried, the given one first; empty where the network is too slow.
    public var trials: [AccuracyTrial] = []
    /// What is probably wrong, with what would be right; empty where nothing is.
    public var warnings: [String] = []
    /// What may be better, but not by more than chance explains.
    public var note: String?
    /// The smallest and the largest pixel value of the images.
    public var range: ClosedRange<Float> = 0...1
    /// The seconds that one image takes on its way through the network.
    public var secondsPerImage = 0.0
  }

  /// Prepares a look.
  ///
  /// - Parameter layout: How the network's input holds an image.
  public init(_ certifier: Certifier, layout: PixelLayout) {
    (self.certifier, self.layout) = (certifier, layout)
  }

  /// Looks.
  ///
  /// - Parameter examples: The places of the examples of the run; where they are too few to tell, or nil, all are used.
  public func run(on examples: [Int]? = nil) -> Findings {
    let usable = (examples ?? []).filter { certifier.images.problem(of: $0) == nil }
    let pool =
      usable.count >= Self.fewest
      ? usable : (0..<certifier.images.count).filter { certifier.images.problem(of: $0) == nil }
    let count = min(images, pool.count)
    let probe = AccuracyProbe(certifier, Self.spread(pool, count))
    var findings = Findings()
    findings.range = probe.range
    let given = PixelReading("as given", certifier.options.normalization)
    findings.secondsPerImage = pace(probe, given)
    let candidates = normalizations(probe)
    // Little work is done whole however busy the machine is, so that small networks always get the same answer.
    let little = Self.littleWork / Double(max(1, certifier.network.multiplyAddCount))
    let affordable = max(little, seconds / max(1e-9, findings.secondsPerImage))
    let number = Int(min(Double(count), affordable / Double(candidates.count + 4)))
    guard number >= min(Self.fewest, count) else { return findings }
    let asGiven = probe.trial(given, count: number)
    findings.trials = [asGiven]
    if asGiven.accuracy < 0.98 || isThorough {
      findings.trials += candidates.map { probe.trial($0, count: number) }
      let best = findings.trials.sorted(by: Self.isBetter).prefix(2)
      findings.trials += best.flatMap { trial in
        orders.map { order in
          var reading = trial.reading
          reading.order = order
          return probe.trial(reading, count: number)
        }
      }
    }
    findings.warnings = warnings(findings.trials, probe)
    if findings.warnings.isEmpty, let best = findings.trials.min(by: Self.isBetter),
      best.right > asGiven.right, count >= Self.fewest
    {
      let number = Int(min(affordable / 2, Double(min(Self.most, pool.count))))
      lookAgain(at: best, number > count ? Self.spread(pool, number) : [], &findings)
    }
    return findings
  }

  /// Compares the best reading with the given one on more images.
  private func lookAgain(at best: AccuracyTrial, _ examples: [Int], _ findings: inout Findings) {
    guard var given = findings.trials.first else { return }
    var best = best
    if !examples.isEmpty {
      let probe = AccuracyProbe(certifier, examples)
      given = probe.trial(given.reading, count: examples.count)
      best = probe.trial(best.reading, count: examples.count)
    }
    let score = "\(given.right) of \(given.count) images are right as they are given"
    if given.isClearlyBelow(best) {
      findings.warnings = ["\(score), \(best.right) \(remedy(best.reading))"]
    } else if best.right > given.right {
      findings.note =
        "\(score), \(best.right) \(remedy(best.reading)): so few more may be chance, what counts is how it was trained"
    }
  }

  /// Examples from all of a range: folders come class by class.
  private static func spread(_ pool: [Int], _ count: Int) -> [Int] {
    (0..<count).map { pool[$0 * pool.count / count] }
  }

  /// The seconds that one image takes; the first one, which finds nothing prepared, only where it takes long.
  private func pace(_ probe: AccuracyProbe, _ reading: PixelReading) -> Double {
    func seconds(_ count: Int) -> Double {
      let begin = ContinuousClock.now
      let outputs = probe.outputs(reading, count: count)
      return (ContinuousClock.now - begin) / .seconds(1) / Double(max(1, outputs.count))
    }
    let first = seconds(1)
    return first > self.seconds / 20 ? first : seconds(4)
  }

  private static func isBetter(_ first: AccuracyTrial, _ second: AccuracyTrial) -> Bool {
    (first.right, -first.loss) > (second.right, -second.loss)
  }

  /// The usual normalisations other than the given one, and the images' own statistics.
  private func normalizations(_ probe: AccuracyProbe) -> [PixelReading] {
    let channels = certifier.images.shape[0]
    let given = certifier.options.normalization
    let isTable = certifier.images.kind != .pictures
    var known = KnownNormalization.usual(channels: channels, of: certifier.images.name)
    // What is usual for pixels says nothing about the columns of a table.
    if isTable { known = Array(known.prefix(1)) }
    if !isTable, let divided = given.dividedByBytes { known.insert(divided, at: 0) }
    if let own = probe.statistics {
      known.append(KnownNormalization("these \(isTable ? "rows" : "images")' own statistics", own))
    }
    var result: [KnownNormalization] = []
    for candidate in known
    where !([given] + result.map(\.normalization)).contains(where: {
      $0.isClose(to: candidate.normalization, channels: channels)
    }) {
      result.append(candidate)
    }
    return result.map { PixelReading($0.name, $0.normalization) }
  }

  /// The other orders of values that the network could expect.
  private var orders: [PixelReading.Order] {
    let shape = certifier.images.shape
    // The columns of a table have no order of pixels.
    guard certifier.images.kind == .pictures else { return [] }
    var result: [PixelReading.Order] = []
    if shape[0] == 3 { result.append(.channelsReversed) }
    if layout == .flat, shape[0] > 1 { result.append(.channelsLast) }
    if layout == .flat || shape[1] == shape[2], shape[1] * shape[2] > 1 {
      result.append(.transposed)
    }
    return result
  }

  // MARK: What it means

  private func warnings(_ trials: [AccuracyTrial], _ probe: AccuracyProbe) -> [String] {
    guard let given = trials.first, given.count >= Self.fewest,
      let best = trials.min(by: Self.isBetter)
    else { return [] }
    let score = "\(given.right) of \(given.count) images are right as they are given"
    let classes = certifier.network.outputShape.count
    // Another order of channels may set a part of such labels right, so this comes first.
    if given.isGuessing(among: classes), best.accuracy < 0.6,
      let renumbering = probe.renumbering(probe.outputs(given.reading, count: given.count))
    {
      let pairs = renumbering.filter { $0.key != $0.value }.sorted { $0.key < $1.key }.prefix(3)
        .map { "\($0.key) for \($0.value)" }
      return [
        "\(score), but the labels look numbered otherwise than the outputs "
          + "(\(pairs.joined(separator: ", ")), ...); number them alike"
      ]
    }
    if given.isClearlyBelow(best) {
      // Trials are in the order of likelihood; a few images more do not tell close normalisations apart.
      let slack = Int(Double(best.count).squareRoot() / 2)
      let near = trials.filter { $0.reading.order == .asGiven && $0.right + slack >= best.right }
      guard let likely = near.first else {
        return ["\(score), \(best.right) \(remedy(best.reading))"]
      }
      let others =
        near.count == 1
        ? "" : "; other values do about as well, so take those that it was trained with"
      return ["\(score), \(likely.right) \(remedy(likely.reading))\(others)"]
    }
    guard given.isGuessing(among: classes), trials.count > 1 else { return [] }
    return [
      "\(score), about as many as by guessing among \(classes) classes, and no usual normalisation or order of pixels "
        + "does better; do the network and the data belong together?"
    ]
  }

  private func remedy(_ reading: PixelReading) -> String {
    guard reading.order == .asGiven else {
      let change =
        reading.normalization == certifier.options.normalization
        ? "" : "\(reading.normalization.options) and "
      return
        "with \(change)\(reading.order.rawValue); put that change of order in front of the model, "
        + "which is given channel, row, column"
    }
    if !takesOptions {
      return
        "if the pixels are normalised (\(reading.normalization.options), \(reading.name)), which must be the "
        + "first step of the network"
    }
    return reading.normalization == .none
      ? "without --mean and --std; leave them out if the network normalises by itself"
      : "with \(reading.normalization.options) (\(reading.name))"
  }
}

extension Normalization {
  /// The values for pixels from 0 to 1, where these are plainly for pixels from 0 to 255.
  fileprivate var dividedByBytes: KnownNormalization? {
    guard (mean + std).contains(where: { $0 > 1.5 }) else { return nil }
    let divided = try? Normalization(mean: mean.map { $0 / 255 }, std: std.map { $0 / 255 })
    return divided.map { KnownNormalization("the given values divided by 255", $0) }
  }

  /// Whether two normalisations are the same but for the last digits people write.
  fileprivate func isClose(to other: Normalization, channels: Int) -> Bool {
    func all(_ values: [Float]) -> [Float] {
      values.count == 1 ? .init(repeating: values[0], count: channels) : values
    }
    let pairs = Array(zip(all(mean), all(other.mean))) + Array(zip(all(std), all(other.std)))
    return pairs.allSatisfy { abs($0 - $1) <= 0.003 * max(abs($0), abs($1)) }
  }
}
