import Attacks
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Lipschitz

@Suite("Certified distances")
struct CertifiedRadiusTests {
  private typealias T = Tensor<Double>

  /// The largest output after gradient steps towards another one, all of them within a distance.
  private func attacked(
    _ network: Network, from center: [Double], label: Int, other: Int, radius: Double, norm: Norm
  ) throws -> Int {
    let gradients = try Gradients(network)
    let parameters = network.parameters(as: T.self)
    let shape = Shape([1] + network.inputShape.dimensions)
    var row = [Double](repeating: 0, count: network.outputShape.count)
    (row[other], row[label]) = (1, -1)
    let rows = T(Shape([1] + network.outputShape.dimensions), row)
    var x = center
    var answer = label
    for step in 0..<30 {
      let values = gradients.values(at: T(shape, x), parameters)
      let outputs = values.output.scalars
      answer = outputs.indices.max { outputs[$0] < outputs[$1] } ?? label
      if answer != label { return answer }
      let gradient = gradients.gradient(of: rows, at: values, parameters).scalars
      let size = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard size > 0 else { break }
      let direction = gradient.map {
        norm == .infinity ? ($0 < 0 ? -1 : $0 > 0 ? 1 : 0) : $0 / size
      }
      let reach = step == 0 ? radius : 0.3 * radius
      x = zip(x, direction).map { $0 + reach * $1 }
      // Back into the ball.
      let off = zip(x, center).map { $0 - $1 }
      let length =
        norm == .infinity
        ? off.map { abs($0) }.max() ?? 0 : off.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > radius { x = zip(center, off).map { $0 + $1 * radius / length } }
    }
    return answer
  }

  @Test(
    "B-4: no attack changes the answer within the distance, and some do within a few times of it",
    arguments: [LipschitzZoo.dense, .convolution, .residual, .normalized, .grouped])
  func attacks(kind: LipschitzZoo) throws {
    var changed = 0
    for seed in 0..<15 {
      let network = try kind.network(seed: UInt64(seed) + 300)
      var generator = SplitMix64(seed: UInt64(seed), stream: 12)
      let center = (0..<network.inputShape.count).map { _ in
        Double.random(in: -1...1, using: &generator)
      }
      let outputs = network.evaluate(
        T(Shape([1] + network.inputShape.dimensions), center), network.parameters(as: T.self)
      ).scalars
      let label = outputs.indices.max { outputs[$0] < outputs[$1] } ?? 0
      let margins = outputs.indices.filter { $0 != label }.map {
        outputs[label] - outputs[$0] - 1e-9
      }
      for norm in [Norm.two, .infinity] {
        let analysis = LipschitzAnalysis(network)
        let whole = try analysis.bound(norm: norm)
        let radius = whole.radius(label: label, margins: margins)
        // A region of a few times the distance: its own bound certifies at least as much of it.
        let limit = 2 * radius
        let region = try Region.ball(around: center, radius: limit, norm: norm)
        let local = min(
          limit, try analysis.bound(norm: norm, over: region).radius(label: label, margins: margins)
        )
        #expect(local >= radius * (1 - 1e-6))
        // The generic distance, by the bound of all outputs, is no larger.
        let generic = (margins.min() ?? 0) / (2.0.squareRoot() * whole.two.value)
        if norm == .two { #expect(generic <= radius * (1 + 1e-12)) }
        for other in outputs.indices where other != label {
          for distance in [radius, local] {
            let answer = try attacked(
              network, from: center, label: label, other: other, radius: distance, norm: norm)
            #expect(answer == label, "\(kind) \(seed) \(norm) within \(distance)")
          }
          let answer = try attacked(
            network, from: center, label: label, other: other, radius: 30 * radius, norm: norm)
          if answer != label { changed += 1 }
        }
      }
    }
    #expect(changed > 0, "\(kind): the attack finds nothing anywhere, so it shows nothing")
  }
}
