import ArgumentParser
import Surety

/// `surety demo`: certifies the embedded network on the embedded digits.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Certify the embedded network on the embedded digits.")

  @Option(help: "The folder for the results.", completion: .directory)
  var out = "results/demo"

  @Option(help: "How many digits; all 297 of the test part unless given.")
  var first: Int?

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    var options = CertifierOptions(epsilon: 1.0 / 16)
    options.memory = try resources.apply()
    options.batch = 64
    let line = ProgressLine("certify", "images", isQuiet: printing.quiet)
    options.onStage = { line.stage($0) }
    let data = Datasets.digits(.test)
    if let first, !(1...data.count).contains(first) {
      throw InputError("--first", "\(first) is not a number of digits, expected 1 to \(data.count)")
    }
    let network = try EmbeddedNetwork.digits()
    options.epsilonText = "1/16"
    options.prover = Prover(network, sha256: EmbeddedNetwork.digitsDigest)
    let certifier = try Certifier(
      network, modelDigest: EmbeddedNetwork.digitsDigest, images: data,
      options: options)
    // Beside the certificates, so that they can be checked again.
    let model = "\(out)/digits.onnx"
    var folder = try CertificationFolder(out, model: model)
    folder.command = CommandLine.arguments
    folder.clear()
    try writeFile(EmbeddedNetwork.digitsFile, to: model)
    try certify(
      certifier, Array(0..<(first ?? data.count)), into: folder, line, json: printing.json,
      checks: true)
  }
}
