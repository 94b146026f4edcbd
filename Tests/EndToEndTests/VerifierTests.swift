import Foundation
import Surety
import TestSupport
import Testing

@Suite("The verifier never claims what is not so")
struct VerifierTests {
  private func verify(_ text: String, _ network: Network) throws -> Verification {
    let declarations = """
      (declare-const X_0 Real) (declare-const X_1 Real) (declare-const Y_0 Real)
      (declare-const Y_1 Real)
      (assert (>= X_0 0)) (assert (<= X_0 1)) (assert (>= X_1 0)) (assert (<= X_1 1))
      """
    let property = try Property(parsing: Data((declarations + text).utf8), source: "test")
    return try Verifier(network).verify(property)
  }

  /// Two ReLU units and their difference and sum.
  private func small() throws -> Network {
    var network = Network(input: [1, 2])
    let first = network.addParameter("w0", Tensor([2, 2], [1, -1, -1, 1]))
    let second = network.addParameter("w1", Tensor([2, 2], [1, 1, 1, -1]))
    let a = try network.add(Linear(weight: first, bias: nil), [0])
    let b = try network.add(ReLU(), [a])
    try network.add(Linear(weight: second, bias: nil), [b])
    return network
  }

  @Test("A condition that no input meets is ruled out, one that some input meets is found")
  func simple() throws {
    #expect(try verify("(assert (>= Y_0 1.5))", small()).answer == .holds)
    let found = try verify("(assert (>= Y_0 0.5))", small())
    guard case .violated(let witness) = found.answer else {
      Issue.record("\(found)")
      return
    }
    #expect(witness.output[0] >= 0.5)
  }

  @Test("A conjunction is ruled out by any one of its constraints")
  func conjunction() throws {
    #expect(
      try verify("(assert (>= Y_0 0.1)) (assert (>= Y_1 2))", small()).answer == .holds)
  }

  @Test("Constraints on inputs and outputs together are bounded as one")
  func mixed() throws {
    // Y_0 = |X_0 - X_1| is never above X_0 + X_1, but only the sum of both sees it.
    let result = try verify("(assert (>= Y_0 (+ X_0 X_1 0.01)))", small())
    #expect(result.answer == .holds || result.answer == .unknown)
    #expect(try verify("(assert (>= Y_0 (+ X_0 1.5)))", small()).answer == .holds)
    guard case .violated = try verify("(assert (>= Y_0 X_0))", small()).answer else {
      Issue.record("0 >= 0 holds at the origin")
      return
    }
  }

  @Test("A margin of less than rounding is no proof, and one of more is")
  func hairThin() throws {
    // The largest Y_0 is 1.
    for limit in ["1", "1.000000000000001"] {
      #expect(try verify("(assert (>= Y_0 \(limit)))", small()).answer != .holds, "\(limit)")
    }
    #expect(try verify("(assert (>= Y_0 1.000000000001))", small()).answer == .holds)
  }

  @Test("Without time the answer is timeout")
  func noTime() throws {
    let property = try Property.robustness(
      label: 0, classes: 2, region: Region(lower: [0, 0], upper: [1, 1]))
    var options = VerifierOptions()
    options.timeout = .nanoseconds(1)
    options.attacks = false
    let result = try Verifier(small(), options: options).verify(property)
    #expect(result.answer == .timeout)
  }

  @Test("Infinite bounds prove nothing")
  func infinite() throws {
    var network = Network(input: [1, 2])
    let huge = network.addParameter("w", Tensor([2, 2], [1e38, 0, 0, 1e38]))
    let a = try network.add(Linear(weight: huge, bias: nil), [0])
    let b = try network.add(ReLU(), [a])
    let c = try network.add(Linear(weight: huge, bias: nil), [b])
    let d = try network.add(ReLU(), [c])
    try network.add(Linear(weight: huge, bias: nil), [d])
    let result = try verify("(assert (<= Y_0 -1))", network)
    // The values overflow in 32-bit floats; no verdict may follow from them.
    #expect(result.answer == .unknown)
  }

  @Test("Complete searches decide what bounds leave open", arguments: CompleteMethod.allCases)
  func completion(_ completion: CompleteMethod) throws {
    // The largest Y_0 = |X_0 - X_1| is 1, but intervals see 2.
    var options = VerifierOptions()
    options.completeMethod = completion
    options.methods = [.ibp]
    let declarations = """
      (declare-const X_0 Real) (declare-const X_1 Real) (declare-const Y_0 Real)
      (declare-const Y_1 Real)
      (assert (>= X_0 0)) (assert (<= X_0 1)) (assert (>= X_1 0)) (assert (<= X_1 1))
      (assert (>= Y_0 1.01))
      """
    let property = try Property(parsing: Data(declarations.utf8), source: "test")
    let result = try Verifier(small(), options: options).verify(property)
    #expect(result.answer == .holds, "\(result)")
    #expect(result.steps.contains { $0.method == completion.rawValue || $0.method == "milp" })
  }
}
