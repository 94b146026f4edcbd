import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// Products whose first factor has another shape than they have, and other readers besides.
@Suite("What rows pay where a node's input has another shape and other readers")
struct ReadersTests {
  /// A column times a row, both functions of the input, of which the column is read a second time.
  private func network(seed: UInt64) throws -> Network {
    var g = SplitMix64(seed: seed)
    func weights(_ shape: Shape) -> Tensor<Double> {
      Tensor(
        shape, (0..<shape.count).map { _ in Double(Float(Double.random(in: -1...1, using: &g))) })
    }
    var network = Network(input: [1, 2, 3], named: "x")
    let toColumn = network.addParameter("column", weights([3, 1]))
    let column = try network.add(Linear(weight: toColumn), [0])
    try network.add(Reshape(to: [1, 1, 6]), [0])
    let toRow = network.addParameter("row", weights([6, 9]))
    let row = try network.add(Linear(weight: toRow), [network.output])
    try network.add(MatrixProduct(), [column, row])
    try network.add(Reshape(to: [1, 18]), [network.output])
    let last = network.addParameter("last", weights([18, 3]))
    let products = try network.add(Linear(weight: last), [network.output])
    try network.add(Reshape(to: [1, 2]), [column])
    let beside = network.addParameter("beside", weights([2, 3]))
    let other = try network.add(Linear(weight: beside), [network.output])
    network.setOutput(try network.add(Add(), [products, other]), named: "y")
    return network
  }

  @Test("Bounds are the same alone and in a batch, time after time, and values lie inside")
  func alone() throws {
    try alone(Float.self)
    try alone(Double.self)
  }

  private func alone<S: TensorScalar>(_: S.Type) throws {
    for seed in 0..<12 as Range<UInt64> {
      let network = try network(seed: seed)
      let bounder = Bounder<Tensor<S>>(network)
      var g = SplitMix64(seed: seed + 100)
      let regions = try randomRegions(4, [1, 2, 3], radius: 0.1, .infinity, &g)
      let functions = OutputFunctions<Tensor<S>>.margins(labels: [0, 1, 2, 0], classes: 3)
      for method in [BoundMethod.crownIBP, .crown] {
        func bounds(_ regions: [Region], _ functions: OutputFunctions<Tensor<S>>) throws -> [Double]
        {
          try bounder.lowerBounds(
            of: functions, over: InputSet(regions, shape: network.inputShape), by: method
          ).lower.scalars.map(Double.init)
        }
        let together = try bounds(regions, functions)
        #expect(try bounds(regions, functions) == together)
        for (example, region) in regions.enumerated() {
          let label = [0, 1, 2, 0][example]
          let own = OutputFunctions<Tensor<S>>.margins(labels: [label], classes: 3)
          let alone = try bounds([region], own)
          for (place, bound) in alone.enumerated() {
            let other = together[example * alone.count + place]
            #expect(abs(bound - other) <= 1e-4 * max(1, abs(bound)), "seed \(seed), \(method)")
          }
          for _ in 0..<20 {
            let outputs = network.values(at: region.sample(&g))[network.output].scalars
            let margins = outputs.indices.filter { $0 != label }.map {
              outputs[label] - outputs[$0]
            }
            for (bound, margin) in zip(alone, margins) {
              #expect(bound <= margin, "seed \(seed), \(method)")
            }
          }
        }
      }
    }
  }
}
