import ArgumentParser
import Foundation
import Surety

/// `surety doctor`: what would go wrong before anything long is run.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at a network and its data before a long run: accuracy, layout, distance, cost.",
    discussion: """
      The network is tried on 100 images with the usual normalisations and orders of pixels; with --eps a few images are \
      certified for --seconds to estimate what all of them would take.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var images: ImageOptions

  @Option(help: "The radius of the run to come, such as 8/255; without it no cost is estimated.")
  var eps: String?

  @Option(help: "How distance is measured.")
  var norm = Norm.infinity

  @OptionGroup var effort: EffortOptions

  @Option(help: "The seconds to spend on the estimate of the cost.")
  var seconds = 10.0

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    guard seconds > 0, seconds < 1e6 else {
      throw InputError("--seconds", "\(seconds) is not a time, expected seconds above 0")
    }
    var options = CertifierOptions(
      epsilon: try eps.map { try Epsilon.parse($0, source: "--eps") } ?? 0)
    options.norm = norm
    try effort.complete(&options, images)
    let loaded = try model.read()
    let network = loaded.network
    options.precision = effort.precision.precision(for: network)
    let data = try images.load()
    let examples = try images.examples(of: data)
    let certifier = try Certifier(
      network, modelDigest: loaded.digest, images: data, options: options)
    let line = ProgressLine("doctor", isQuiet: printing.quiet)
    line.stage("trying normalisations and orders of pixels")
    let layout = PixelLayout(of: network.inputShape, for: data.shape)
    var preflight = Preflight(certifier, layout: layout)
    (preflight.isThorough, preflight.seconds) = (true, 60)
    let findings = preflight.run(on: examples)
    var warnings = findings.warnings
    var cost: CostEstimate?
    if eps != nil {
      do throws(InputError) {
        try checkScale(of: options.epsilon, norm, in: data, examples)
        line.stage("certifying a few images for an estimate")
        let interruption = Interruption()
        cost = try CostEstimate(
          certifier, on: Self.spread(examples), within: seconds, isStopped: interruption.check)
        withExtendedLifetime(interruption) {}
      } catch {
        warnings.append(error.description)
      }
    }
    line.end()
    let report = DoctorReport(
      model: model.model, network: network, certifier: certifier, layout: layout,
      examples: examples.count, findings: findings, warnings: warnings, cost: cost,
      isMeasured: eps != nil)
    if printing.json { try Console.json(report) } else { print(report.text) }
  }

  /// A few examples from the whole range: neighbours are alike in folders that come class by class.
  private static func spread(_ examples: [Int]) -> [Int] {
    let count = min(20, examples.count)
    return (0..<count).map { examples[$0 * examples.count / count] }
  }
}
