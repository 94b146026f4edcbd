import Foundation
import TestSupport
import Testing

@testable import Surety

@Suite("A look before the work says what is probably wrong, and nothing where all is well")
struct PreflightTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The embedded network for pixels on another scale.
  private func model(wanting normalization: Normalization) throws -> String {
    let path = "\(folder.path)/scaled.onnx"
    try EmbeddedNetwork.digits().readingPixels(normalization).write(toONNX: path)
    return path
  }

  private func certify(_ model: String, _ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      ["certify", model, "--data", "digits", "--first", "2", "--eps", "0.01", "--out"]
        + ["\(folder.path)/\(UUID().uuidString)"] + arguments)
  }

  @Test("A network that fits its data is certified without a word on standard error")
  func silence() throws {
    let model = try digitsModel(in: folder)
    #expect(try certify(model).errors == "")
    for command in ["attack", "radius"] {
      let result = try Program.run(
        command, model, "--data", "digits", "--first", "1", "--eps", "0.02")
      #expect(result.code == 0 && result.errors == "", "\(command): \(result.errors)")
    }
  }

  @Test("A network for bytes gets the options that make its answers right")
  func bytes() throws {
    let model = try model(wanting: Normalization(mean: [0], std: [255]))
    let warning = try certify(model).errors
    #expect(
      warning.wholeMatch(
        of:
          #/surety: warning: (\d+) of 100 images are right as they are given, (\d+) with --mean 0 --std 0.003921569 \(pixels from 0 to 255\)\n/#
      ) != nil, "\(warning)")
    #expect(try certify(model, "--no-preflight").errors == "")
    #expect(try certify(model, "--quiet").errors == "")
    #expect(try certify(model, "--mean", "0", "--std", "0.003921569").errors == "")
  }

  @Test("A network that normalises by itself is told to be left alone")
  func twice() throws {
    let result = try certify(try digitsModel(in: folder), "--mean", "5", "--std", "0.05")
    #expect(
      result.errors.contains("without --mean and --std; leave them out"), "\(result.errors)")
  }

  @Test("Means and deviations of bytes are proposed again for pixels from 0 to 1")
  func bytesGiven() throws {
    let model = try model(wanting: Normalization(mean: [0.2], std: [0.5]))
    let errors = try certify(model, "--mean", "51", "--std", "127.5").errors
    #expect(
      errors.contains("with --mean 0.2 --std 0.5 (the given values divided by 255)"), "\(errors)")
  }

  @Test("Images that only one reading is right about decide between two")
  func pairedAnswers() {
    func trial(_ right: Int, of count: Int, from first: Int = 0) -> AccuracyTrial {
      AccuracyTrial(
        reading: PixelReading("", .none),
        isRight: (0..<count).map { (first..<first + right).contains($0) }, loss: 0)
    }
    #expect(trial(900, of: 1_000).isClearlyBelow(trial(940, of: 1_000)))
    #expect(!trial(90, of: 100).isClearlyBelow(trial(94, of: 100)))
    #expect(!trial(940, of: 1_000).isClearlyBelow(trial(900, of: 1_000)))
    // Right about 40 more, but about quite other ones.
    #expect(!trial(500, of: 1_000).isClearlyBelow(trial(540, of: 1_000, from: 460)))
    #expect(!trial(1_000, of: 1_000).isClearlyBelow(trial(1_000, of: 1_000)))
  }

  @Test("doctor prints the readings that it tried, best first to see, and what a run would cost")
  func doctor() throws {
    let model = try model(wanting: Normalization(mean: [0], std: [255]))
    let arguments = ["doctor", model, "--data", "digits", "--eps", "0.02", "--seconds", "1"]
    let object = try Program.run(arguments + ["--json"]).object()
    let trials = try #require(object["trials"] as? [[String: Any]])
    #expect(trials.first?["options"] as? String == "")
    let best = trials.max { ($0["right"] as? Int ?? 0) < ($1["right"] as? Int ?? 0) }
    #expect(best?["options"] as? String == "--mean 0 --std 0.003921569")
    #expect((object["warnings"] as? [String])?.count == 1)
    #expect(
      object["order"] as? [String]
        == ["ibp", "crown-ibp", "short-attack", "crown", "attack", "alpha-crown"])
    let cost = try #require(object["cost"] as? [String: Any])
    #expect((cost["measured"] as? Int ?? 0) > 0)
    let page = try Program.run(arguments)
    #expect(
      page.code == 0 && page.output.contains("Tried in this order: ibp, crown-ibp, short-attack"))
    #expect(page.output.contains("Warning: "))
    let well = try Program.run("doctor", try digitsModel(in: folder), "--data", "digits")
    #expect(well.output.hasSuffix("Nothing looks wrong.\n"), "\(well.output)")
  }

  // MARK: Orders of pixels and numbers of labels

  /// Pictures of 2x2 pixels, each with one bright channel, which is the label; `renamed` labels them otherwise.
  private func colours(renamed: [Int] = [0, 1, 2]) throws -> ImageSet {
    var random = SplitMix64(seed: 3)
    var values: [Float] = []
    var labels: [Int] = []
    for index in 0..<60 {
      let bright = index % 3
      for channel in 0..<3 {
        for _ in 0..<4 {
          values.append(
            (channel == bright ? 0.6 : 0.1) + Float.random(in: 0...0.3, using: &random))
        }
      }
      labels.append(renamed[bright])
    }
    return try ImageSet(
      named: "colours", shape: [3, 2, 2], classes: ["red", "green", "blue"], values: values,
      labels: labels)
  }

  /// A network whose output `k` is the sum of some inputs.
  private func summing(_ places: [[Int]], shape: Shape) throws -> Network {
    var network = Network(input: shape, named: "x")
    var weights = [Double](repeating: 0, count: 12 * places.count)
    for (output, inputs) in places.enumerated() {
      for input in inputs { weights[input * places.count + output] = 1 }
    }
    let weight = network.addParameter("w", Tensor([12, places.count], weights))
    let flat = try network.add(Reshape(to: [1, 12]), [0])
    let last = try network.add(Linear(weight: weight), [flat])
    network.setOutput(last, named: "y")
    return network
  }

  private func findings(_ network: Network, _ images: ImageSet) throws -> Preflight.Findings {
    let certifier = try Certifier(
      network, modelDigest: "", images: images, options: CertifierOptions(epsilon: 0))
    let layout = PixelLayout(of: network.inputShape, for: images.shape)
    return Preflight(certifier, layout: layout).run()
  }

  @Test("A network for BGR pictures is found out")
  func reversedChannels() throws {
    let network = try summing(
      [Array(8..<12), Array(4..<8), Array(0..<4)], shape: Shape([1, 3, 2, 2]))
    let found = try findings(network, colours())
    #expect(found.warnings.count == 1)
    #expect(found.warnings.first?.contains("channels reversed (BGR)") == true, "\(found.warnings)")
  }

  @Test("A flat network for channels last is found out, and one for channels first is left alone")
  func flatChannelsLast() throws {
    let last = try summing(
      [[0], [1], [2]], shape: Shape([1, 12]))
    let found = try findings(last, colours())
    #expect(found.warnings.first?.contains("channels last") == true, "\(found.warnings)")
    let first = try summing(
      (0..<3).map { channel in (0..<4).map { channel * 4 + $0 } }, shape: Shape([1, 12]))
    #expect(try findings(first, colours()).warnings.isEmpty)
  }

  @Test("doctor tries the examples that are asked for, and knows no usual values for a table")
  func chosenExamples() throws {
    let model = try digitsModel(in: folder)
    let object = try Program.run(
      "doctor", model, "--data", "digits", "--first", "30", "--json"
    ).object()
    let trials = try #require(object["trials"] as? [[String: Any]])
    #expect(trials.allSatisfy { $0["count"] as? Int == 30 })
    var network = Network(input: Shape([1, 4]), named: "x")
    let weight = network.addParameter("w", Tensor([4, 2], [1, 0, 0, 1, -1, 1, 2, 0]))
    network.setOutput(try network.add(Linear(weight: weight), [0]), named: "y")
    try network.write(toONNX: "\(folder.path)/rows.onnx")
    let lines = (0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 3),\($0 % 11),\($0 % 2)" }
    try Data((["a,b,c,d,label"] + lines).joined(separator: "\n").utf8)
      .write(to: URL(fileURLWithPath: "\(folder.path)/rows.csv"))
    let table = try Program.run(
      "doctor", "\(folder.path)/rows.onnx", "--data", "table:\(folder.path)/rows.csv",
      "--label-column", "label", "--json"
    ).object()
    let readings = (table["trials"] as? [[String: Any]])?.compactMap { $0["reading"] as? String }
    #expect(readings?.first == "as given" && (readings?.count ?? 0) <= 2, "\(readings ?? [])")
  }

  @Test("Labels that are numbered otherwise than the outputs are found out")
  func renumbered() throws {
    let network = try summing(
      (0..<3).map { channel in (0..<4).map { channel * 4 + $0 } }, shape: Shape([1, 3, 2, 2]))
    let found = try findings(network, colours(renamed: [1, 2, 0]))
    #expect(found.warnings.first?.contains("numbered otherwise") == true, "\(found.warnings)")
  }

  @Test("Readings give the network what they say", arguments: PixelReading.Order.allCases)
  func input(order: PixelReading.Order) throws {
    let (shape, image) = ([2, 2, 2], (0..<8).map { Float($0) / 8 })
    let normalization = try Normalization(mean: [0.1, 0.2], std: [0.5, 0.25])
    let prefix = try Normalization(mean: [0.3, 0.4], std: [2, 3])
    let given = PixelReading("", normalization, order: order)
      .input(of: image, shape: shape, before: prefix)
    // What the prefix makes of it is the normalised image in the order.
    let seen = try prefix.apply(to: given.map(Float.init), shape: shape)
    let plain = try normalization.apply(to: image, shape: shape)
    let places =
      switch order {
      case .asGiven: [0, 1, 2, 3, 4, 5, 6, 7]
      case .channelsReversed: [4, 5, 6, 7, 0, 1, 2, 3]
      case .channelsLast: [0, 4, 1, 5, 2, 6, 3, 7]
      case .transposed: [0, 2, 1, 3, 4, 6, 5, 7]
      }
    for (place, source) in places.enumerated() {
      #expect(abs(seen[place] - plain[source]) < 1e-5, "\(order) at \(place)")
    }
  }
}
