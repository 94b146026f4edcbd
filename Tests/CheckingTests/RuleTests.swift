import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Each rule on a network that can be worked out by hand: `y = relu(x0 + x1) - relu(x0 - x1)`, with its sums in `sums`.
@Suite("Rules of certificates")
struct RuleTests {
  private let checked: CheckedNetwork

  init() throws {
    var network = Network(input: [1, 2], named: "x")
    let w = network.addParameter("w", Tensor([2, 2], [1, 1, 1, -1]))
    try network.add(Linear(weight: w), [0])
    try network.add(ReLU(), [1])
    let v = network.addParameter("v", Tensor([2, 1], [1, -1]))
    try network.add(Linear(weight: v), [2])
    network.setOutput(3, named: "y")
    network.addTensors(["sums"], of: 1)
    network.addTensors(["rectified"], of: 2)
    network.addTensors(["y"], of: 3)
    checked = CheckedNetwork(network, sha256: noDigest)
  }

  private func box(_ lower: [Double], _ upper: [Double]) -> InputRegion {
    .box(lower: NumberArray(lower), upper: NumberArray(upper))
  }

  private func check(
    _ region: InputRegion, above bound: String, _ proof: Proof, isStrict: Bool = false,
    meanings: [Claim.Meaning] = [.real]
  ) -> CheckResult {
    let property = OutputProperty.conditions([
      [.init(outputs: [.init(0, exact("1"))], bound: exact(bound), isStrict: isStrict)]
    ])
    return checked.check(
      Certificate(claim: checked.claim(region, property, meanings), proof: proof))
  }

  @Test("Intervals prove what they can, under both meanings")
  func interval() {
    // relu(x0 + x1) in [1.5, 2], relu(x0 - x1) in [0.5, 1]
    let region = box([1, 0.5], [1.25, 0.75])
    #expect(check(region, above: "0.4", .interval(weights: nil)) == .accepted)
    #expect(
      check(region, above: "0.4", .interval(weights: nil), meanings: [.real, .binary32])
        == .accepted)
    #expect(!check(region, above: "0.75", .interval(weights: nil)).isAccepted)
  }

  @Test("Lines prove more than intervals: y is 2 x1 where both sums are positive")
  func linear() {
    let region = box([1, 0.5], [1.25, 0.75])
    #expect(check(region, above: "0.999", .linear(LinearProof())) == .accepted)
    #expect(
      check(region, above: "0.999", .linear(LinearProof()), meanings: [.binary32]) == .accepted)
    #expect(!check(region, above: "1", .linear(LinearProof())).isAccepted)
    #expect(!check(region, above: "1.001", .linear(LinearProof())).isAccepted)
  }

  @Test("A tie proves a strict inequality only")
  func strictness() throws {
    var network = Network(input: [1, 1], named: "x")
    try network.add(ReLU(), [0])
    network.setOutput(1, named: "y")
    let checked = CheckedNetwork(network, sha256: noDigest)
    for isStrict in [false, true] {
      let property = OutputProperty.conditions([
        [.init(outputs: [.init(0, exact("1"))], bound: exact("0"), isStrict: isStrict)]
      ])
      let claim = checked.claim(box([-1], [1]), property)
      let result = checked.check(Certificate(claim: claim, proof: .interval(weights: nil)))
      #expect(result.isAccepted == isStrict)
    }
  }

  @Test("Stated slopes are used, for the rows that they are stated for")
  func slopes() {
    // Both sums are in [-0.2, 1]; the adaptive slope of the first is 1, and 0 is worse.
    let region = box([0, -0.2], [0.8, 0.2])
    let zero = LinearProof(slopes: [
      .init(row: 0, node: "sums", elements: [0], values: [0])
    ])
    let bounds = [LinearProof(), zero].map { proof -> Double in
      let claim = checked.claim(
        region, above(exact("-1"), [.init(0, exact("1"))]))
      return (try? checked.prepare(claim).prove(.linear(proof)).leastBound) ?? .nan
    }
    // y + 1, with the slopes 1 and 0 of the first: -8/15 and -1.
    #expect(abs(bounds[0] - 7 / 15) < 1e-9 && abs(bounds[1]) < 1e-9)
    for row in [1, 7] {
      let wrong = LinearProof(slopes: [
        .init(row: row, node: "sums", elements: [0], values: [0])
      ])
      #expect(!check(region, above: "-100", .linear(wrong)).isAccepted)
    }
    for (node, element) in [("rectified", 0), ("x", 0), ("sums", 2), ("nowhere", 0)]
      as [(String, UInt32)]
    {
      let wrong = LinearProof(slopes: [
        .init(row: 0, node: node, elements: [element], values: [0])
      ])
      #expect(!check(region, above: "-100", .linear(wrong)).isAccepted, "\(node) \(element)")
    }
  }

  /// `y >= 2 min(x1, ...)`: over this box y is at least -0.4, at (0.2, -0.2) and where x0 is larger.
  private let wide = InputRegion.box(
    lower: NumberArray([0.0, -0.2]), upper: NumberArray([1.0, 0.2]))

  @Test("Trees over inputs prove what no leaf proves alone")
  func trees() {
    let leaf = TreeProof.Branch.leaf(.linear(LinearProof()))
    func halves(_ depth: Int) -> TreeProof.Branch { halves(depth, 0, 1) }
    func halves(_ depth: Int, _ lower: Double, _ upper: Double) -> TreeProof.Branch {
      guard depth > 0 else { return leaf }
      let middle = (lower + upper) / 2
      return .cut(
        .init(.input(0), at: ExactNumber(middle)), below: halves(depth - 1, lower, middle),
        above: halves(depth - 1, middle, upper))
    }
    #expect(!check(wide, above: "-0.45", .linear(LinearProof())).isAccepted)
    for meanings in [[Claim.Meaning.real], [.binary32]] {
      #expect(
        check(wide, above: "-0.45", .tree(TreeProof(root: halves(6))), meanings: meanings)
          == .accepted)
    }
    #expect(!check(wide, above: "-0.35", .tree(TreeProof(root: halves(6)))).isAccepted)
  }

  @Test("An empty leaf has to be empty")
  func emptyLeaves() {
    let cut = TreeProof.Cut(.node("sums", element: 0), at: exact("-1"))
    let leaf = TreeProof.Branch.leaf(.interval(weights: nil))
    let good = TreeProof(root: .cut(cut, below: .leaf(.empty), above: leaf))
    #expect(check(wide, above: "-2", .tree(good)) == .accepted)
    let bad = TreeProof(root: .cut(cut, below: leaf, above: .leaf(.empty)))
    #expect(
      check(wide, above: "-2", .tree(bad))
        == .rejected("leaf 2: the cuts leave inputs that a leaf says are not there"))
    #expect(!check(wide, above: "-2", .empty).isAccepted)
  }

  @Test("Multipliers let a row use the cuts on the way to its leaf")
  func multipliers() {
    // Where x0 + x1 <= 0 and x0 - x1 >= 0, y is x1 - x0, which is at least -0.4 only because x0 <= -x1.
    let cuts: [TreeProof.Cut] = [
      .init(.node("sums", element: 0), at: exact("0")),
      .init(.node("sums", element: 1), at: exact("0")),
    ]
    func tree(_ multipliers: [Double]?) -> Proof {
      let other = TreeProof.Branch.leaf(.linear(LinearProof()))
      var own = LinearProof()
      if let multipliers { own.multipliers = [.init(row: 0, values: multipliers)] }
      return .tree(
        TreeProof(
          root: .cut(
            cuts[0],
            below: .cut(cuts[1], below: other, above: .leaf(.linear(own))),
            above: .cut(cuts[1], below: other, above: other))))
    }
    let claim = checked.claim(wide, above(exact("-0.41"), [.init(0, exact("1"))]))
    let bounds = [nil, [0.5, 0], [1, 0]].map { multipliers in
      // The function is y + 0.41.
      (try? checked.prepare(claim).prove(tree(multipliers)).leastBound) ?? .nan
    }
    #expect(bounds[0] < -0.7 && bounds[1] > bounds[0] && bounds[1] < 0)
    #expect(bounds[2] > 0.0099 && bounds[2] < 0.0101)
    #expect(check(wide, above: "-0.41", tree([1, 0]), meanings: [.real, .binary32]) == .accepted)
    #expect(!check(wide, above: "-0.4", tree([1, 0])).isAccepted)
    for wrong in [[1.0], [1, 0, 0], [-1, 0]] {
      #expect(!check(wide, above: "-100", tree(wrong)).isAccepted)
    }
  }

  @Test("Different proofs for different conditions must be for all of them")
  func eachCondition() {
    let region = box([1, 0.5], [1.25, 0.75])
    let property = OutputProperty.conditions([
      [.init(outputs: [.init(0, exact("1"))], bound: exact("0.4"))],
      [.init(outputs: [.init(0, exact("-1"))], bound: exact("-1.51"))],
    ])
    func check(_ parts: [Proof.Part]) -> CheckResult {
      checked.check(Certificate(claim: checked.claim(region, property), proof: .each(parts)))
    }
    let (first, second) = (
      Proof.Part(conditions: [0], proof: .interval(weights: nil)),
      Proof.Part(conditions: [1], proof: .linear(LinearProof()))
    )
    #expect(check([first, second]) == .accepted)
    #expect(check([second, first]) == .accepted)
    #expect(check([first]) == .rejected("condition 1 has no proof"))
    #expect(!check([first, first]).isAccepted)
    #expect(!check([Proof.Part(conditions: [0, 1], proof: .interval(weights: nil))]).isAccepted)
    #expect(
      !check([Proof.Part(conditions: [0, 2], proof: .interval(weights: nil)), second]).isAccepted)
    #expect(!check([Proof.Part(conditions: [0, 1], proof: .each([first, second]))]).isAccepted)
  }

  @Test("A condition of two constraints is excluded by a combination that neither proves alone")
  func weights() {
    // y + x1 is at least ... and -y at least ...: their sum is x1, which is above 0.4.
    let region = box([1, 0.5], [1.25, 0.75])
    let property = OutputProperty.conditions([
      [
        .init(outputs: [.init(0, exact("1"))], inputs: [.init(1, exact("1"))], bound: exact("1.7")),
        .init(outputs: [.init(0, exact("-1"))], bound: exact("-1.3")),
      ]
    ])
    func check(_ weights: [[[Double]]]?) -> CheckResult {
      checked.check(
        Certificate(
          claim: checked.claim(region, property), proof: .linear(LinearProof(weights: weights))))
    }
    #expect(!check(nil).isAccepted)
    #expect(check([[[1, 1]]]).isAccepted)
    #expect(!check([[[1, -1]]]).isAccepted)
    #expect(!check([[[1]]]).isAccepted)
    #expect(!check([]).isAccepted)
    #expect(!check([[]]).isAccepted)
    #expect(!check([[[0, 0]]]).isAccepted)
  }

  @Test(
    "A counterexample must lie in the region and violate the property, and consist of floats for binary32"
  )
  func counterexamples() {
    func check(
      _ input: [Double], _ bound: String, _ meanings: [Claim.Meaning] = [.real]
    ) -> Bool {
      checked.check(
        Certificate(
          claim: checked.claim(
            wide, above(exact(bound), [.init(0, exact("1"))]), meanings, .violated),
          proof: .counterexample(NumberArray(input)))
      ).isAccepted
    }
    // y(0.5, -0.125) = 0.375 - 0.625 = -0.25
    #expect(check([0.5, -0.125], "-0.25") || check([0.5, -0.125], "-0.2499"))
    #expect(check([0.5, -0.125], "-0.2499", [.real, .binary32]))
    #expect(!check([0.5, -0.125], "-0.2501"))
    #expect(!check([1.5, -0.125], "-0.2"))
    #expect(!check([0.5], "-0.2"))
    #expect(check([0.5, -0.1], "-0.19"))
    #expect(!check([0.5, -0.1], "-0.19", [.binary32]))
    #expect(
      !checked.check(
        Certificate(
          claim: checked.claim(wide, above(exact("1"), [.init(0, exact("1"))])),
          proof: .counterexample(NumberArray([0.5, -0.125])))
      ).isAccepted)
  }
}
