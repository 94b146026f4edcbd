import Foundation
import Networks
import Properties
import Search
import Synchronization
import Tensors

/// A network with two inputs, ReLU layers and three outputs, kept both as numbers and as a graph.
struct SmallNetwork {
  struct Layer {
    /// A row of weights for each output.
    var weights: [[Double]]
    var bias: [Double]

    func applied(to planes: [[Double]]) -> [[Double]] {
      zip(weights, bias).map { row, bias in
        var sum = [0.0, 0, bias]
        for (weight, plane) in zip(row, planes) {
          for i in 0..<3 { sum[i] += weight * plane[i] }
        }
        return sum
      }
    }
  }

  /// What is degenerate about it.
  enum Kind: Int, CaseIterable {
    case plain, signs, zeroLayer, equalOutputs, deadNeurons, point, segment
  }

  var layers: [Layer] = []
  var lower: [Double]
  var upper: [Double]
  var conditions: [[LinearConstraint]] = []

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed, stream: 77)
    let kind = Kind.allCases[Int(seed) % Kind.allCases.count]
    let first = Int.random(in: 1...8, using: &random)
    let sizes = [2, first, Int.random(in: 1...(14 - first), using: &random), 3]
    for (width, height) in zip(sizes, sizes.dropFirst()) {
      var layer = Layer(weights: [], bias: [])
      for _ in 0..<height {
        layer.weights.append(
          (0..<width).map { _ in
            kind == .signs
              ? Double(Int.random(in: -1...1, using: &random))
              : Double.random(in: -1...1, using: &random)
          })
        let isDead = kind == .deadNeurons && Bool.random(using: &random)
        layer.bias.append(isDead ? -100 : Double.random(in: -0.5...0.5, using: &random))
      }
      layers.append(layer)
    }
    if kind == .zeroLayer {
      layers[1].weights = layers[1].weights.map { $0.map { _ in 0 } }
    }
    if kind == .equalOutputs { layers[2].weights[1] = layers[2].weights[0] }
    if kind == .equalOutputs { layers[2].bias[1] = layers[2].bias[0] }
    lower = [-1, -1].map { $0 * Double.random(in: 0.1...1, using: &random) }
    upper = [1, 1].map { $0 * Double.random(in: 0.1...1, using: &random) }
    if kind == .point { upper = lower }
    if kind == .segment { upper[0] = lower[0] }
    // Numbers that floats have, so that the box means the same in either precision.
    layers = layers.map { layer in
      Layer(
        weights: layer.weights.map { $0.map { Double(Float($0)) } },
        bias: layer.bias.map { Double(Float($0)) })
    }
    lower = lower.map { Double(Float($0)) }
    upper = upper.map { Double(Float($0)) }
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      conditions.append(
        (0..<Int.random(in: 1...2, using: &random)).map { _ in
          constraint(kind, &random)
        })
    }
  }

  /// A constraint whose limit lies near what the outputs reach.
  private func constraint(_ kind: Kind, _ random: inout SplitMix64) -> LinearConstraint {
    let row =
      kind == .equalOutputs
      ? [1.0, -1, 0] : (0..<3).map { _ in Double(Int.random(in: -1...1, using: &random)) }
    let reached = (0..<200).map { _ in
      let point = zip(lower, upper).map { low, high in
        low + (high - low) * Double.random(in: 0...1, using: &random)
      }
      return zip(row, output(at: point)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let least = reached.min() ?? 0
    let bound = least + Double.random(in: -0.25...0.15, using: &random)
    let terms = row.enumerated().filter { $0.element != 0 }
      .map { LinearConstraint.Term($0.offset, $0.element) }
    return LinearConstraint(outputs: terms, bound: Double(Float(bound)))
  }

  func output(at point: [Double]) -> [Double] {
    var values = point
    for (depth, layer) in layers.enumerated() {
      values = zip(layer.weights, layer.bias).map { row, bias in
        let sum = zip(row, values).reduce(bias) { $0 + $1.0 * $1.1 }
        return depth < layers.count - 1 ? max(0, sum) : sum
      }
    }
    return values
  }

  /// Whether a condition is met in the box with every limit moved by `shift`, by enumeration of all patterns.
  func isSatisfiable(shift: Double) -> Bool {
    let pieces = Patterns.all(of: layers, over: .box(lower, upper))
    return conditions.contains { condition in
      pieces.contains { piece in
        var rest: Polygon? = piece.polygon
        for constraint in condition {
          var plane = [0.0, 0, constraint.bound + shift]
          for term in constraint.outputs {
            for i in 0..<3 { plane[i] -= term.coefficient * piece.outputs[term.index][i] }
          }
          rest = rest?.clipped(plane)
        }
        return rest != nil
      }
    }
  }

  /// The graph; the weights of layer i times `scales[i]`, and biases so that only the outputs' size changes.
  func network(scales: [Double] = [1, 1, 1]) throws -> Network {
    var network = Network(input: [1, 2])
    var node = 0
    var total = 1.0
    for (depth, layer) in layers.enumerated() {
      total *= scales[depth]
      let (height, width) = (layer.bias.count, layer.weights[0].count)
      let transposed = (0..<width).flatMap { i in
        layer.weights.map { $0[i] * scales[depth] }
      }
      let weight = network.addParameter("w\(depth)", Tensor([width, height], transposed))
      let scaled = layer.bias.map { $0 * total }
      let bias = network.addParameter("b\(depth)", Tensor([height], scaled))
      node = try network.add(Linear(weight: weight, bias: bias), [node])
      if depth < layers.count - 1 { node = try network.add(ReLU(), [node]) }
    }
    return network
  }

  func question() throws -> Question {
    Question(region: try Region(lower: lower, upper: upper), conditions: conditions)
  }
}

/// Confirms points by running the network in doubles, and hunts by samples.
final class SampleHunter: CounterexampleHunter {
  private let network: SmallNetwork
  private let seed = Mutex(UInt64(0))

  init(_ network: SmallNetwork) { self.network = network }

  func witness(at point: [Float]) -> Witness? {
    let input = zip(point, zip(network.lower, network.upper)).map { x, ends in
      min(max(Double(x), ends.0), ends.1)
    }
    let output = network.output(at: input)
    let isMet = network.conditions.contains { condition in
      condition.allSatisfy { $0.holds(input: input, output: output) }
    }
    return isMet ? Witness(input: input, output: output) : nil
  }

  func hunt(seconds: Double) -> Witness? {
    var random = seed.withLock { seed in
      seed += 1
      return SplitMix64(seed: seed)
    }
    for _ in 0..<5000 {
      let point = zip(network.lower, network.upper).map { low, high in
        Float(low + (high - low) * Double.random(in: 0...1, using: &random))
      }
      if let witness = witness(at: point) { return witness }
    }
    return nil
  }
}
