import ArgumentParser
import Foundation
import Surety

/// `surety bounds`: bounds of every output over a region.
struct BoundsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bounds", abstract: "Bound every output of the network over a region.",
    discussion: """
      Bounds of a method are intersected with those of cheaper methods (ibp, crown-ibp, crown, \
      alpha-crown in this order), unless --no-intersection is given.
      """)

  @OptionGroup var model: ModelArgument

  @Option(
    help: "A JSON file: a flat array of numbers, or {\"lower\": [...], \"upper\": [...]} for a box."
  )
  var center: String

  @Option(help: "The radius of the region, such as 0.03 or 8/255; not needed for a box.")
  var eps: String?

  @Option(help: "How distance is measured.")
  var norm = Norm.infinity

  @Option(help: "How to bound.")
  var method = BoundMethod.crown

  @Option(help: "The arithmetic: float, double, or auto, which is that of the model's numbers.")
  var precision = PrecisionName.double

  @Option(
    help:
      "The time limit in seconds; bounds that were not finished by then are wider, and it is said.")
  var timeout: Double?

  @Option(help: "Also bound Y_LABEL - Y_j for every other j.")
  var margins: Int?

  @Option(help: "The steps of slope optimisation (alpha-crown).")
  var iterations = 20

  @Option(help: "The steps for each neuron of the intermediate layers (alpha-crown).")
  var intermediateIterations: Int?

  @Flag(help: "Report the method's own bounds, not intersected with those of cheaper methods.")
  var noIntersection = false

  @Flag(help: "Also report the bounds of every layer.")
  var layers = false

  @OptionGroup var resources: ResourceOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    let limit = try duration(timeout)
    var request = BoundRequest(method)
    request.label = margins
    request.options.memory = try resources.apply()
    request.options.intersectsCheaperBounds = !noIntersection
    guard iterations >= 0 else {
      throw InputError("--iterations", "\(iterations) is not a number of steps, expected 0 or more")
    }
    request.options.outputSteps.count = iterations
    if let intermediateIterations {
      guard intermediateIterations >= 0 else {
        throw InputError(
          "--intermediate-iterations",
          "\(intermediateIterations) is not a number of steps, expected 0 or more")
      }
      request.options.intermediateSteps.count = intermediateIterations
    }
    let radius: Double? = try eps.map { try Epsilon.parse($0, source: "--eps") }
    let network = try model.load()
    request.precision = precision.precision(for: network)
    let region = try region(radius: radius, for: network)
    try resources.require(
      network.leastMemory(for: method, scalarSize: request.precision == .double ? 8 : 4))
    let line = ProgressLine(
      "bounds", "outputs", of: network.outputShape.count, isQuiet: printing.quiet)
    line.stage("\(method.rawValue), \(network.nodes.count) nodes")
    line.limit(limit)
    let lastWord = LastWord()
    let watchdog = Watchdog(limit: limit, code: .unanswered, lastWord: lastWord) {
      Console.error("surety: error: --timeout: the limit came first, in the middle of a step")
    }
    let start = Date()
    request.options.deadline = limit.map { start.addingTimeInterval($0.seconds) }
    let bounds = try network.bounds(over: region, request)
    let seconds = Date().timeIntervalSince(start)
    let report = BoundsReport(
      lower: bounds.lower, upper: bounds.upper,
      output: network.outputs(for: [region.center], precision: request.precision)[0],
      margins: bounds.margins, seconds: seconds, method: method.rawValue,
      arithmetic: request.precision.arithmetic, finite: bounds.isFinite,
      isCutOff: request.options.deadline.map { $0 <= Date() } == true ? true : nil,
      layers: layers ? try network.layerBounds(over: region, request) : nil)
    watchdog.stop()
    line.end()
    if printing.json { try Console.json(report) } else { print(report.text) }
  }

  private func region(radius: Double?, for network: Network) throws(InputError) -> Region {
    switch try InputValues.place(center) {
    case .box(let region):
      try network.check(inputCount: region.count, source: center)
      guard radius == nil else {
        throw InputError("--eps", "\(center) is a box already; leave --eps out")
      }
      return region
    case .center(let values):
      try network.check(inputCount: values.count, source: center)
      guard let radius else {
        throw InputError(
          "--eps", "is missing: \(center) is a point, expected a radius such as 8/255")
      }
      return try Region.ball(around: values, radius: radius, norm: norm)
    }
  }
}

/// The result of `surety bounds`.
private struct BoundsReport: Encodable {
  var lower: [Double]
  var upper: [Double]
  /// The output at the middle of the region.
  var output: [Double]
  var margins: OutputBounds.Ends?
  var seconds: Double
  var method: String
  var arithmetic: String
  /// Whether every number on the way was finite.
  var finite: Bool
  /// True where the time limit came before the method's end, so that the bounds may be wider than its own.
  var isCutOff: Bool?
  var layers: [LayerBounds]?

  enum CodingKeys: String, CodingKey {
    case lower, upper, output, margins, seconds, method, arithmetic, finite
    case isCutOff = "cut_off"
    case layers
  }

  /// The same facts as a table.
  var text: String {
    var parts: [String] = []
    if let layers {
      parts.append(
        Console.table(
          [["layer", "operation", "elements", "lowest", "highest", "mean width"]]
            + layers.map(Self.row)))
    }
    let rows = output.indices.map {
      ["Y_\($0)", Console.short(lower[$0]), Console.short(output[$0]), Console.short(upper[$0])]
    }
    parts.append(Console.table([["output", "lower", "at the center", "upper"]] + rows))
    if let margins {
      let rows = margins.lower.indices.map {
        ["\($0)", Console.short(margins.lower[$0]), Console.short(margins.upper[$0])]
      }
      parts.append(Console.table([["margin", "lower", "upper"]] + rows))
    }
    let warning = finite ? "" : "; NOT FINITE on the way, so these bounds show nothing"
    let note = isCutOff == true ? "; the time limit came first, so they may be wider" : ""
    parts.append("\(method), \(arithmetic), \(Console.short(seconds)) s\(note)\(warning)")
    return parts.joined(separator: "\n\n")
  }

  private static func row(_ layer: LayerBounds) -> [String] {
    let widths = zip(layer.upper, layer.lower).reduce(0) { $0 + $1.0 - $1.1 }
    return [
      layer.name, layer.operation, "\(layer.lower.count)",
      Console.short(layer.lower.min() ?? 0), Console.short(layer.upper.max() ?? 0),
      Console.short(widths / Double(max(1, layer.lower.count))),
    ]
  }
}
