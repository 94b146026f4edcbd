import Datasets
import Files
import Networks
import Records
import Training

/// A network to certify, and how.
struct Certifying {
  /// The network as its file says.
  var network: Network
  /// The SHA-256 digest of the file.
  var digest: String
  var options: CertifierOptions

  init(_ network: Network, digest: String, options: CertifierOptions) {
    (self.network, self.digest, self.options) = (network, digest, options)
  }
}

/// What the certifier shows of a trained network on the first test images, at several radii.
///
/// The images are taken in small groups, each at every radius, until they are done or the time is up. So every
/// radius has the same images; a group that was cut off does not count.
struct FinalCertification {
  private let certifier: Certifier
  private let seconds: Double
  private let radii: [Double]
  private let count: Int
  private static let group = 16

  /// - Parameters:
  ///   - subject: The network, and by which methods.
  ///   - images: The test images.
  ///   - first: How many of them.
  ///   - seconds: The time that it may take.
  ///   - radii: The radii in pixel values, smallest first.
  /// - Throws: `InputError` when no method of the settings has a rule for each operation.
  init(
    _ subject: Certifying, on images: ImageSet, first: Int, seconds: Double, radii: [Double]
  ) throws(InputError) {
    var options = subject.options
    options.batch = Self.group
    // Enough to see what an attack reaches; `surety certify` searches longer.
    (options.attackSteps, options.attackRestarts) = (20, 1)
    certifier = try Certifier(
      subject.network, modelDigest: subject.digest, images: images, options: options)
    self.seconds = seconds
    self.radii = radii
    count = min(first, images.count)
  }

  /// Certifies.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every group and radius; true ends it early.
  ///   - isCancelled: Asked in the middle of each.
  ///   - report: Called after every group.
  func run(
    isStopped: () -> Bool, isCancelled: @escaping @Sendable () -> Bool,
    _ report: (CertificationProgress) -> Void
  ) throws(InputError) -> CertificationRecord {
    let begin = ContinuousClock.now
    var (results, done) = ([[ResultLine]](repeating: [], count: radii.count), 0)
    groups: for first in stride(from: 0, to: count, by: Self.group) {
      let examples = Array(first..<min(first + Self.group, count))
      var group: [[ResultLine]] = []
      for radius in radii {
        let left = seconds - (ContinuousClock.now - begin) / .seconds(1)
        guard left > 0, !isStopped() else { break groups }
        // The time is that of all images together; none is cut off for itself.
        let part = certifier.with(epsilon: radius, timeout: nil)
        let end = begin + .seconds(seconds)
        var lines: [ResultLine] = []
        try part.certify(
          examples, isStopped: { isCancelled() || ContinuousClock.now >= end }
        ) { (line) throws(InputError) in
          lines.append(line)
        }
        group.append(lines)
      }
      // What was decided in the last moment may lack its costlier methods.
      guard !isCancelled(), (ContinuousClock.now - begin) / .seconds(1) < seconds else { break }
      for (place, lines) in group.enumerated() { results[place] += lines }
      done += examples.count
      report(CertificationProgress(done: done, requested: count, verdicts: [:]))
    }
    return CertificationRecord(
      methods: certifier.run.methods, arithmetic: certifier.run.arithmetic,
      requested: count, count: done,
      seconds: (ContinuousClock.now - begin) / .seconds(1),
      radii: done == 0 ? [] : zip(radii, results).map { record($0, $1) })
  }

  private func record(_ radius: Double, _ lines: [ResultLine]) -> CertificationRecord.Radius {
    let summary = Summary(
      of: lines, run: certifier.run, version: Release.version, model: "", requested: count)
    return CertificationRecord.Radius(
      epsilon: radius, cleanAccuracy: summary.cleanAccuracy ?? 0,
      // Where none was decided or attacked, nothing is known against any.
      attackAccuracy: summary.attackAccuracy ?? summary.cleanAccuracy ?? 0,
      certifiedAccuracy: summary.certifiedAccuracy ?? 0)
  }
}
