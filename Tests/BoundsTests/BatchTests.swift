import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Batches, chunks and windows")
struct BatchTests {
  /// Bounds by every method, in a fixed order.
  private func allBounds<S>(
    _ network: Network, _ inputs: InputSet<Tensor<S>>, memory: Int = 1 << 30
  ) throws -> [OutputBounds] {
    var bounder = Bounder<Tensor<S>>(network)
    bounder.options.memory = memory
    let states = [
      try bounder.intervals(over: inputs), try bounder.crown(over: inputs),
      try bounder.forward(over: inputs),
    ]
    return try states.flatMap { state in
      [
        OutputBounds(try #require(state.intervals[network.output])),
        try bounder.outputBounds(state),
      ]
    }
  }

  private func expectEqual(
    _ a: ArraySlice<Double>, _ b: ArraySlice<Double>, _ comment: Comment
  ) {
    let difference = largestRelativeDifference(Array(a), Array(b), floor: 1)
    #expect(difference < 1e-10, comment)
  }

  @Test("An example's bounds do not depend on its batch", arguments: ZooNetwork.allCases)
  func examplesAreIndependent(kind: ZooNetwork) throws {
    for seed in 0..<2 as Range<UInt64> {
      let network = try kind.network(seed: seed)
      var generator = SplitMix64(seed: seed + 600)
      for norm in [Norm.infinity, .two, .one] {
        let regions = try randomRegions(4, network.inputShape, radius: 0.1, norm, &generator)
        let together = try allBounds(
          network, InputSet<Tensor<Double>>(regions, shape: network.inputShape))
        for example in 0..<4 {
          let alone = try allBounds(
            network, InputSet<Tensor<Double>>([regions[example]], shape: network.inputShape))
          for (method, (all, one)) in zip(together, alone).enumerated() {
            let part = example * 3..<example * 3 + 3
            let comment: Comment = "seed \(seed) \(norm) example \(example) method \(method)"
            expectEqual(all.lower[part], one.lower[...], comment)
            expectEqual(all.upper[part], one.upper[...], comment)
          }
        }
      }
    }
  }

  @Test("Bounds do not depend on how much memory they may take", arguments: ZooNetwork.allCases)
  func chunksAreIndependent(kind: ZooNetwork) throws {
    let network = try kind.network(seed: 3)
    var generator = SplitMix64(seed: 700)
    let regions = try randomRegions(3, network.inputShape, radius: 0.1, .infinity, &generator)
    let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
    let plenty = try allBounds(network, inputs)
    // One example at a time forward, fewer rows at a time backward.
    let little = try allBounds(
      network, inputs, memory: Bounder<Tensor<Double>>(network).forwardPeak().bytes)
    for (a, b) in zip(plenty, little) {
      expectEqual(a.lower[...], b.lower[...], "\(kind)")
      expectEqual(a.upper[...], b.upper[...], "\(kind)")
    }
  }

  @Test("Forward mode says when an example does not fit in memory")
  func forwardRefusesWithoutMemory() throws {
    let network = try ZooNetwork.residual.network(seed: 0)
    var generator = SplitMix64(seed: 1)
    let regions = try randomRegions(1, network.inputShape, radius: 0.1, .infinity, &generator)
    var bounder = Bounder<Tensor<Float>>(network)
    bounder.options.memory = 1000
    let inputs = InputSet<Tensor<Float>>(regions, shape: network.inputShape)
    let error = #expect(throws: Unsupported.self) { try bounder.forward(over: inputs) }
    #expect(error?.description.hasSuffix("bytes of memory, the limit is 1000") == true)
  }

  @Test("Windows give the bounds of the same network with its convolutions as matrices")
  func windowsEqualMatrices() throws {
    for seed in 0..<3 as Range<UInt64> {
      for kind in [ZooNetwork.residual, .pooled, .moved] {
        let network = try kind.network(seed: seed)
        let dense = try network.withMatrices()
        var generator = SplitMix64(seed: seed + 800)
        let regions = try randomRegions(2, network.inputShape, radius: 0.1, .infinity, &generator)
        let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
        let (windows, matrices) = (try allBounds(network, inputs), try allBounds(dense, inputs))
        for (method, (a, b)) in zip(windows, matrices).enumerated() {
          expectEqual(a.lower[...], b.lower[...], "\(kind) seed \(seed) method \(method)")
          expectEqual(a.upper[...], b.upper[...], "\(kind) seed \(seed) method \(method)")
        }
      }
    }
  }

  @Test("Undefined and unbounded operations prove nothing")
  func undefinedProvesNothing() throws {
    let operations: [any Operation] = [
      Reciprocal(), SquareRoot(), Logarithm(), Power(exponent: -2), Power(exponent: 0.5),
    ]
    for operation in operations {
      var net = NetworkBuilder(input: [1, 4], seed: 5)
      try net.linear(3)
      try net.add(operation)
      try net.add(AddConstant(net.parameter([3])))
      try net.add(ReLU())
      try net.add(Softmax(axis: 1))
      try net.add(MultiplyConstant(net.parameter([3], 1...2)))
      try net.add(Reduce(axes: [1], keepingAxes: true, isMean: false))
      try net.linear(1)
      let wide = try Region(
        lower: [Double](repeating: -4, count: 4), upper: [Double](repeating: 4, count: 4))
      for region in [wide] {
        var network = net.network
        // The bounds at the operation itself, before anything that is bounded whatever its input.
        network.setOutput(2, named: "operation")
        let inputs = InputSet<Tensor<Float>>([region], shape: network.inputShape)
        let bounder = Bounder<Tensor<Float>>(network)
        let state = try bounder.crown(over: inputs)
        let functions = OutputFunctions<Tensor<Float>>.outputsAndNegations(3, examples: 1)
        let values = try bounder.lowerBounds(of: functions, state).values.scalars
        for i in 0..<3 {
          // Nothing is proved from both sides, and at a pole of both signs from neither.
          #expect(!(values[i].isFinite && values[3 + i].isFinite), "\(operation.name): \(values)")
        }
      }
    }
  }
}

extension Network {
  /// The same network with every convolution as a product with a matrix between reshapings.
  func withMatrices() throws -> Network {
    var result = Network(input: inputShape)
    for parameter in parameters { _ = result.addParameter(parameter.name, parameter.value) }
    let own = self.parameters(as: Tensor<Double>.self)
    var place = [0]
    for (id, node) in nodes.enumerated() where id > 0 {
      guard let operation = node.operation else { continue }
      let inputs = node.inputs.map { place[$0] }
      guard let affine = operation as? any AffineOperation,
        affine is Convolution || affine is TransposedConvolution
      else {
        place.append(try result.add(operation, inputs))
        continue
      }
      let input = nodes[node.inputs[0]].shape
      let n = input.count
      var identity = Tensor<Double>(repeating: 0, [n, n])
      for i in 0..<n { identity[i, i] = 1 }
      let matrix = affine.linear(
        [identity.reshaped(Shape([n] + input.dimensions))], own, magnitude: false)
      let zero = Tensor<Double>(repeating: 0, Shape([1] + input.dimensions))
      let weight = result.addParameter("matrix \(id)", matrix.reshaped([n, node.shape.count]))
      let bias = result.addParameter(
        "offset \(id)", affine.evaluate([zero], own).reshaped([node.shape.count]))
      let flat = try result.add(Reshape(to: [1, n]), inputs)
      let product = try result.add(Linear(weight: weight, bias: bias), [flat])
      place.append(try result.add(Reshape(to: node.shape), [product]))
    }
    result.setOutput(place[output], named: outputName)
    return result
  }
}
