import Foundation
import Properties
import Search

extension Certifier {
  /// Decides by a complete search what the bounds left open of an example, in the time that the example has left.
  func complete(_ batch: inout ExampleBatch, _ index: Int, by completion: Completion) {
    guard let region = batch.regions[index] else { return }
    let begin = Date()
    complete(&batch, index, region, by: completion)
    batch.add(Date().timeIntervalSince(begin), to: [index], of: completion.rawValue)
  }

  private func complete(
    _ batch: inout ExampleBatch, _ index: Int, _ region: Region, by completion: Completion
  ) {
    let label = batch.lines[index].label
    guard
      let property = try? Property.robustness(
        label: label, classes: network.outputShape.count, region: region)
    else { return }
    var search = SearchOptions()
    search.memory = options.memory
    search.isCancelled = batch.isStopped
    search.deadline = batch.deadline(of: [index])
    // A class that bounds have excluded needs no search.
    let open = property.groups.flatMap(\.conditions).enumerated()
      .filter { !batch.isShown(index, $0.offset) }.map(\.element.constraints)
    let hunter = Hunter(
      attack: try? attack.get(), property: property, hunts: run.effort?.hasAttack ?? true,
      seed: options.seed, limits: search)
    let example = batch.lines[index].example
    let result = completion.decide(
      [SearchCase(region: region, conditions: open)], in: simplified, engine.precision, search,
      hunter
    ) { state in
      options.onStage(
        "\(completion.words) on example \(example): \(state.open) open, "
          + String(format: "%.3g %% decided", 100 * state.decided))
    }
    switch result.outcome {
    case .impossible: batch.decide(index, .certified, by: completion.rawValue)
    case .found(let witness):
      batch.decide(index, violatedBy: witness, found: completion.rawValue)
    case .stopped(.time): batch.reasons[index].insert("\(completion.words) ran out of time")
    case .stopped(.cancelled): batch.reasons[index].insert("interrupted")
    case .stopped(.rounding(let why)), .stopped(.unsupported(let why)), .stopped(.storage(let why)):
      batch.reasons[index].insert("\(completion.words) stopped: \(why)")
    }
  }
}
