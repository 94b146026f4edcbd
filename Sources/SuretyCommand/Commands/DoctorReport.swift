import Foundation
import Surety

/// What `surety doctor` prints.
struct DoctorReport: Encodable {
  /// A way of giving images to the network, and how many it is right about then.
  struct Trial: Encodable {
    var reading: String
    var order: String
    var options: String
    var right: Int
    var count: Int
    var accuracy: Double
  }
  /// What a method did on the images that were measured.
  struct Method: Encodable {
    var method: String
    var decided: Int
    var seconds: Double
  }
  /// What the run would cost.
  struct Cost: Encodable {
    var measured: Int
    var seconds: Double
    var secondsInAll: Double?
    var isCutOff: Bool
    var memoryBytes: Int
    var methods: [Method]

    enum CodingKeys: String, CodingKey {
      case measured, seconds
      case secondsInAll = "seconds_in_all"
      case isCutOff = "cut_off"
      case memoryBytes = "memory_bytes"
      case methods
    }
  }
  /// The network in numbers.
  struct Model: Encodable {
    var path: String
    var input: [Int]
    var outputs: Int
    var parameters: Int
    var layout: String
  }
  /// The data in numbers.
  struct Images: Encodable {
    var name: String
    var count: Int
    var shape: [Int]
    var classes: Int
    var lowest: Double
    var highest: Double
  }

  var model: Model
  var images: Images
  var epsilon: Double?
  var norm: String
  var examples: Int
  var trials: [Trial]
  var order: [String]
  var support: [AnalysisSupport]
  var cost: Cost?
  var secondsPerImage: Double
  var warnings: [String]
  var note: String?

  enum CodingKeys: String, CodingKey {
    case model, images, epsilon, norm, examples, trials, order, support, cost
    case secondsPerImage = "seconds_per_image"
    case warnings, note
  }

  init(
    model path: String, network: Network, certifier: Certifier, layout: PixelLayout, examples: Int,
    findings: Preflight.Findings, warnings: [String], cost: CostEstimate?, isMeasured: Bool
  ) {
    let data = certifier.images
    model = Model(
      path: path, input: network.inputShape.dimensions, outputs: network.outputShape.count,
      parameters: network.parameterCount, layout: layout.rawValue)
    images = Images(
      name: "\(data.name):\(data.split.rawValue)", count: data.count, shape: data.shape,
      classes: data.classes.count, lowest: Double(findings.range.lowerBound),
      highest: Double(findings.range.upperBound))
    epsilon = isMeasured ? certifier.options.epsilon : nil
    norm = certifier.options.norm.rawValue
    self.examples = examples
    trials = findings.trials.map {
      Trial(
        reading: $0.reading.name, order: $0.reading.order.rawValue,
        options: $0.reading.normalization.options, right: $0.right, count: $0.count,
        accuracy: $0.accuracy)
    }
    order = certifier.run.cascade
    support = network.support
    secondsPerImage = findings.secondsPerImage
    self.warnings = warnings
    note = findings.note
    self.cost = cost.map { cost in
      Cost(
        measured: cost.measured, seconds: cost.seconds,
        secondsInAll: cost.seconds(for: examples), isCutOff: cost.isCutOff,
        memoryBytes: Self.largestMemory,
        methods: cost.methods.map {
          Method(method: $0.name, decided: $0.decided, seconds: $0.seconds)
        })
    }
  }

  /// The largest memory that the process has had, in bytes.
  private static var largestMemory: Int {
    var usage = rusage()
    #if os(Linux)
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss << 10
    #else
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}

extension DoctorReport {
  /// The same facts as a page.
  var text: String {
    ([facts, accuracy, plan] + [verdict]).filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private func size(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }

  private var facts: String {
    let layout =
      model.layout == "flat"
      ? "flat: read as channel, row, column" : "\(model.layout), as its shape says"
    var rows = [
      ("model", "\(model.path): \(model.parameters) parameters"),
      ("input", "\(size(model.input)), \(layout)"),
      ("outputs", "\(model.outputs) for \(images.classes) classes"),
      (
        "data",
        "\(images.name): \(images.count) images \(size(images.shape)), values from "
          + "\(Console.short(images.lowest)) to \(Console.short(images.highest))"
      ),
    ]
    if let epsilon {
      let steps = norm == "inf" ? " = \(Console.short(255 * epsilon))/255" : ""
      rows.append(("distance", "l\(norm) \(Console.short(epsilon))\(steps)"))
    }
    return rows.map { "\($0.0.padding(toLength: 10, withPad: " ", startingAt: 0))\($0.1)" }
      .joined(separator: "\n")
  }

  private var accuracy: String {
    guard let first = trials.first else {
      return "Accuracy: not tried, one image takes \(Console.short(secondsPerImage)) s"
    }
    let best = trials.map(\.right).max() ?? 0
    let rows = trials.map { trial in
      let name = trial.order == "as given" ? trial.reading : "\(trial.reading), \(trial.order)"
      let mark = trial.right == best ? "*" : ""
      return [name, "\(trial.right)\(mark)", trial.order == "as given" ? trial.options : ""]
    }
    let width = rows.map { $0[0].columns }.max() ?? 0
    let lines = rows.map { row in
      "  \(row[0])\(String(repeating: " ", count: width - row[0].columns))  "
        + "\(row[1].padding(toLength: 5, withPad: " ", startingAt: 0))\(row[2])"
    }
    return (["Right answers on \(first.count) images (* the most):"] + lines)
      .map { $0.replacing(#/\s+$/#, with: "") }.joined(separator: "\n")
  }

  private var plan: String {
    let tried = "Tried in this order: \(order.joined(separator: ", "))"
    let gaps = support.filter { order.contains($0.method) && !$0.isSupported }.map { analysis in
      let names = Set(analysis.missing.map(\.operation)).sorted().joined(separator: ", ")
      return "  \(analysis.method) has no rule for \(names) and is left out"
    }
    guard let cost else { return ([tried] + gaps).joined(separator: "\n") }
    let rows = cost.methods.map {
      ["  \($0.method)", "\($0.decided)", String(format: "%.2f", $0.seconds)]
    }
    let all =
      cost.secondsInAll.map {
        "\(cost.isCutOff ? "more than" : "about") \(ProgressStatus.time($0)) for \(examples) images"
      } ?? "no image could be measured"
    return
      ([tried] + gaps + [
        "", "Measured on \(cost.measured) images:",
        Console.table([["  method", "decided", "seconds"]] + rows), "",
        "The run: \(all), \(cost.memoryBytes >> 20) MiB of memory so far",
      ]).joined(separator: "\n")
  }

  private var verdict: String {
    guard warnings.isEmpty else {
      return warnings.map { "Warning: \($0)" }.joined(separator: "\n")
    }
    return note.map { "Nothing looks clearly wrong. \($0)." } ?? "Nothing looks wrong."
  }
}
