import Foundation
import Networks
import Properties
import Tensors

/// A search for counterexamples by projected gradient descent.
///
///     let attack = try Attack(network)
///     let witness = attack.counterexample(label: 3, region: region)
///
/// - Soundness: Every witness lies in the region exactly and satisfies its condition exactly, for the
///   output of the replayed network in 32-bit floats, one input at a time, and for its output in doubles. No
///   witness means nothing.
public struct Attack: Sendable {
  /// How hard the attack searches.
  public var options: AttackOptions

  private let network: Network
  private let gradients: Gradients
  private let parameters: Parameters<Tensor<Float>>
  let replay: Replay

  /// Prepares an attack.
  ///
  /// - Parameters:
  ///   - network: The network to search in; it may be a simplified form.
  ///   - original: The network that witnesses are confirmed on; the searched one if nil.
  ///   - untied: What the searched network's inputs stand for, where they are the free inputs of a property; witnesses are then
  ///     inputs of the original network, confirmed on the property as it was read.
  ///   - logits: What the original's final softmax reads, if witnesses must hold for that as well: equal outputs of a
  ///     softmax may come from different inputs, which rounding hides.
  /// - Throws: `Unsupported` when an operation has no derivative.
  public init(
    _ network: Network, replay original: Network? = nil, untied: UntiedProperty? = nil,
    logits: Network? = nil,
    options: AttackOptions = AttackOptions()
  ) throws(Unsupported) {
    let original = original ?? network
    precondition(
      original.inputShape.count == untied?.ties.count ?? network.inputShape.count
        && original.outputShape.count == network.outputShape.count,
      "Replayed network maps \(original.inputShape) to \(original.outputShape), searched one "
        + "\(network.inputShape) to \(network.outputShape)")
    self.network = network
    self.options = options
    gradients = try Gradients(network)
    parameters = network.parameters(as: Tensor<Float>.self)
    replay = Replay(original, untied, logits: logits)
  }

  /// An input that violates a property, or nil when none was found.
  ///
  /// - Precondition: The property has as many inputs and outputs as the network that is searched.
  public func counterexample(to property: Property) -> Witness? {
    precondition(
      property.inputCount == network.inputShape.count
        && property.outputCount == network.outputShape.count,
      "Property of \(property.inputCount) inputs and \(property.outputCount) outputs")
    let targets = property.groups.map { group in
      Target(group.region, ConditionTable(group.conditions.map(\.constraints)))
    }
    return search(targets, stoppingAtFirst: true).first { $0 != nil } ?? nil
  }

  /// An input of a region that is not given a label, or nil when none was found.
  ///
  /// A tie with another class counts, as it does in VNN-LIB.
  ///
  /// - Parameter other: The class to be given instead; nil for any.
  public func counterexample(label: Int, region: Region, toward other: Int? = nil) -> Witness? {
    search([Target(region, table(label, toward: other))], stoppingAtFirst: true)[0]
  }

  /// For each region an input that is not given its label, or nil when none was found.
  ///
  /// The regions share batches, so this is faster than one attack after another.
  public func counterexamples(labels: [Int], regions: [Region]) -> [Witness?] {
    precondition(labels.count == regions.count, "\(labels.count) labels for \(regions.count)")
    let tables = Dictionary(
      uniqueKeysWithValues: Set(labels).map { ($0, table($0, toward: nil)) })
    // Blocks bound what regions and sampled points take.
    let block = max(1, (1 << 24) / max(1, network.inputShape.count * network.outputShape.count))
    var results: [Witness?] = []
    for from in stride(from: 0, to: regions.count, by: block) {
      let targets = (from..<min(regions.count, from + block)).map { index in
        guard let table = tables[labels[index]] else {
          preconditionFailure("No conditions for label \(labels[index])")
        }
        return Target(regions[index], table)
      }
      results += search(targets, stoppingAtFirst: false)
    }
    return results
  }

  /// In how many regions no input was found that is not given the region's label.
  ///
  /// As a part of all regions this is the accuracy under attack, an upper bound on the certified accuracy.
  public func robustCount(labels: [Int], regions: [Region]) -> Int {
    counterexamples(labels: labels, regions: regions).reduce(0) { $0 + ($1 == nil ? 1 : 0) }
  }

  private func table(_ label: Int, toward other: Int?) -> ConditionTable {
    let classes = network.outputShape.count
    precondition((0..<classes).contains(label), "Label \(label) of \(classes) classes")
    let others = other.map { [$0] } ?? (0..<classes).filter { $0 != label }
    return ConditionTable(
      others.map { other in
        let terms = [LinearConstraint.Term(label, 1), LinearConstraint.Term(other, -1)]
        return [LinearConstraint(outputs: terms.sorted { $0.index < $1.index }, bound: 0)]
      })
  }

  private func search(_ targets: [Target], stoppingAtFirst: Bool) -> [Witness?] {
    guard !targets.isEmpty else { return [] }
    let findings = Findings(count: targets.count, stopsAtFirst: stoppingAtFirst, replay: replay)
    let context = SearchContext(
      network: network, gradients: gradients, parameters: parameters, targets: targets,
      findings: findings, options: options)
    Search(context).run()
    return findings.all
  }
}

extension Attack {
  /// The witness that a point is, moved into the nearest region of a property; nil when it is none.
  ///
  /// - Soundness: As for every witness of an attack.
  public func witness(at point: [Float], of property: Property) -> Witness? {
    for group in property.groups {
      let target = Target(group.region, ConditionTable(group.conditions.map(\.constraints)))
      var moved = point
      moved.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { target.region.project(start) }
      }
      switch replay.judge(moved, target) {
      case .clear(let witness), .bare(let witness): return witness
      case .rejected: continue
      }
    }
    return nil
  }
}
