import ArgumentParser
import Foundation
import Surety

/// `surety diagnose scaling`: top singular values and gains across widths.
struct ScalingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Measure top singular values and gains of a layer across widths, by several rules.",
    discussion: """
      A toy is trained at each width by AdamW: two layers, each normalised and rectified, learn what a fixed small network says. The table has the \
      largest singular value of the square matrix between them (proved: no singular value is above it), what the last quarter of the training changed of \
      it, and the gain: how much larger what the matrix puts out is than what it reads. Then, for each rule, the slope of the logarithm \
      of the singular value by that of the width, after each quarter, and how far apart the gains are. \
      All rules but none divide the rate by the width; rule multiplies the decay by the root of the width, proportional by the width, constant \
      leaves it, none leaves rate and decay. Weights settle after several times 1 / (rate * decay) steps.
      """)

  @Option(help: "The widths, separated by commas.")
  var widths = listed(ScalingOptions().widths)

  @Option(help: "The rules: some of rule, constant, proportional, none.")
  var rules = listed(ScalingOptions().rules.map(\.rawValue))

  @Option(help: "The seeds, separated by commas; each width is trained with each by each rule.")
  var seeds = listed(ScalingOptions().seeds)

  @Option(help: "The steps of each training.")
  var steps = WidthToy.Settings().steps

  @Option(help: "The examples of a step.")
  var batch = WidthToy.Settings().batch

  @Option(help: "The learning rate at the base width.")
  var rate = WidthToy.Settings().rate

  @Option(help: "The weight decay at the base width.")
  var decay = WidthToy.Settings().decay

  @Option(help: "The width at which rate and decay are as they are.")
  var baseWidth = WidthToy.Settings().baseWidth

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try threads.apply()
    let diagnosis = try ScalingDiagnosis(options())
    let line = ProgressLine("diagnose scaling", isQuiet: printing.quiet)
    let interruption = Interruption()
    let record = diagnosis.run(isStopped: interruption.check) { progress in
      line.update(done: progress.done, of: progress.total)
      line.stage(progress.training)
    }
    interruption.conclude()
    line.end()
    guard let record else {
      Console.error("surety: stopped before the last training; nothing was measured")
      throw Exit.Code(exit: .interrupted)
    }
    if printing.json { try Console.json(record) } else { try Console.line(record.text) }
    guard record.rules.contains(where: { $0.slope != nil }) else {
      Console.error("surety: a training diverged by every rule; try a smaller --rate")
      throw Exit.Code(exit: .unanswered)
    }
  }

  private func options() throws(InputError) -> ScalingOptions {
    var options = ScalingOptions()
    options.widths = try numbers(widths, "--widths").sorted()
    options.seeds = try numbers(seeds, "--seeds")
    options.rules = try words(rules).map { (word) throws(InputError) in
      if let rule = WidthRule(rawValue: word) { return rule }
      let known = WidthRule.allCases.map(\.rawValue)
      let hint = nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
      throw InputError(
        "--rules", "'\(word)' is none, expected some of \(known.joined(separator: ", "))\(hint)")
    }
    (options.toy.steps, options.toy.batch, options.toy.baseWidth) = (steps, batch, baseWidth)
    (options.toy.rate, options.toy.decay) = (rate, decay)
    return options
  }
}

extension ScalingRecord {
  /// The same facts as tables and sentences.
  fileprivate var text: String {
    [head, widthTable, "", slopeTable, "", notes].joined(separator: "\n")
  }

  private var head: String {
    "\(steps) steps of AdamW at rate \(Console.short(rate)) and decay \(Console.short(decay)) for width \(baseWidth), "
      + "\(batch) examples each; seeds \(listed(seeds)), mean and lowest to highest\n"
  }

  private var widthTable: String {
    let heads = [
      "rule", "width", "rate", "decay", "top singular value", "last quarter", "gain", "error",
    ]
    let rows = rules.flatMap { rule in
      runs.filter { $0.rule == rule.rule && $0.seed == seeds.first }.map { run in
        let own = [
          rule.rule.rawValue, "\(run.width)", Console.short(run.rate), Console.short(run.decay),
        ]
        guard let width = rule.widths.first(where: { $0.width == run.width }) else {
          return own + ["diverged"]
        }
        return own + [
          spread(width.norm), width.settling.map { spread($0, percent: true) } ?? "",
          spread(width.gain), String(format: "%.4f", width.error.mean),
        ]
      }
    }
    return Console.table([heads] + rows)
  }

  private var slopeTable: String {
    let quarters = rules.lazy.map(\.slopes).first { !$0.isEmpty } ?? []
    let heads =
      ["rule", "published"] + quarters.map { "slope after \($0.step)" }
      + ["gain slope", "gain drift"]
    let rows = rules.map { rule in
      let own = [rule.rule.rawValue, String(format: "%.2f", rule.publishedSlope)]
      guard let gainSlope = rule.gainSlope, let drift = rule.gainDrift else {
        return own + ["a training diverged"]
      }
      return own + rule.slopes.map { spread($0.slope) }
        + [spread(gainSlope), spread(drift, percent: true)]
    }
    return Console.table([heads] + rows)
  }

  private var notes: String {
    """
    slopes are those of the logarithm of the top singular value, or the gain, by that of the width; the drift is the largest gain over the smallest, less 1
    top singular values are proved from above, and reached from below within \(Console.short(100 * width)) %; \(Console.short(seconds)) s
    """
  }

  /// The widest of all enclosures, as a part of what it encloses.
  private var width: Double {
    runs.flatMap(\.measures).map { $0.atMost > 0 ? ($0.atMost - $0.atLeast) / $0.atMost : 0 }.max()
      ?? 0
  }

  private func spread(_ value: SeedSpread, percent: Bool = false) -> String {
    let numbers = [value.mean, value.lowest, value.highest].map { number in
      percent ? String(format: "%.1f", 100 * number) : String(format: "%.3f", number)
    }
    let unit = percent ? " %" : ""
    guard seeds.count > 1 else { return numbers[0] + unit }
    return "\(numbers[0])\(unit) (\(numbers[1]) to \(numbers[2]))"
  }
}
