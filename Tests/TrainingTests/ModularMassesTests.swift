import Differentiation
import Files
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// Steps that matrices share by their masses.
@Suite("Masses of matrices")
struct ModularMassesTests {
  private func scales(_ network: Network, _ blockMass: Double? = nil) throws -> [String: Double] {
    let trained = TrainedNetwork(network, WeightSettings())
    let found = try network.modularScales(
      trained.trainable, trained.forms, blockMass: blockMass, source: "test")
    return Dictionary(
      uniqueKeysWithValues: zip(
        trained.trainable.map { network.parameters[$0.index].name }, found.map(\.rate)))
  }

  @Test("A chain of three shares the rate by thirds, or by the mass of what lies between")
  func chain() throws {
    let network = try MLP(hidden: [6, 5]).network(for: ImageTask(shape: [1, 4, 4], classes: 3))
    let even = try scales(network)
    for name in ["linear1.weight", "linear2.weight", "classifier.weight"] {
      #expect(even[name] == 1.0 / 3, "\(name)")
    }
    #expect(even["linear1.bias"] == 1 && even["classifier.bias"] == 1)
    let heavy = try scales(network, 8)
    #expect(heavy["linear1.weight"] == 0.1 && heavy["classifier.weight"] == 0.1)
    #expect(heavy["linear2.weight"] == 0.8)
    // A single layer is the first and the last.
    let alone = try MLP(hidden: []).network(for: ImageTask(shape: [1, 4, 4], classes: 3))
    #expect(try scales(alone, 8)["classifier.weight"] == 1)
  }

  @Test("Branches that count less may move more, and all shares come to the whole")
  func transformer() throws {
    let shape = LipschitzTransformer(vocabulary: 7, tokens: 4, width: 8, blocks: 2, heads: 2)
    let network = try shape.network()
    let found = try scales(network)
    // 2 tables and 6 matrices in each of two blocks; a branch counts 1/4, attention a third of it.
    func isNear(_ name: String, _ expected: Double) -> Bool {
      abs((found[name] ?? 0) / expected - 1) < 1e-5
    }
    for name in ["embedding.weight", "head.weight"] { #expect(isNear(name, 1.0 / 14), "\(name)") }
    for block in ["block1", "block2"] {
      for part in ["queries", "keys", "values", "mixing"] {
        #expect(isNear("\(block).\(part).weight", 12.0 / 14), "\(block).\(part)")
      }
      // GELU may stretch by what it is divided by.
      #expect(isNear("\(block).rising.weight", 4.0 / 14))
      #expect(isNear("\(block).falling.weight", 4 * 1.12891 / 14))
    }
    let heavy = try scales(network, 32)
    #expect(abs((heavy["head.weight"] ?? 0) - 1.0 / 34) < 1e-7)
    #expect(abs((heavy["block1.rising.weight"] ?? 0) / (4 * 32.0 / 12 / 34) - 1) < 1e-5)
    // The scales times what each counts are the whole.
    let sensitivities = try network.sensitivities(source: "test")
    var whole = 0.0
    for (id, node) in network.nodes.enumerated() {
      let weight: ParameterID? =
        switch node.operation {
        case let layer as Linear: layer.weight
        case let layer as Embedding: layer.table
        default: nil
        }
      guard let weight else { continue }
      whole += (found[network.parameters[weight.index].name] ?? 0) * sensitivities[id]
    }
    #expect(abs(whole - 1) < 1e-12)
    let loud = LipschitzTransformer(
      vocabulary: 7, tokens: 4, width: 8, blocks: 2, heads: 2, finalScale: 16)
    #expect(abs(try scales(loud.network())["head.weight", default: 0] * 16 * 14 - 1) < 1e-6)
  }

  /// Square layers of norm 1, some of them in branches that count a part, and a last layer to four outputs.
  private static func network(isResidual: Bool, _ g: inout SplitMix64) throws -> Network {
    var network = Network(input: [1, 6])
    func layer(_ from: Int, _ to: Int, _ source: Int) throws -> Int {
      let raw = Tensor<Double>(
        [from, to], (0..<from * to).map { _ in Double.random(in: -1...1, using: &g) })
      // Of norm 1 from root mean squares to root mean squares.
      let unit = (Double(to) / Double(from)).squareRoot()
      let weight = network.addParameter(
        "w\(network.parameters.count)", CayleyTransform.weights(raw) * unit)
      return try network.add(Linear(weight: weight), [source])
    }
    var last = try layer(6, 8, 0)
    for _ in 0..<4 {
      let branch = try layer(8, 8, layer(8, 8, last))
      guard isResidual else {
        last = branch
        continue
      }
      let parts = [(last, 0.75), (branch, 0.25)]
      let scaled = try parts.map { source, factor in
        let constant = network.addParameter("c", Tensor([1], [factor]))
        return try network.add(MultiplyConstant(constant), [source])
      }
      last = try network.add(Add(), scaled)
    }
    _ = try layer(8, 4, last)
    return network
  }

  @Test(
    "A step along the gradient moves the output by the rate at most, which steps of each matrix's own do not",
    arguments: [false, true])
  func outputs(isResidual: Bool) throws {
    var g = SplitMix64(seed: 61)
    func size(_ x: [Double]) -> Double {
      (x.reduce(0) { $0 + $1 * $1 } / Double(x.count)).squareRoot()
    }
    for _ in 0..<5 {
      let network = try Self.network(isResidual: isResidual, &g)
      let trained = TrainedNetwork(network, WeightSettings())
      var x = (0..<6).map { _ in Double.random(in: -1...1, using: &g) }
      x = x.map { [length = size(x)] in $0 / length }
      let input = Tensor<Double>([1, 1, 6], x)
      // In the direction of the output itself every layer can do its whole part.
      let values = network.parameters.map { Tensor<Double>(converting: $0.value) }
      let before = network.evaluate(input, Parameters(values))
      let ids = trained.trainable
      let variables = ids.map { Tracked.variable(values[$0.index]) }
      var tracked = values.map { Tracked($0) }
      for (id, variable) in zip(ids, variables) { tracked[id.index] = variable }
      let after = network.evaluate(Tracked(input), Parameters(tracked))
      let loss = (after * Tracked(before)).reshaped([4]).reduced(.sum, axis: 0)
      let gradients = loss.gradients(of: variables).map { Tensor<Float>(converting: $0) }
      func moved(_ scales: [StepScale], rate: Double) -> Double {
        var settings = OptimizerSettings()
        (settings.kind, settings.weightDecay) = (.muon, 0)
        var optimizer = Optimizer(settings, trained.forms)
        optimizer.scales = scales
        var weights = ids.map { Tensor<Float>(converting: values[$0.index]) }
        var state = optimizer.initialState(for: weights)
        optimizer.step(&weights, gradients, norm: 1, &state, rate: rate)
        var stepped = values
        for (id, weight) in zip(ids, weights) { stepped[id.index] = Tensor(converting: weight) }
        let result = network.evaluate(input, Parameters(stepped))
        return size(zip(result.scalars, before.scalars).map { $0 - $1 })
      }
      let rate = 1e-3
      let scales = try network.modularScales(
        ids, trained.forms, blockMass: nil, source: "test")
      // Second order, and the rounding of weights to floats.
      let shared = moved(scales, rate: rate)
      #expect(shared <= rate * 1.01, "\(shared)")
      #expect(shared > rate * (isResidual ? 0.1 : 0.9), "\(shared)")
      #expect(moved([], rate: rate) > rate * 1.5)
    }
  }

  @Test("A soft cap holds its limit for steps of every scale")
  func caps() throws {
    var g = SplitMix64(seed: 62)
    let network = try LipschitzTransformer(
      vocabulary: 7, tokens: 4, width: 8, blocks: 2, heads: 2
    ).network().withTransformerWeights(seed: 3)
    let trained = TrainedNetwork(network, WeightSettings())
    var settings = OptimizerSettings()
    (settings.kind, settings.masses) = (.muon, .modular)
    var optimizer = Optimizer(settings, trained.forms)
    optimizer.scales = try network.modularScales(
      trained.trainable, trained.forms, blockMass: 32, source: "test")
    #expect(Set(optimizer.scales.map(\.rate)).count > 3)
    var limits = ConstraintSettings()
    (limits.kind, limits.limit) = (.softCap, 1.5)
    var constraint = WeightConstraint(limits, trained)
    constraint.scales = optimizer.scales
    var weights = trained.trainable.map {
      Tensor<Float>(converting: network.parameters[$0.index].value)
    }
    constraint.begin(&weights)
    var state = optimizer.initialState(for: weights)
    let directions = weights.map { weight in
      Tensor<Float>(
        weight.shape, (0..<weight.count).map { _ in Float.random(in: -1...1, using: &g) })
    }
    for _ in 0..<25 {
      let before = weights
      optimizer.step(&weights, directions, norm: 1, &state, rate: 0.2)
      constraint.apply(
        &weights, from: before, norms: trained.firstNorms, rate: 0.2, decay: 0, isBounded: true)
    }
    var reached = 0.0
    for (form, weight) in zip(trained.forms, weights) {
      guard case .matrix(let matrix) = form else { continue }
      _ = matrix.changing(weight) { block in
        reached = max(reached, block.singularValueBound)
        return block
      }
    }
    #expect(reached <= 1.5 * (1 + 1e-4) && reached > 1.3, "\(reached)")
  }

  @Test("Recipes say masses, and what has none is refused by name")
  func recipes() throws {
    func problem(_ yaml: String) -> String? {
      do throws(InputError) {
        _ = try Recipe(
          yaml: "data: {name: digits}\nepsilon: {test: 0.1}\n\(yaml)", source: "r.yaml")
        return nil
      } catch { return error.description }
    }
    #expect(problem("optimizer: {kind: muon, masses: modular, block-mass: 32}") == nil)
    #expect(
      problem("optimizer: {kind: muon, block-mass: 32}")
        == "r.yaml: line 3: optimizer.block-mass: belongs to masses: modular")
    #expect(
      problem("optimizer: {masses: modular}")
        == "r.yaml: line 3: optimizer.masses: belongs to muon; the kind is adam")
    #expect(
      problem("optimizer: {kind: muon, masses: modular}\nconstraint: {kind: hyperball}")
        == "r.yaml: line 3: optimizer.masses: hyperball sets the length of every step; expected none"
    )
    let normalized = try ShallowCNN(.three, width: 2).network(
      for: ImageTask(shape: [1, 8, 8], classes: 3))
    #expect(throws: InputError.self) { try scales(normalized) }
    do throws(InputError) {
      _ = try normalized.sensitivities(source: "cnn-3")
    } catch {
      #expect(
        error.description
          == "cnn-3: optimizer.masses: modular has no sensitivity for operation BatchNormalization (node conv2.bn); expected none"
      )
    }
  }
}
