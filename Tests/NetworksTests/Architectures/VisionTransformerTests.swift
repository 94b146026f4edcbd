import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Vision transformers")
struct VisionTransformerTests {
  private static let task = ImageTask(
    shape: [2, 4, 6], classes: 3, mean: [0.5, 0.25], std: [0.25, 0.5])

  static let variants: [VisionTransformer] = [
    VisionTransformer(patch: 2, width: 8, layers: 2, heads: 2),
    VisionTransformer(
      patch: 2, width: 8, layers: 1, heads: 4, expansion: 3, positions: .fixed, normalization: .rms,
      residual: .mixed, activation: .relu),
    VisionTransformer(
      patch: 1, width: 6, layers: 1, heads: 3, positions: .none, normalization: .none,
      residual: .mixed, attentionScale: 0.75),
    distances,
  ]

  /// The same by distances, whose queries, keys and values are one.
  static var distances: VisionTransformer {
    var result = VisionTransformer(patch: 2, width: 8, layers: 2, heads: 2, normalization: .none)
    result.attention = .distances
    return result
  }

  /// A network with random weights, factors and shifts of normalisations included.
  private func network(_ architecture: VisionTransformer) throws -> Network {
    var g = SplitMix64(seed: 12)
    var network = try architecture.network(for: Self.task)
    for id in network.trainableParameters {
      let shape = network.parameters[id.index].value.shape
      network.setValue(
        Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -0.7...0.7, using: &g) }),
        of: id)
    }
    return network
  }

  @Test("The value is that of a plain calculation, token by token", arguments: variants)
  func definition(architecture: VisionTransformer) throws {
    let network = try network(architecture)
    var g = SplitMix64(seed: 13)
    let image = (0..<48).map { _ in Double.random(in: 0...1, using: &g) }
    let found = network.evaluate(
      Tensor<Double>([1, 1, 2, 4, 6], image), network.parameters(as: Tensor<Double>.self))
    let expected = PlainTransformer(network, architecture).logits(image)
    #expect(largestRelativeDifference(found.scalars, expected, floor: 1) < 1e-12)
  }

  @Test("Positions begin as sines and cosines, and only learned ones are trained")
  func positions() throws {
    func table(_ positions: VisionTransformer.Positions) throws -> (Network, Tensor<Double>?) {
      let network = try VisionTransformer(patch: 2, width: 8, heads: 2, positions: positions)
        .network(for: Self.task)
      return (network, network.parameters.first { $0.name == "positions" }?.value)
    }
    let (learned, first) = try table(.learned)
    let (fixed, second) = try table(.fixed)
    let (none, third) = try table(.none)
    #expect(first == second && third == nil)
    #expect(learned.trainableParameters.count == fixed.trainableParameters.count + 1)
    #expect(none.trainableParameters.count == fixed.trainableParameters.count)
    let values = try #require(first)
    #expect(values.shape == [6, 8])
    // Patch 4 is in row 1, column 1; a quarter of the features each for sines and cosines of either.
    let expected = [sin(1.0), sin(1e-4), cos(1.0), cos(1e-4)]
    for (place, value) in (expected + expected).enumerated() {
      #expect(abs(values[4, place] - value) < 1e-7)
    }
    #expect(Set((0..<6).map { patch in (0..<8).map { values[patch, $0] } }).count == 6)
  }

  @Test("Logits are scaled by one over the root of a head's width, or by what is said")
  func scales() throws {
    func scale(_ architecture: VisionTransformer) throws -> Double? {
      try architecture.network(for: Self.task).nodes.compactMap { $0.operation as? Attention }
        .first?.form.scale
    }
    #expect(try scale(VisionTransformer(patch: 2, width: 16, heads: 4)) == 0.5)
    #expect(try scale(VisionTransformer(patch: 2, width: 16, heads: 4, residual: .mixed)) == 0.25)
    #expect(
      try scale(VisionTransformer(patch: 2, width: 16, heads: 4, attentionScale: 0.1))
        == Double(Float(0.1)))
  }

  @Test("Sizes that do not fit are refused with what would")
  func refusals() {
    func message(_ architecture: VisionTransformer) -> String? {
      #expect(throws: InputError.self) { try architecture.network(for: Self.task) }?.description
    }
    let name = "architecture \"vit\": "
    #expect(
      message(VisionTransformer(patch: 4))
        == name + "patch: images of shape 2x4x6 do not fall into patches of 4x4")
    #expect(
      message(VisionTransformer(patch: 2, width: 10, heads: 4))
        == name + "heads: 4 of them do not divide a width of 10")
    #expect(
      message(VisionTransformer(patch: 2, width: 6, heads: 2))
        == name
        + "width: 6 for positions by row and column; expected a multiple of 4, or positions: none"
    )
    #expect(
      message(VisionTransformer(patch: 2, layers: 0)) == name + "layers: 0; expected 1 or more")
    #expect(
      message(VisionTransformer(patch: 2, attentionScale: -1))
        == name + "attention-scale: -1.0; expected a number above 0")
  }

  @Test("Settings of one kind of architecture are refused for the other")
  func otherSettings() {
    func message(_ name: String, _ settings: ArchitectureSettings) -> String? {
      #expect(throws: InputError.self) { try Architectures.named(name, settings) }?.description
    }
    var tokens = VisionTransformerSettings()
    tokens.patch = 4
    #expect(
      message("cnn-7", .init(transformer: tokens))
        == "architecture \"cnn-7\": patch: has no such setting; expected width, linear, normalization"
    )
    var normalized = VisionTransformerSettings()
    normalized.normalization = .rms
    #expect(
      message("cnn-7", .init(transformer: normalized))
        == "architecture \"cnn-7\": normalization: is one of another architecture's")
    #expect(
      message("vit", .init(normalization: .full))
        == "architecture \"vit\": normalization: is one of another architecture's")
  }
}

/// The same function with loops and arrays of tokens.
private struct PlainTransformer {
  let architecture: VisionTransformer
  let values: [String: Tensor<Double>]

  init(_ network: Network, _ architecture: VisionTransformer) {
    self.architecture = architecture
    values = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.value) })
  }

  private func linear(_ x: [Double], _ name: String) -> [Double] {
    guard let weight = values["\(name).weight"] else { return [] }
    return (0..<weight.shape[1]).map { output in
      x.indices.reduce(values["\(name).bias"]?.scalars[output] ?? 0) {
        $0 + x[$1] * weight[$1, output]
      }
    }
  }

  private func normalized(_ x: [Double], _ name: String) -> [Double] {
    guard architecture.normalization != .none, let scale = values["\(name).scale"] else { return x }
    let size = Double(x.count)
    let mean = architecture.normalization == .layer ? x.reduce(0, +) / size : 0
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / size
    return x.indices.map {
      (x[$0] - mean) / (variance + Double(Float(1e-5))).squareRoot() * scale.scalars[$0]
        + (values["\(name).shift"]?.scalars[$0] ?? 0)
    }
  }

  private func joined(_ x: [[Double]], _ branch: [[Double]], divisor: Double) -> [[Double]] {
    let share = Double(Float(1 / Double(2 * architecture.layers) / divisor))
    let rest = Double(Float(1 - 1 / Double(2 * architecture.layers)))
    return zip(x, branch).map { x, branch in
      zip(x, branch).map { architecture.residual == .plain ? $0 + $1 : rest * $0 + share * $1 }
    }
  }

  func logits(_ image: [Double]) -> [Double] {
    let (patch, width) = (architecture.patch, architecture.width)
    let (height, columns) = (4, 6)
    let (mean, deviation) = ([0.5, 0.25], [0.25, 0.5])
    var tokens: [[Double]] = []
    for row in 0..<height / patch {
      for column in 0..<columns / patch {
        tokens.append(
          (0..<width).map { feature in
            var sum = values["patches.bias"]?.scalars[feature] ?? 0
            for channel in 0..<2 {
              for y in 0..<patch {
                for x in 0..<patch {
                  let pixel = image[
                    (channel * height + row * patch + y) * columns + column * patch + x]
                  sum +=
                    (pixel - mean[channel]) / deviation[channel]
                    * (values["patches.weight"]?[feature, channel, y, x] ?? 0)
                }
              }
            }
            return sum + (values["positions"]?[tokens.count, feature] ?? 0)
          })
      }
    }
    for layer in 1...architecture.layers {
      let name = "block\(layer)"
      let read = tokens.map { normalized($0, "\(name).attention.norm") }
      let isTied = architecture.attention == .distances
      let (keys, values) = isTied ? ("queries", "queries") : ("keys", "values")
      let attended = attention(
        read.map { linear($0, "\(name).queries") }, read.map { linear($0, "\(name).\(keys)") },
        read.map { linear($0, "\(name).\(values)") })
      tokens = joined(tokens, attended.map { linear($0, "\(name).mixing") }, divisor: 3)
      let bent = tokens.map { token in
        linear(normalized(token, "\(name).mlp.norm"), "\(name).rising").map {
          architecture.activation == .relu ? max(0, $0) : 0.5 * $0 * erfc(-$0 / 2.0.squareRoot())
        }
      }
      tokens = joined(
        tokens, bent.map { linear($0, "\(name).falling") },
        divisor: architecture.activation == .relu ? 1 : 1.12891)
    }
    let last = tokens.map { normalized($0, "norm") }
    let pooled = (0..<width).map { feature in
      last.reduce(0) { $0 + $1[feature] } / Double(last.count)
    }
    return linear(pooled, "classifier")
  }

  private func attention(_ queries: [[Double]], _ keys: [[Double]], _ values: [[Double]])
    -> [[Double]]
  {
    let head = architecture.width / architecture.heads
    let usual =
      architecture.residual == .plain ? 1 / Double(head).squareRoot() : 1 / Double(head)
    let scale = Double(Float(architecture.attentionScale ?? usual))
    return queries.map { query in
      (0..<architecture.width).map { feature in
        let own = feature / head * head..<(feature / head + 1) * head
        let sizes = keys.map { key in
          exp(
            scale
              * own.reduce(0) {
                architecture.attention == .products
                  ? $0 + query[$1] * key[$1] : $0 - (query[$1] - key[$1]) * (query[$1] - key[$1])
              })
        }
        return zip(sizes, values).reduce(0) { $0 + $1.0 * $1.1[feature] } / sizes.reduce(0, +)
      }
    }
  }
}
