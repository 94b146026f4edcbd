import Files
import Foundation
import TestSupport
import Testing

@testable import Surety

/// Networks and data of which the right answer is seen at once.
enum Plain {
  /// The mean of each channel of a picture.
  static func channelMeans(_ input: Shape, over axes: [Int]) throws -> Network {
    var network = Network(input: input)
    try network.add(Reduce(axes: axes, keepingAxes: false, isMean: true), [0])
    return network
  }

  /// Pictures of 3x4x5, each with one bright channel: its label.
  static func pictures(_ labels: [Int], classes: [String] = ["a", "b", "c"]) throws -> ImageSet {
    try ImageSet(
      named: "plain", shape: [3, 4, 5], classes: classes, values: labels.flatMap(bright),
      labels: labels)
  }

  static func bright(_ label: Int) -> [Float] {
    (0..<60).map { $0 / 20 == label ? 0.8 : 0.1 }
  }

  static func results(
    _ network: Network, _ images: ImageSet, epsilon: Double = 0.01,
    _ change: (inout CertifierOptions) -> Void = { _ in }
  ) throws -> [ResultLine] {
    var options = CertifierOptions(epsilon: epsilon)
    change(&options)
    let certifier = try Certifier(network, modelDigest: "0", images: images, options: options)
    var lines: [ResultLine] = []
    try certifier.certify(Array(0..<images.count)) { lines.append($0) }
    return lines.sorted { $0.example < $1.example }
  }

  static func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch {
      return "\(error)"
    }
  }
}

@Suite("Data and networks that fit, and that do not")
struct DataLayoutTests {
  @Test("The shapes decide how a network reads pictures")
  func layouts() {
    let pictures = [3, 32, 16]
    func layout(_ network: [Int]) -> ExampleLayout? {
      ExampleLayout(network: network, pictures: pictures)
    }
    for shape in [
      [1, 3, 32, 16], [3, 32, 16], [1, 1536], [1536], [1, 3, 512], [96, 16], [1, 1536, 1, 1],
    ] {
      #expect(layout(shape) == .asStored, "\(shape)")
    }
    for shape in [[1, 32, 16, 3], [32, 16, 3], [512, 3], [1, 32, 48]] {
      #expect(layout(shape) == .channelsLast, "\(shape)")
    }
    for shape in [
      [1, 3, 16, 32], [16, 32, 3], [1, 6, 16, 16], [1, 1535], [48, 32], [2, 768], [3, 32, 16, 2],
    ] {
      #expect(layout(shape) == nil, "\(shape)")
    }
    #expect(ExampleLayout(network: [1, 28, 28, 1], pictures: [1, 28, 28]) == .asStored)
    // Where both orders would do, the one of the data is taken.
    #expect(ExampleLayout(network: [1, 3, 3, 3], pictures: [3, 3, 3]) == .asStored)
  }

  @Test("Pictures reach a network's channels, wherever it has them")
  func channels() throws {
    for (input, axes) in [
      ([1, 3, 4, 5], [2, 3]), ([1, 4, 5, 3], [1, 2]), ([4, 5, 3], [0, 1]),
    ]
      as [(Shape, [Int])]
    {
      let lines = try Plain.results(
        Plain.channelMeans(input, over: axes), Plain.pictures([2, 0, 1]))
      #expect(lines.map(\.verdict) == [.certified, .certified, .certified], "\(input)")
      #expect(lines.map(\.prediction) == [2, 0, 1], "\(input)")
    }
    let turned = try Plain.channelMeans([1, 3, 5, 4], over: [2, 3])
    #expect(
      Plain.problem { _ = try Plain.results(turned, Plain.pictures([0])) }
        == "plain: images have 60 elements (3x4x5), the network takes 60 (1x3x5x4); the order of "
        + "their axes does not agree")
  }

  @Test("Gray pictures get three equal channels, and three equal channels are gray")
  func colours() throws {
    let gray = try ImageSet(
      named: "gray", shape: [1, 1, 2], classes: ["a", "b", "c"], values: [0.25, 0.75], labels: [0])
    let three = try ExampleNetwork(
      Plain.channelMeans([1, 3, 1, 2], over: [2, 3]), for: gray, .none)
    #expect(three.images.image(0) == [0.25, 0.75, 0.25, 0.75, 0.25, 0.75])
    var one = Network(input: [1, 1, 1, 2])
    try one.add(Reshape(to: [1, 2]), [0])
    let equal = try ImageSet(
      named: "equal", shape: [3, 1, 2], classes: ["a", "b"],
      values: [0.25, 0.75, 0.25, 0.75, 0.25, 0.75], labels: [1])
    #expect(try ExampleNetwork(one, for: equal, .none).images.image(0) == [0.25, 0.75])
    let coloured = try ImageSet(
      named: "coloured", shape: [3, 1, 2], classes: ["a", "b"],
      values: [0.25, 0.75, 0.25, 0.75, 0.25, 0.5], labels: [1])
    #expect(
      Plain.problem { _ = try ExampleNetwork(one, for: coloured, .none) }.hasPrefix(
        "coloured: pictures are coloured (3x1x2), the network takes gray ones"))
  }

  private func folderSet(_ names: [String], _ classes: ClassOrder? = nil) throws -> ImageSet {
    let folder = try TemporaryFolder()
    for name in names {
      let path = "\(folder.path)/data/\(name)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      // The array [[0, 1]] as flags.
      let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2), }\n"
      let file =
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + header.utf8 + [0, 1]
      try Data(file).write(to: URL(fileURLWithPath: "\(path)/x.npy"))
    }
    return try Datasets.load(
      "folder:\(folder.path)/data", split: .test, options: DataOptions(classes: classes))
  }

  private func classProblem(_ set: ImageSet, _ outputs: Int) -> String {
    Plain.problem { try set.checkClasses(outputs: outputs) }
  }

  @Test("Classes that could be numbered in two ways, or not at all, are asked about")
  func classes() throws {
    let eleven = (0...10).map(String.init)
    #expect(try classProblem(folderSet(eleven), 11).contains("--classes alphabetical"))
    #expect(try classProblem(folderSet(eleven, .numbers), 11) == "none")
    let names = try folderSet(eleven, .alphabetical)
    #expect(classProblem(names, 11) == "none" && names.label(2) == 2 && names.classes[2] == "10")
    #expect(try classProblem(folderSet(["0", "1", "2"]), 3) == "none")
    // Some digits of ten: numbers can only be labels.
    #expect(try classProblem(folderSet(["3", "7"]), 10) == "none")
    #expect(
      try classProblem(folderSet(["1", "2", "3"]), 3).contains("--classes alphabetical"))
    #expect(
      try classProblem(folderSet(["2", "11"]), 11)
        == "data: labels go from 2 to 11, the network has 11 outputs (classes 0 to 10); count labels from 0"
    )
    #expect(
      try classProblem(folderSet(["1", "11"], .numbers), 11)
        == "data: labels go from 1 to 11, the network has 11 outputs (classes 0 to 10); count labels from 0"
    )
    #expect(
      try classProblem(folderSet(["cat", "dog"]), 10)
        == "data: has the 2 classes cat, dog, the network has 10 outputs; name all in the order of the "
        + "outputs with --classes FILE")
    let list = (0..<10).map { "c\($0)" }
    #expect(try classProblem(folderSet(["c3", "c7"], .list(list)), 10) == "none")
    #expect(try folderSet(["c3", "c7"], .list(list)).label(1) == 7)
  }

  @Test("A table certifies a network of numbers, whose region has no limits")
  func table() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", "a,b,y\n120,-3,1\n100,5,0\n,1,0\n")
    let set = try Datasets.load("table:\(path)", split: .test)
    var network = Network(input: [1, 2])
    let weight = network.addParameter("w", Tensor([2, 2], [0, 1, 0, 0]))
    let bias = network.addParameter("b", Tensor([2], [0, 0]))
    try network.add(Linear(weight: weight, bias: bias), [0])
    // The outputs are 0 and the standardised first column, (a - 110) / 10.
    let normalization = try Normalization(mean: [110, 0], std: [10, 1])
    let lines = try Plain.results(network, set, epsilon: 9) { $0.normalization = normalization }
    #expect(lines.map(\.verdict) == [.certified, .certified, .error])
    #expect(lines[2].reason?.hasSuffix("line 4, column a: the value is missing") == true)
    #expect(lines[0].run.region.lowest == nil && lines[0].run.region.highest == nil)
    let wider = try Plain.results(network, set, epsilon: 11) { $0.normalization = normalization }
    #expect(wider.map(\.verdict) == [.violated, .violated, .error])
    let witness = try #require(wider[0].counterexample)
    #expect(witness.input[0] >= 109 && witness.input[0] <= 110)
    #expect(
      Plain.problem {
        _ = try Plain.results(network, set) {
          $0.normalization = try! .init(mean: [1, 2, 3], std: [1, 1, 1])
        }
      } == "--mean: 3 values for rows of 2 columns, expected as many")
  }

  @Test("Rows reach networks of signals, and not those of pictures")
  func signals() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", "1,2,3,40,50,60,1\n")
    let set = try Datasets.load("table:\(path)", split: .test)
    let lines = try Plain.results(Plain.channelMeans([1, 2, 3], over: [2]), set, epsilon: 1)
    #expect(lines.map(\.prediction) == [1] && lines.map(\.verdict) == [.certified])
    #expect(
      Plain.problem {
        _ = try Plain.results(Plain.channelMeans([1, 1, 2, 3], over: [1, 2]), set)
      }
        == "t.csv: rows of 6 columns, the network takes pictures (1x1x2x3); give the data "
        + "their axes, as in (N, H, W)")
  }

  @Test("A damaged picture is an error of its example; the run goes on and can be resumed")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let set = try folderSet(["0", "1"])
    let path = "\(folder.path)/data"
    for name in ["0", "1"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
    let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2), }\n"
    let good = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + header.utf8
    try Data(good + [1, 0]).write(to: URL(fileURLWithPath: "\(path)/0/a.npy"))
    try Data(good.prefix(30)).write(to: URL(fileURLWithPath: "\(path)/0/b.npy"))
    try Data(good + [0, 1]).write(to: URL(fileURLWithPath: "\(path)/1/c.npy"))
    var network = Network(input: [1, 1, 1, 2])
    try network.add(Reshape(to: [1, 2]), [0])
    let model = "\(folder.path)/m.onnx"
    try network.write(toONNX: model)
    let arguments = [
      "certify", model, "--data", "folder:\(path)", "--eps", "0.1", "--out", "\(folder.path)/out",
    ]
    for _ in 0..<2 {
      let outcome = try Program.run(arguments + ["--json"])
      #expect(outcome.code == 0, "\(outcome.errors)")
      let verdicts = try #require(outcome.object()["verdicts"] as? [String: Int])
      #expect(verdicts["certified"] == 2 && verdicts["error"] == 1)
    }
    let text = try Program.run(arguments)
    #expect(text.output.contains("1 cannot be used"))
    let attack = try Program.run(
      "attack", model, "--data", "folder:\(path)", "--eps", "0.1", "--json")
    let attacked = try attack.object()["count"] as? Int
    #expect(attack.code == 0 && attacked == 3)
    let radius = try Program.run(
      "radius", model, "--data", "folder:\(path)", "--eps", "1", "--json")
    let examples = try #require(try radius.object()["examples"] as? [[String: Any]])
    #expect((examples[1]["problem"] as? String)?.contains("ends inside the header") == true)
    #expect((examples[0]["certified"] as? Double ?? 0) > 0.4)
    #expect(set.problem(of: 0) == nil)
  }
}
