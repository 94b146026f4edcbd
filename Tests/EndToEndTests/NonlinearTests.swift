import Foundation
import Surety
import TestSupport
import Testing

@Suite("Limits, maxima and shares get right answers")
struct NonlinearTests {
  private func verify(
    _ network: Network, inputs: ClosedRange<Double>, _ condition: String, _ precision: Precision
  ) throws -> Verification.Answer {
    var text = ""
    for index in 0..<network.inputShape.count {
      text += "(declare-const X_\(index) Real) (assert (>= X_\(index) \(inputs.lowerBound)))"
      text += "(assert (<= X_\(index) \(inputs.upperBound)))"
    }
    for index in 0..<network.outputShape.count { text += "(declare-const Y_\(index) Real)" }
    let property = try Property(parsing: Data((text + condition).utf8), source: "test")
    var options = VerifierOptions()
    options.precision = precision
    return try Verifier(network, options: options).verify(property).answer
  }

  private func isViolated(_ answer: Verification.Answer) -> Bool {
    if case .violated = answer { true } else { false }
  }

  @Test("Huge bounds hide nothing", arguments: [Precision.float, .double], [1e10, 1e30])
  func hugeBounds(precision: Precision, bound: Double) throws {
    var clip = Network(input: [1, 2])
    try clip.add(Clip(lower: -bound, upper: bound), [0])
    var maximum = Network(input: [1, 2])
    let far = maximum.addParameter("far", Tensor([2], [-bound, -bound]))
    let low = try maximum.add(AddConstant(far), [0])
    try maximum.add(Maximum(), [0, low])
    var each = Network(input: [1, 2])
    let bounds = each.addParameter("bounds", Tensor([2], [-bound, 0.25]))
    try each.add(ElementClip(lower: bounds), [0])
    for network in [clip, maximum, each] {
      #expect(
        isViolated(try verify(network, inputs: 0...1, "(assert (>= Y_0 0.75))", precision)))
      #expect(try verify(network, inputs: 0...1, "(assert (>= Y_0 1.25))", precision) == .holds)
      #expect(try verify(network, inputs: 0...1, "(assert (<= Y_0 -0.25))", precision) == .holds)
    }
  }

  @Test("Shares that rounding makes equal are no tie", arguments: [Precision.float, .double])
  func saturatedSoftmax(precision: Precision) throws {
    var network = Network(input: [1, 3])
    let scale = network.addParameter("scale", Tensor([3], [2000, 1000, 0]))
    let shift = network.addParameter("shift", Tensor([3], [-3500, -1400, 0]))
    let scaled = try network.add(MultiplyConstant(scale), [0])
    try network.add(AddConstant(shift), [scaled])
    try network.add(Softmax(axis: 1), [network.output])
    // Both shares are 0 in floats, and the first is always the smaller.
    #expect(try verify(network, inputs: 0...1, "(assert (>= Y_0 Y_1))", precision) == .holds)
    #expect(isViolated(try verify(network, inputs: 0...1, "(assert (<= Y_0 Y_1))", precision)))
    #expect(isViolated(try verify(network, inputs: 0...1, "(assert (>= Y_2 Y_1))", precision)))
  }

  @Test("A log-softmax is bounded as its logits are")
  func logSoftmax() throws {
    var random = SplitMix64(seed: 9)
    func tensor(_ shape: Shape) -> Tensor<Double> {
      Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &random) })
    }
    var logits = Network(input: [1, 4])
    for size in [8, 5] {
      let weight = logits.addParameter(
        "w\(size)", tensor([logits.nodes[logits.output].shape[1], size]))
      try logits.add(Linear(weight: weight, bias: nil), [logits.output])
      if size == 8 { try logits.add(ReLU(), [logits.output]) }
    }
    var shares = logits
    let sum = try shares.add(LogSumExp(axis: 1), [logits.output])
    try shares.add(Add(isDifference: true), [logits.output, sum])
    let region = try Region.ball(around: [0.1, -0.2, 0.3, 0.4], radius: 0.3, norm: .infinity)
    for method in [BoundMethod.ibp, .crownIBP, .crown, .alphaCROWN] {
      var request = BoundRequest(method)
      request.label = 1
      let (a, b) = (
        try #require(try logits.bounds(over: region, request).margins),
        try #require(try shares.bounds(over: region, request).margins)
      )
      #expect(largestRelativeDifference(a.lower, b.lower, floor: 1) < 1e-12)
      #expect(largestRelativeDifference(a.upper, b.upper, floor: 1) < 1e-12)
    }
  }
}
