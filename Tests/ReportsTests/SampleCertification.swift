import Foundation
import Records
import Reports

/// A made-up run of certification with every kind of result.
struct SampleCertification {
  /// The examples.
  var count = 60
  /// The shape of each example.
  var shape = [3, 32, 32]
  var classes = ["airplane", "auto<b>mobile", "bird", "cat", "deer"]
  var epsilon = 2.0 / 255
  /// The examples of which the values are kept; nil for those that the page shows.
  var keeps: Int?

  /// The results, the totals and the kept examples.
  var history: CertificationHistory {
    let lines = (0..<count).map(line)
    var summary = Summary(
      of: lines, run: run, version: "0.1.0", model: "models/resnet <2b>.onnx", requested: count)
    summary.classes = classes
    var made = RunCircumstances(
      machine: MachineRecord(
        processor: "AMD EPYC (example)", cores: 2, memory: 24 << 30, system: "Debian 12"),
      software: SoftwareRecord(compiler: "Swift 6.3", openBLAS: "OpenBLAS 0.3 (example)"),
      effort: EffortRecord(timeout: 30, attackSteps: 100, attackRestarts: 2, seed: 7))
    made.command = [
      "/usr/bin/surety", "certify", "models/resnet <2b>.onnx", "--data", "cifar10:it's here",
      "--eps", "2/255", "--out", "results/mine",
    ]
    (made.started, made.ended) = ("2026-11-28T12:00:00Z", "2026-11-28T12:10:00Z")
    summary.circumstances = made
    let kept = keeps.map { Array(0..<$0) } ?? ShownExamples(lines).all.map(\.example)
    return CertificationHistory(
      summary: summary, lines: lines, examples: kept.filter { $0 < count }.map(record))
  }

  var run: RunRecord {
    RunRecord(
      modelDigest: String(repeating: "3fa9", count: 16), data: "cifar10:test",
      dataDigest: String(repeating: "77b0", count: 16),
      region: RegionRecord(
        norm: "inf", epsilon: epsilon, mean: [0.4914, 0.4822, 0.4465],
        std: [0.2471, 0.2435, 0.2616]),
      methods: ["ibp", "crown-ibp", "crown", "alpha-crown", "bab"], arithmetic: "float32")
  }

  /// The values of an example: a smooth pattern in 255ths.
  func values(_ example: Int) -> [Float] {
    (0..<shape.reduce(1, *)).map { place in
      let wave = sin(Double(place) * 0.05 + Double(example)) * cos(Double(place / 32) * 0.2)
      return Float((127 + 110 * wave).rounded()) / 255
    }
  }

  func record(_ example: Int) -> ExampleRecord {
    ExampleRecord(
      example: example, shape: shape, values: values(example),
      output: classes.indices.map { Double($0) / 4 })
  }

  /// A result; the outcomes take turns.
  func line(_ example: Int) -> ResultLine {
    let label = (example / 6) % classes.count
    let others = classes.count - 1
    var line = ResultLine(run: run, example: example, label: label)
    let small = Double(example % 17 + 1) / 20
    line.prediction = label
    line.cleanMargin = 1 + small
    line.methodSeconds = ["ibp": 0.001, "crown-ibp": 0.002]
    switch example % 6 {
    case 0:
      line.verdict = .violated
      line.method = "attack"
      line.methodSeconds["attack"] = 0.3
      line.margins = .init(repeating: -3 - small, count: others)
      var output = classes.indices.map { _ in -1.0 }
      output[label] = 0.5
      output[(label + 1) % classes.count] = 0.5 + small
      line.counterexample = ResultLine.Counterexample(
        input: values(example).enumerated().map { place, value in
          max(0, min(1, Double(value) + (place % 3 == 0 ? epsilon : -epsilon)))
        }, output: output)
    case 1, 2:
      line.verdict = .certified
      line.method = example % 12 == 1 ? "bab" : "crown"
      line.methodSeconds["attack"] = 0.2
      line.methodSeconds["crown"] = 0.4
      line.margins = .init(repeating: example % 12 == 1 ? -0.2 : small, count: others)
    case 3:
      line.verdict = .misclassified
      line.prediction = (label + 2) % classes.count
      line.cleanMargin = -small
      line.methodSeconds = [:]
    case 4 where example == 4:
      line.prediction = nil
      line.cleanMargin = nil
      line.methodSeconds = [:]
      line.reason = "the network's output for the example is not <finite>"
    default:
      line.methodSeconds["attack"] = 0.3
      line.methodSeconds["alpha-crown"] = 2
      line.margins = .init(repeating: -small, count: others)
      line.reason = "no counterexample found, best margin so far \(-small)"
    }
    line.seconds = line.methodSeconds.values.reduce(0, +)
    return line
  }
}
