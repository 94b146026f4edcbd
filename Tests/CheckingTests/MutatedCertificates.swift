import Networks
import Proofs
import Properties
import Tensors

@testable import Checking

extension MutationTests {
  /// Certificates about small networks, by each rule, and the network of each; the last are about products of two nodes.
  static let accepted: [(Network, CheckedNetwork, Certificate)] = {
    var result: [(Network, CheckedNetwork, Certificate)] = []
    for seed in 0..<200 as Range<UInt64> where result.count < 100 {
      certificate(seed, .dense).map { result.append($0) }
    }
    let others = result.count
    for seed in 0..<120 as Range<UInt64> where result.count < others + 40 {
      certificate(seed, .products).map { result.append($0) }
    }
    return result
  }()

  private static func certificate(
    _ seed: UInt64, _ kind: HostileNetwork.Kind
  ) -> (Network, CheckedNetwork, Certificate)? {
    guard var hostile = try? HostileNetwork(seed: seed, kind, numbers: .tame) else {
      return nil
    }
    hostile.lower = hostile.lower.map { _ in hostile.number(in: -1...0) }
    hostile.upper = hostile.lower.map { $0 + hostile.number(in: 0.1...1) }
    let checked = CheckedNetwork(hostile.network, sha256: noDigest)
    let region = InputRegion.box(
      lower: NumberArray(hostile.lower), upper: NumberArray(hostile.upper))
    let made =
      kind == .products
      ? productProof(Int(seed), checked, hostile)
      : proof(Int(seed), checked, hostile.network, &hostile)
    guard let proof = made else { return nil }
    // As tight as the proof allows.
    func claim(_ bound: Double) -> Claim {
      checked.claim(
        region,
        above(ExactNumber(bound), [.init(0, exact("1")), .init(1, exact("-1"))]))
    }
    guard let shown = try? checked.prepare(claim(0)).prove(proof).leastBound, shown.isFinite
    else { return nil }
    let certificate = Certificate(claim: claim(shown - 1e-9), proof: proof)
    return checked.check(certificate).isAccepted ? (hostile.network, checked, certificate) : nil
  }

  /// Intervals, rows at every node that a nonlinear one reads, or these on either side of a cut.
  private static func productProof(
    _ seed: Int, _ checked: CheckedNetwork, _ hostile: HostileNetwork
  ) -> Proof? {
    let nodes = hostile.network.nodes
    let read = nodes.filter { $0.operation.map { !($0 is any AffineOperation) } ?? false }
      .flatMap(\.inputs)
    let linear = LinearProof(
      passes: Set(read).filter { $0 > 0 }.sorted().compactMap { checked.tensors[$0] }
        .map { .init($0) })
    switch seed % 3 {
    case 0: return .interval(weights: nil)
    case 1: return .linear(linear)
    default:
      let middle = (hostile.lower[0] + hostile.upper[0]) / 2
      return .tree(
        TreeProof(
          root: .cut(
            .init(.input(0), at: ExactNumber(middle)), below: .leaf(.linear(linear)),
            above: .leaf(.linear(LinearProof())))))
    }
  }

  private static func proof(
    _ seed: Int, _ checked: CheckedNetwork, _ network: Network, _ hostile: inout HostileNetwork
  ) -> Proof? {
    guard
      let bent = network.nodes.indices.last(where: {
        network.nodes[$0].operation is ReLU || network.nodes[$0].operation is LeakyReLU
      }), let name = checked.tensors[network.nodes[bent].inputs[0]],
      let first = checked.tensors[1]
    else { return nil }
    let count = network.nodes[network.nodes[bent].inputs[0]].shape.count
    var linear = LinearProof(passes: first == name ? [.init(name)] : [.init(first), .init(name)])
    linear.slopes = [
      .init(
        row: 0, node: name, elements: (0..<UInt32(count)).map { $0 },
        values: (0..<count).map { _ in hostile.slope() })
    ]
    switch seed % 4 {
    case 0: return .interval(weights: nil)
    case 1: return .linear(linear)
    case 2:
      let middle = (hostile.lower[0] + hostile.upper[0]) / 2
      return .tree(
        TreeProof(
          root: .cut(
            .init(.input(0), at: ExactNumber(middle)), below: .leaf(.linear(linear)),
            above: .leaf(.linear(LinearProof())))))
    default:
      let box = InputRegion.box(
        lower: NumberArray(hostile.lower), upper: NumberArray(hostile.upper))
      guard let claim = try? checked.prepare(checked.claim(box, .label(0))),
        let known = try? claim.state(after: linear.passes)?.enclosures[
          network.nodes[bent].inputs[0]]
      else { return nil }
      linear.multipliers = [.init(row: 0, values: [hostile.number(in: 0.01...0.3)])]
      let cut = TreeProof.Cut(
        .node(name, element: 0), at: ExactNumber(known.lower[0] / 2 + known.upper[0] / 2))
      return .tree(
        TreeProof(
          passes: linear.passes,
          root: .cut(
            cut, below: .leaf(.linear(linear)), above: .leaf(.linear(LinearProof())))))
    }
  }
}
