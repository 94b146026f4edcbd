import ArgumentParser
import Foundation
import Surety

/// The network, and what its file leaves open.
struct ModelArgument: ParsableArguments {
  @Argument(help: "The network: .onnx or .onnx.gz.", completion: .file(extensions: ["onnx", "gz"]))
  var model: String

  @Option(help: "The output to look at, by its name in the model; the first one unless given.")
  var output: String?

  @Option(
    name: .customLong("fix"),
    help: ArgumentHelp(
      "The value of an input, from a file of numbers (.json or .npy) or as one number.",
      discussion: "Give all inputs but one a value, or take those that are left as one.",
      valueName: "name=file"))
  var fixed: [String] = []

  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "The extent of an axis that has a name in the model, or the shape of an input.",
      valueName: "name=n"))
  var extents: [String] = []

  @Flag(help: "Take several inputs as one flat input, in the order of the model.")
  var joinInputs = false

  /// A network, with what identifies the file it comes from.
  struct Loaded {
    var network: Network
    var file: ModelFile
    fileprivate var choices: ModelChoices

    /// Whether the network is the file's, nothing chosen.
    private var isWholeFile: Bool { choices.areNone }

    /// Why there is no prover, where there is none.
    static let withoutProver =
      "the digest of the model file does not cover all of the network: weights lie in other files, or inputs, outputs or sizes were chosen"

    /// Writes certificates about the file; nil where its digest says less than all about the network.
    func prover(_ meaning: MeaningOption) -> Prover? {
      guard isWholeFile, var prover = Prover(network, of: file) else { return nil }
      prover.meaning = meaning.choice
      return prover
    }

    /// The digest of all that the network depends on.
    var digest: String { file.digest(choices) }
  }

  func load() throws(InputError) -> Network { try read().network }

  /// Reads the network and digests its files.
  func read() throws(InputError) -> Loaded {
    let file = try ModelFile(model)
    let choices = try choices()
    return Loaded(network: try file.network(choices), file: file, choices: choices)
  }

  /// The options as words of a command line, for a process that is to read the same network.
  var words: [String] {
    (output.map { ["--output", $0] } ?? []) + fixed.flatMap { ["--fix", $0] }
      + extents.flatMap { ["--shape", $0] } + (joinInputs ? ["--join-inputs"] : [])
  }

  private func choices() throws(InputError) -> ModelChoices {
    var choices = ModelChoices()
    choices.output = output
    choices.joinsInputs = joinInputs
    for text in extents { choices.extents.append(try extent(text)) }
    for text in fixed {
      let (name, value) = try pair(text, "--fix", "--fix mask=mask.npy")
      guard !choices.fixed.contains(where: { $0.name == name }) else {
        throw InputError("--fix", "input \(name) comes twice")
      }
      if let number = Double(value) {
        choices.fixed.append(.init(name, values: [number], source: "--fix \(name)"))
      } else {
        let array = try InputValues.array(value)
        choices.fixed.append(
          .init(name, values: array.values, shape: array.shape.map(Shape.init), source: value))
      }
    }
    return choices
  }

  private func extent(_ text: String) throws(InputError) -> ModelChoices.Extent {
    let example = "--shape length=16 or --shape x=1x3x32x32"
    let (name, value) = try pair(text, "--shape", example)
    let extents = value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard !extents.isEmpty, extents.allSatisfy({ $0 >= 1 && $0 <= 1 << 30 }) else {
      throw InputError(
        "--shape", "'\(value)' is not an extent of 1 or more, expected one such as \(example)")
    }
    return ModelChoices.Extent(name, extents)
  }

  private func pair(
    _ text: String, _ option: String, _ example: String
  ) throws(InputError) -> (name: String, value: String) {
    guard let cut = text.firstIndex(of: "="), cut != text.startIndex, text.last != "=" else {
      throw InputError(option, "'\(text)' does not name a value, expected one such as \(example)")
    }
    return (String(text[..<cut]), String(text[text.index(after: cut)...]))
  }
}
