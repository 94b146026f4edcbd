import ArgumentParser
import Foundation
import Surety

/// `surety sample`: continues a text.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Continue a text with a trained transformer.",
    discussion: """
      FOLDER is one that surety train has made from a recipe for text: it holds model.onnx and tokenizer.json. Equal seeds \
      give equal texts.
      """)

  @Argument(help: "The folder of a training run.", completion: .directory)
  var folder: String

  @Option(
    help:
      "The text to continue; a line end unless stated, or the first token of a network that knows none."
  )
  var prompt: String?

  @Option(help: "How many tokens to add.")
  var count = 300

  @Option(
    help:
      "What the outputs are divided by: below 1 for likelier texts, 0 for the likeliest token each time."
  )
  var temperature = 1.0

  @Option(help: "Where the random numbers start.")
  var seed = 0

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try threads.apply()
    guard count >= 1 else { throw InputError("--count", "\(count) tokens; expected 1 or more") }
    guard seed >= 0 else { throw InputError("--seed", "\(seed) is negative; expected 0 or more") }
    let sampler = try TextSampler(folder: folder)
    let prompt = prompt ?? sampler.usualPrompt
    let text = try sampler.text(
      after: prompt, count: count, temperature: temperature, seed: UInt64(seed))
    if printing.json {
      try Console.json(Sample(prompt: prompt, text: text, seed: seed, temperature: temperature))
    } else {
      print(text)
    }
  }

  private struct Sample: Encodable {
    var prompt: String
    /// The prompt and what was added.
    var text: String
    var seed: Int
    var temperature: Double
  }
}
