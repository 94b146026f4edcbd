import ArgumentParser
import Foundation
import Surety

/// `surety lipschitz`: how far apart outputs can be.
struct LipschitzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lipschitz",
    abstract: "Bound how fast the outputs can move when the input moves, layer by layer.",
    discussion: """
      The bound is proved: norms of layers are verified, and every number is rounded up. With --around the distance is \
      shown within which the answer there cannot change; with --radius as well, the bound is for that region alone, where \
      neurons that cannot become active are left out.
      """)

  @OptionGroup var model: ModelArgument

  @Option(help: "How distances of inputs and outputs are measured: 2 or inf.")
  var norm = Norm.two

  @Option(help: "A JSON file with an input: a flat array of numbers.")
  var around: String?

  @Option(help: "Bound only inputs within this distance of --around, such as 0.5 or 8/255.")
  var radius: String?

  @Flag(help: "Leave out the search for inputs that come near the bound.")
  var noSearch = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try threads.apply()
    guard norm != .one else {
      throw InputError("--norm", "1 is not one of the norms here, expected 2 or inf")
    }
    let limit: Double? = try radius.map { try Epsilon.parse($0, source: "--radius") }
    guard limit == nil || around != nil else {
      throw InputError("--radius", "needs --around: a file with the input in the middle")
    }
    let loaded = try model.read()
    let network = loaded.network
    if network.readsTokens { return try boundTokens(loaded) }
    let input = try around.map { (path) throws(InputError) in
      try center(path, for: network)
    }
    var region: Region?
    if let input, let limit { region = try Region.ball(around: input, radius: limit, norm: norm) }
    let line = ProgressLine("lipschitz", "layers", of: network.nodes.count, isQuiet: printing.quiet)
    line.stage("norms of \(network.nodes.count) nodes")
    let start = Date()
    let bound = try network.lipschitzBound(norm: norm, over: region, source: model.model)
    if !noSearch { line.stage("the search from below") }
    let found = noSearch ? nil : network.lipschitzSearch(norm: norm, over: region)
    let certified = try input.map { (input) throws(InputError) in
      try network.answerRadius(at: input, by: bound, over: region, within: limit)
    }
    line.end()
    let report = LipschitzReport(
      loaded, bound, found, limit: limit, radius: certified ?? nil,
      seconds: Date().timeIntervalSince(start))
    warnOfRounding(network)
    if printing.json { try Console.json(report) } else { print(report.text) }
  }

  private func warnOfRounding(_ network: Network) {
    guard !network.isReadExactly else { return }
    printing.warn(
      "\(model.model): numbers of the model were rounded when it was read; the bound is that of the network as it was read"
    )
  }

  /// Prints how far the outputs of a network of tokens can move.
  private func boundTokens(_ loaded: ModelArgument.Loaded) throws {
    guard around == nil else {
      throw InputError(
        "--around",
        "is no input of a network of tokens; surety certify-text shows what is proved at places of a text"
      )
    }
    guard norm == .two else {
      throw InputError(
        "--norm", "is not asked of a network of tokens: distances are root mean squares of tokens")
    }
    let line = ProgressLine(
      "lipschitz", "layers", of: loaded.network.nodes.count, isQuiet: printing.quiet)
    line.stage("norms of \(loaded.network.nodes.count) nodes")
    let start = Date()
    let bound = try loaded.network.tokenBound(source: model.model)
    if !noSearch { line.stage("the search from below") }
    let found = noSearch ? nil : loaded.network.tokenSearch()
    line.end()
    let report = TokenReport(
      loaded, bound, found, seconds: Date().timeIntervalSince(start))
    warnOfRounding(loaded.network)
    if printing.json { try Console.json(report) } else { print(report.text) }
  }

  private func center(_ path: String, for network: Network) throws(InputError) -> [Double] {
    guard case .center(let values) = try InputValues.place(path) else {
      throw InputError(path, "is a box, expected a flat array of numbers: the middle of --radius")
    }
    try network.check(inputCount: values.count, source: path)
    return values
  }
}

/// The result of `surety lipschitz`.
private struct LipschitzReport: Encodable {
  var model: String
  var modelDigest: String
  /// The norm of distances, of inputs and of outputs.
  var norm: String
  /// What the numbers are, in words.
  var unit: String
  /// The proved bound in the norm.
  var bound: Double
  /// The same for the l2 distance of the outputs, and for the largest change of one.
  var boundTwo: Double
  var boundInfinity: Double
  /// What was found by search; null where there was none.
  var found: Double?
  /// The bound as a multiple of what was found.
  var gap: Double?
  /// The node with the largest constant.
  var dominant: String?
  /// The radius of the region that the bound holds in; left out where it holds everywhere.
  var within: Double?
  var certified: MarginRadius?
  var layers: [LipschitzBound.Layer]
  var seconds: Double

  enum CodingKeys: String, CodingKey {
    case model, norm, unit, bound, found, gap, dominant, within, certified, layers, seconds
    case modelDigest = "model_sha256"
    case boundTwo = "bound_l2"
    case boundInfinity = "bound_linf"
  }

  init(
    _ loaded: ModelArgument.Loaded, _ bound: LipschitzBound, _ found: LowerBound?, limit: Double?,
    radius: MarginRadius?, seconds: Double
  ) {
    model = loaded.file.path
    modelDigest = loaded.digest
    norm = bound.norm.rawValue
    unit =
      "\(bound.norm) distance of two outputs over \(bound.norm) distance of their inputs, both in the model's own numbers"
    self.bound = bound.total.value
    (boundTwo, boundInfinity) = (bound.two.value, bound.infinity.value)
    self.found = found?.value
    gap = found.flatMap { $0.value > 0 ? bound.total.value / $0.value : nil }
    dominant = bound.dominant?.node
    within = limit
    certified = radius
    layers = bound.layers
    self.seconds = seconds
  }

  /// The same facts as a table and sentences.
  var text: String {
    let rows = layers.map { layer in
      [
        layer.node, layer.operation, Self.above(layer.constant), Self.above(layer.running),
        layer.normAtLeast.map(Self.below) ?? "", layer.normAtMost.map(Self.above) ?? "",
      ]
    }
    let heads = ["layer", "operation", "constant", "so far", "norm from", "to"]
    var lines = Self.beside(
      Console.table([heads] + rows), ["how"] + layers.map(\.remark))
    lines.append("")
    let place = within.map { " within \(Console.short($0)) of the input" } ?? ""
    lines.append("bound    \(Self.above(bound))\(place)  (\(unit))")
    if let found {
      let multiple = gap.map { ", of which the bound is \(Console.short($0)) times as much" } ?? ""
      lines.append("found    \(Console.short(found)) by search\(multiple)")
    }
    lines.append(
      "outputs  l2 \(Self.above(boundTwo)), largest change of one \(Self.above(boundInfinity)), for inputs 1 apart in l\(norm)"
    )
    if let dominant { lines.append("largest  constant at \(dominant)") }
    if let certified {
      lines.append(
        certified.radius > 0
          ? "certified  output \(certified.label) stays the largest within \(Self.below(certified.radius)) in l\(norm) (margin \(Self.below(certified.margin)))"
          : "certified  nothing: output \(certified.label) is not the largest by a margin that was shown"
      )
    }
    return lines.joined(separator: "\n")
  }

  /// The lines of a table with a text after each, all of them beginning in one column.
  private static func beside(_ table: String, _ texts: [String]) -> [String] {
    let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
    let width = lines.map(\.count).max() ?? 0
    return zip(lines, texts).map { line, text in
      "\(line)\(String(repeating: " ", count: width - line.count))  \(text)"
    }
  }

  /// A number for people that is not below its value.
  private static func above(_ value: Double) -> String { Console.above(value) }
  /// A number for people that is not above its value.
  private static func below(_ value: Double) -> String { Console.below(value) }
}

extension Console {
  /// A number for people that is not below its value.
  static func above(_ value: Double) -> String { rounded(value, .up) }
  /// A number for people that is not above its value.
  static func below(_ value: Double) -> String { rounded(value, .down) }

  /// Six digits, rounded to one side.
  private static func rounded(_ value: Double, _ rule: FloatingPointRoundingRule) -> String {
    guard value > 0, value.isFinite, value.isNormal else { return Console.short(value) }
    let text = Console.short(value)
    guard let shown = Double(text), rule == .up ? shown < value : shown > value else { return text }
    // One unit of the last digit shown further.
    let unit = pow(10, floor(log10(value)) - 5)
    return Console.short(rule == .up ? shown + unit : shown - unit)
  }
}
