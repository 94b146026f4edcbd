import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("The walk of rows back to the input")
struct WalkTests {
  typealias T = Tensor<Double>

  @Test(
    "Bounds are the same whichever choice walks with the lines of the relaxations",
    arguments: [ZooNetwork.residual, .sShaped, .pooled, .gated, .moved], 0..<5 as Range<UInt64>)
  func choicesAgree(kind: ZooNetwork, seed: UInt64) throws {
    let network = try kind.network(seed: seed)
    var generator = SplitMix64(seed: seed)
    let region = try randomRegions(1, network.inputShape, radius: 0.1, .infinity, &generator)[0]
    let state = try Bounder<T>(network).crown(over: InputSet([region], shape: network.inputShape))
    let pass = state.relaxedPass
    let shape = network.outputShape
    let coefficients = (0..<4 * shape.count).map { _ in
      Double.random(in: -1...1, using: &generator)
    }
    let functions = LinearFunctions(
      node: network.output,
      rows: T.rows(T(Shape([4] + shape.dimensions), coefficients), shape),
      constant: T([4], [0, 1, -1, 0.5]), exampleOfRow: [0, 0, 0, 0])
    // The first goes through a convolution and its normalisation in one step, the others meet rows between the two.
    let bounds = try pass.lowerBounds(of: functions)
    var record = RecordedRows<T>(nodes: network.nodes.count)
    let recorded = pass.least(try pass.lowered(functions, &record))
    var tape = SlopeTape<Double>(nodes: network.nodes.count)
    let taped = pass.least(try pass.lowered(functions, &tape))
    #expect(largestRelativeDifference(recorded.scalars, bounds.scalars, floor: 1) < 1e-11)
    #expect(largestRelativeDifference(taped.scalars, bounds.scalars, floor: 1) < 1e-11)
    let (rows, others) = (record.rows.map { $0 != nil }, tape.rows.map { $0 != nil })
    #expect(rows == others && rows[0])
  }

  @Test("Multipliers of splits never raise a bound above the values on their side")
  func multipliersAreSound() throws {
    for seed in 0..<20 as Range<UInt64> {
      let network = try ZooNetwork.residual.network(seed: seed)
      var generator = SplitMix64(seed: seed)
      let region = try randomRegions(1, network.inputShape, radius: 0.3, .infinity, &generator)[0]
      let bounder = Bounder<T>(network)
      let state = try bounder.crown(over: InputSet([region], shape: network.inputShape))
      let (node, element) = (try #require(network.preactivations.first), Int32(1))
      let parameters = network.parameters(as: T.self)
      for isPositive in [true, false] {
        let split = NeuronSplit(node: Int32(node), element: element, isPositive: isPositive)
        let bound = try bounder.splitLowerBounds(
          of: OutputFunctions(T.full(1, [1, 1, network.outputShape.count])), state,
          [SplitRow<Double>(splits: [split], multipliers: [0.7])],
          steps: SlopeSteps(count: 3, rate: 0.2, decay: 0.9), candidates: 0, extras: .planes)[0]
        let plane = try #require(bound.plane)
        for _ in 0..<50 {
          let x = region.sample(&generator)
          let input = T(Shape([1] + network.inputShape.dimensions), x)
          var side = 0.0
          let output = network.evaluate(input, parameters) { id, values in
            if id == node { side = values.scalars[Int(element)] }
          }
          guard isPositive ? side >= 0 : side <= 0 else { continue }
          let value = output.scalars.reduce(0, +)
          #expect(bound.bound <= value + 1e-9)
          let below = zip(plane.coefficients, x).reduce(plane.constant) { $0 + $1.0 * $1.1 }
          #expect(below <= value + 1e-9)
        }
      }
    }
  }
}
