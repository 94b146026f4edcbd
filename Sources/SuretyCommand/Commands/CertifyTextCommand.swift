import ArgumentParser
import Foundation
import Surety

/// `surety certify-text`: at how many places of a text a prediction cannot change.
struct CertifyTextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify-text",
    abstract: "Prove at how many places of a text the predicted token cannot change.",
    discussion: """
      FOLDER is one that surety train has made from a recipe for text. Each embedded token may be changed by a vector of root mean square \
      --eps at most, all of them at once; a place counts as certified where no such change gives another prediction. An attack \
      tries to find one for some places, certified or not. With --substitute one token of the window may be another one instead, \
      whose embedding is at most --eps away, and the attack tries such texts.
      """)

  @Argument(help: "The folder of a training run.", completion: .directory)
  var folder: String

  @Option(
    help:
      "The text: a file in UTF-8. Where the run learnt from it, the part that its recipe keeps for judging is taken.",
    completion: .file())
  var text: String

  @Option(help: "The distance of each embedded token, a root mean square.")
  var eps: String

  @Flag(
    help:
      "One token may be replaced by another one within the distance, instead of all embedded tokens by any vectors."
  )
  var substitute = false

  @Option(
    help:
      "A file for certificates, a line for each place that the checker proves; surety-check can prove them again.",
    completion: .file(extensions: ["jsonl"]))
  var certificate: String?

  @Option(help: "How many windows of the text are asked about, side by side from the first on.")
  var windows = 8

  @Option(
    help: "How many places are attacked, or substitutions tried; 0 for none.")
  var attack = 64

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try threads.apply()
    guard windows >= 1 else { throw InputError("--windows", "\(windows); expected 1 or more") }
    guard attack >= 0 else { throw InputError("--attack", "\(attack); expected 0 or more") }
    let epsilon: Double = try Epsilon.parse(eps, source: "--eps")
    let line = ProgressLine("certify-text", "windows", of: windows, isQuiet: printing.quiet)
    // Before the work, so that a file that cannot be written is found out at once.
    if let certificate { try writeFile(Data(), to: certificate) }
    let run = try TextCertification(
      folder: folder, text: text,
      TextQuestion(
        epsilon: epsilon, text: eps, substitutes: substitute, isProved: certificate != nil))
    if !run.isReadExactly {
      printing.warn(
        "\(folder)/model.onnx: numbers of the model were rounded when it was read; what is proved is about the network as it was read"
      )
    }
    var lines: [String] = []
    let result = try run.result(
      windows: windows, attacked: attack, keep: { lines.append($0) },
      { line.update(done: $0, of: windows) })
    line.end()
    if let certificate {
      try writeFile(Data(lines.map { $0 + "\n" }.joined().utf8), to: certificate)
    }
    if printing.json { try Console.json(result) } else { print(result.text) }
    guard result.contradicted == 0 else {
      Console.error(
        "surety: \(result.contradicted) certified places were changed by the attack: the model or this program is not what it should be; please report it"
      )
      throw Exit.Code(exit: .unanswered)
    }
  }
}

extension TextCertification.Result {
  /// The result in words.
  fileprivate var text: String {
    let changes =
      tried == nil
      ? "however each embedded token is changed by \(epsilon) (root mean square)"
      : "whichever one token is replaced by another \(epsilon) away at most (root mean square)"
    let attacks = tried.map { " by \($0) texts with one other token" } ?? ""
    let lines = [
      "places      \(places) in \(windows) windows; \(correct) predicted rightly",
      String(
        format: "certified   %d (%.2f %%), %d of them predicted rightly, %@",
        certified, 100 * Double(certified) / Double(max(1, places)), certifiedAndCorrect, changes),
      "substitutions  \(substitutions) pairs of tokens are that near to each other",
      "attacked    \(attacked) places\(attacks), \(changed) changed, \(contradicted) of them certified",
      "bound       features move by at most \(Console.above(bound)) for each unit",
      "radius      half of the places are certified up to \(Console.below(medianRadius)) or more of it",
    ]
    let written = certificates.map {
      ["certificates  \($0) places, each proved by the checker, by the sizes of this very text"]
    }
    return (lines + (written ?? [])).joined(separator: "\n")
  }
}
