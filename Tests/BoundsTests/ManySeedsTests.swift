import Foundation
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

// `NetworkSoundnessTests` looks at every node of few networks; this looks at the outputs of many.
@Suite("Bounds of thousands of small networks")
struct ManySeedsTests {
  static let seeds: Range<UInt64> = 0..<200

  @Test("The networks contain every operation there is")
  func zooIsComplete() throws {
    let folder = "\(packageRoot)/Sources/Networks/Operations"
    let declaration = #/public struct (\w+): (?:\w+, )*\w*Operation\b/#
    var declared = Set<String>()
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      declared.formUnion(text.matches(of: declaration).map { String($0.1) })
    }
    let used = try ZooNetwork.allCases.flatMap { kind in
      try kind.network(seed: 0).nodes.compactMap { $0.operation.map { "\(type(of: $0))" } }
    }
    #expect(declared.count > 30)
    // Bounds begin behind embeddings, and see attention as the products and softmaxes that it stands for.
    #expect(declared.subtracting(used) == ["Attention", "Embedding"])
  }

  @Test("Sampled outputs lie inside the bounds of every method", arguments: ZooNetwork.allCases)
  func sampledOutputsAreInside(kind: ZooNetwork) throws {
    for seed in Self.seeds {
      let world = try World(kind, seed)
      try check(world, Tensor<Double>.self, tolerance: 1e-11)
      if seed % 3 == 0 { try check(world, Tensor<Float>.self, tolerance: 2e-5) }
    }
  }

  private func check<S>(_ world: World, _ type: Tensor<S>.Type, tolerance: Double) throws {
    let outputs = world.sampledOutputs(30)
    for (method, bounds) in try world.bounds(type) {
      for output in outputs {
        for (i, value) in output.enumerated() {
          let (low, high) = (bounds.lower[i], bounds.upper[i])
          let slack = tolerance * (1 + abs(low) + abs(high))
          // A NaN or infinite bound says that nothing is known; it must not be the wrong side.
          if low > value + slack || high < value - slack {
            Issue.record("\(world), \(S.self), \(method): \(value) is not in \(low)...\(high)")
            return
          }
        }
      }
    }
  }

  @Test("Dearer methods stay within cheaper ones", arguments: ZooNetwork.allCases)
  func methodsAreNested(kind: ZooNetwork) throws {
    for seed in Self.seeds {
      let world = try World(kind, seed)
      let bounder = Bounder<Tensor<Double>>(world.network)
      let inputs = world.inputs(Tensor<Double>.self)
      let (ibp, crown) = (try bounder.intervals(over: inputs), try bounder.crown(over: inputs))
      var states = [crown, try bounder.forward(over: inputs)]
      if world.optimisesSlopes { states.append(try bounder.alphaCROWN(over: inputs)) }
      for id in world.network.nodes.indices {
        let known = OutputBounds(try #require(ibp.intervals[id]))
        for state in states {
          let found = OutputBounds(try #require(state.intervals[id]))
          for i in known.lower.indices where known.lower[i].isFinite && known.upper[i].isFinite {
            let slack = 1e-9 * (1 + abs(known.lower[i]) + abs(known.upper[i]))
            if found.lower[i] < known.lower[i] - slack || found.upper[i] > known.upper[i] + slack {
              Issue.record("\(world), node \(id): reaches beyond its intervals")
              return
            }
          }
        }
      }
      guard world.optimisesSlopes else { continue }
      // Optimised slopes start from CROWN's, and the best bound is kept.
      let rows = OutputFunctions<Tensor<Double>>.outputsAndNegations(3, examples: 1)
      let plain = try bounder.lowerBounds(of: rows, crown).scalars
      let optimised = try bounder.optimizedLowerBounds(of: rows, crown).scalars
      for (before, after) in zip(plain, optimised) where before.isFinite {
        if after < before - 1e-9 * (1 + abs(before)) {
          Issue.record("\(world): \(after) after optimising is below \(before)")
          return
        }
      }
    }
  }
}

/// A small network and a region of its inputs, drawn from a seed.
private struct World: CustomStringConvertible {
  let kind: ZooNetwork
  let seed: UInt64
  let network: Network
  let region: Region

  init(_ kind: ZooNetwork, _ seed: UInt64) throws {
    self.kind = kind
    self.seed = seed
    network = try kind.network(seed: seed + 1000)
    var generator = SplitMix64(seed: seed)
    let norm: Norm = seed % 4 == 1 ? .two : seed % 4 == 3 ? .one : .infinity
    // From regions in which nearly nothing happens to such that hold every kink.
    let radius = pow(10, Double.random(in: -2.5...0.5, using: &generator))
    region = try randomRegions(1, network.inputShape, radius: radius, norm, &generator)[0]
  }

  var description: String { "\(kind), seed \(seed)" }
  /// Slopes are optimised over boxes, and over balls of inputs that are not images; that takes long, so
  /// only some seeds do it.
  var optimisesSlopes: Bool {
    (region.ball == nil || network.inputShape.rank != 4) && seed % 5 == 0
  }

  func inputs<S>(_ type: Tensor<S>.Type) -> InputSet<Tensor<S>> {
    InputSet([region], shape: network.inputShape)
  }

  /// The outputs of some points of the region, in double precision.
  func sampledOutputs(_ count: Int) -> [[Double]] {
    var generator = SplitMix64(seed: seed + 5000)
    let points = (0..<count).flatMap { _ in region.sample(&generator) }
    let batch = Tensor<Double>(Shape([count] + network.inputShape.dimensions), points)
    let values = network.evaluate(batch, network.parameters(as: Tensor<Double>.self)).scalars
    let size = values.count / count
    return (0..<count).map { Array(values[$0 * size..<($0 + 1) * size]) }
  }

  /// The output bounds of every method, each without the help of another's.
  func bounds<S>(_ type: Tensor<S>.Type) throws -> [String: OutputBounds] {
    let bounder = Bounder<Tensor<S>>(network)
    let inputs = inputs(type)
    let intervals = try bounder.intervals(over: inputs)
    let crown = try bounder.crown(over: inputs)
    let forward = try bounder.forward(over: inputs)
    var result = [
      "ibp": OutputBounds(try #require(intervals.intervals[network.output])),
      "crown-ibp": try bounder.outputBounds(intervals), "crown": try bounder.outputBounds(crown),
      "forward": OutputBounds(try #require(forward.intervals[network.output])),
    ]
    let rows = OutputFunctions<Tensor<S>>.outputsAndNegations(3, examples: 1)
    result["ibp, fused"] = OutputBounds(try bounder.intervalLowerBounds(of: rows, intervals))
    if optimisesSlopes {
      let alpha = try bounder.alphaCROWN(over: inputs)
      result["alpha-crown"] = OutputBounds(try bounder.optimizedLowerBounds(of: rows, alpha))
    }
    return result
  }
}
