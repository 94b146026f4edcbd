import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety lipschitz")
struct LipschitzTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try digitsModel(in: folder)
  }

  private func number(_ object: [String: Any], _ key: String) throws -> Double {
    try #require(object[key] as? Double, "\(key) of \(object)")
  }

  @Test(
    "It prints a bound that is above what the search found, and each layer's part",
    arguments: ["2", "inf"])
  func bound(norm: String) throws {
    let result = try Program.run("lipschitz", model, "--norm", norm, "--json")
    #expect(result.code == 0 && result.errors == "")
    let object = try result.object()
    let (bound, found) = (try number(object, "bound"), try number(object, "found"))
    #expect(bound > found && found > 0)
    #expect(abs(try number(object, "gap") - bound / found) <= 1e-9 * bound / found)
    #expect(object["norm"] as? String == norm)
    #expect((object["unit"] as? String)?.contains("l\(norm) distance") == true)
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(layers.count >= 3)
    #expect(try number(try #require(layers.last), "running") == bound)
    let dominant = try #require(object["dominant"] as? String)
    let largest = try layers.map { try number($0, "constant") }.max()
    #expect(
      try layers.contains {
        try $0["node"] as? String == dominant && number($0, "constant") == largest
      })
    for layer in layers where layer["norm_at_most"] != nil {
      #expect(try number(layer, "norm_at_least") <= number(layer, "norm_at_most"))
    }
    let text = try Program.run("lipschitz", model, "--norm", norm)
    #expect(text.code == 0 && text.firstLine.hasPrefix("layer"))
    for word in ["bound ", "found ", "largest  constant at \(dominant)"] {
      #expect(text.output.contains(word), "\(word)")
    }
  }

  @Test(
    "Around an input it certifies a distance, within which the attack finds nothing; a region's bound is smaller"
  )
  func certified() throws {
    for index in 0..<4 {
      let image = try digitImage(index, in: folder)
      let whole = try Program.run("lipschitz", model, "--around", image, "--no-search", "--json")
        .object()
      let part = try Program.run(
        "lipschitz", model, "--around", image, "--radius", "0.1", "--no-search", "--json"
      ).object()
      #expect(try number(part, "bound") < number(whole, "bound"))
      #expect(try number(part, "within") == 0.1)
      let certified = try #require(whole["certified"] as? [String: Any])
      let radius = try number(certified, "radius")
      let label = try #require(certified["label"] as? Int)
      let center = Datasets.digits(.test).image(index).map(Double.init)
      let network = try EmbeddedNetwork.digits()
      let outputs = try network(center)
      #expect(outputs.indices.max { outputs[$0] < outputs[$1] } == label && radius > 0)
      // Straight at the nearest other answer, which is the way that first order has it.
      var generator = SplitMix64(seed: UInt64(index))
      for _ in 0..<200 {
        let step = center.map { _ in Double.random(in: -1...1, using: &generator) }
        let size = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let moved = try network(zip(center, step).map { $0 + 0.9999 * radius * $1 / size })
        #expect(moved.indices.max { moved[$0] < moved[$1] } == label)
      }
      let local = try #require(part["certified"] as? [String: Any])
      #expect(try number(local, "radius") <= 0.1)
    }
  }

  @Test("A final softmax is looked through where that certifies more")
  func softmax() throws {
    for seed in 0..<10 {
      var net = NetworkBuilder(input: [6], seed: UInt64(seed))
      try net.linear(5)
      try net.add(ReLU())
      try net.linear(3)
      try net.add(Softmax(axis: 0))
      let network = net.network
      let input = (0..<6).map { Double($0) / 6 }
      let around = try Region.ball(around: input, radius: 0.2, norm: .two)
      let places: [(Region?, Double?)] = [(nil, nil), (around, 0.2)]
      for (region, limit) in places {
        let bound = try network.lipschitzBound(norm: .two, over: region)
        let own = try #require(try network.marginRadius(at: input, by: bound, within: limit))
        let answer = try #require(
          try network.answerRadius(at: input, by: bound, over: region, within: limit))
        #expect(answer.label == own.label && answer.radius >= own.radius && answer.radius > 0)
        #expect(limit.map { answer.radius <= $0 } ?? (answer.radius > own.radius), "\(seed)")
      }
    }
  }

  @Test("Wrong commands are refused in one line")
  func refusals() throws {
    let image = try digitImage(0, in: folder)
    let box = try folder.file("box.json", "{\"lower\": [0], \"upper\": [1]}")
    let short = try folder.file("short.json", "[0, 1]")
    let cases: [([String], String)] = [
      (["--norm", "1"], "--norm: 1 is not one of the norms here, expected 2 or inf"),
      (["--radius", "0.1"], "--radius: needs --around: a file with the input in the middle"),
      (
        ["--around", image, "--radius", "-1"],
        "--radius: '-1' is negative, expected a distance of 0 or more"
      ),
      (
        ["--around", box],
        "\(box): is a box, expected a flat array of numbers: the middle of --radius"
      ),
      (["--around", short], "\(short): has 2 elements, the network takes 64 (shape 1x1x8x8)"),
    ]
    for (arguments, message) in cases {
      let result = try Program.run(["lipschitz", model] + arguments)
      #expect(result.code == 2 && result.output == "")
      #expect(result.errors == "surety: error: \(message)\n", "\(arguments)")
    }
  }
}
