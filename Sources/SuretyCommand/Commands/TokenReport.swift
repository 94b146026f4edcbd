import Surety

/// The result of `surety lipschitz` for a network of tokens.
struct TokenReport: Encodable {
  var model: String
  var modelDigest: String
  /// What the numbers are, in words.
  var unit =
    "largest root mean square of an output's change over that of an embedded token, whatever tokens change"
  /// The proved bound.
  var bound: Double
  /// The largest root mean square of a row of the embedding, and of outputs.
  var size: Double
  var outputSize: Double
  /// What the published formula gives, which is no bound; left out where it gives nothing.
  var published: Double?
  /// What was found by search; left out where there was none.
  var found: Double?
  /// The bound as a multiple of what was found.
  var gap: Double?
  var layers: [Layer]
  var seconds: Double

  /// A step of the network.
  struct Layer: Encodable {
    var node: String
    var operation: String
    /// How far apart its outputs can be for embedded tokens that are 1 apart.
    var distance: Double
    /// How large they can be.
    var size: Double
  }

  enum CodingKeys: String, CodingKey {
    case model, unit, bound, size, found, gap, layers, seconds
    case modelDigest = "model_sha256"
    case outputSize = "output_size"
    case published = "published_figure"
  }

  init(
    _ loaded: ModelArgument.Loaded, _ bound: TokenBound, _ found: LowerBound?, seconds: Double
  ) {
    model = loaded.file.path
    modelDigest = loaded.digest
    self.bound = bound.output.distance.value
    size = bound.size.value
    outputSize = bound.output.size.value
    published = bound.published
    self.found = found?.value
    gap = found.flatMap { $0.value > 0 ? bound.output.distance.value / $0.value : nil }
    layers = bound.steps.map {
      Layer(
        node: $0.name, operation: $0.operation, distance: $0.norms.distance.value,
        size: $0.norms.size.value)
    }
    self.seconds = seconds
  }

  /// The same facts as a table and sentences.
  var text: String {
    let rows = layers.map { layer in
      [layer.node, layer.operation, Console.above(layer.distance), Console.above(layer.size)]
    }
    var lines = Console.table([["layer", "operation", "distance", "size"]] + rows)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.append("")
    lines.append("bound    \(Console.above(bound))  (\(unit))")
    if let found {
      let multiple = gap.map { ", of which the bound is \(Console.short($0)) times as much" } ?? ""
      lines.append("found    \(Console.short(found)) by search\(multiple)")
    }
    if let published {
      lines.append(
        "not      \(Console.short(published)): the published formula, which sees no heads and is no bound"
      )
    }
    lines.append(
      "size     embedded tokens have a root mean square of at most \(Console.above(size)), outputs of at most \(Console.above(outputSize))"
    )
    return lines.joined(separator: "\n")
  }
}
