import Files
import Foundation
import Properties
import Records
import Search

extension Certifier {
  /// Asks for the network's own answers, and begins to decide the examples that it is right about.
  func prepare(_ batch: inout ExampleBatch) {
    let begin = Date()
    let members = batch.open
    predict(&batch)
    beginDecisions(&batch)
    batch.add(Date().timeIntervalSince(begin), to: members)
  }

  private func predict(_ batch: inout ExampleBatch) {
    let members = batch.open
    let inputs = members.map { images.image(batch.lines[$0].example).map(Double.init) }
    for (index, output) in zip(members, decider.engine.outputs(inputs)) {
      guard output.allSatisfy(\.isFinite) else {
        batch.decisions[index].fail("the network's output for the example is not finite")
        continue
      }
      let prediction = output.indices.max { output[$0] < output[$1] }
      batch.lines[index].prediction = prediction
      batch.lines[index].cleanMargin = ResultLine.margin(
        of: batch.lines[index].label, in: output)
      if prediction != batch.lines[index].label { batch.decide(index, .misclassified) }
    }
  }

  private func beginDecisions(_ batch: inout ExampleBatch) {
    var members: [Int] = []
    var properties: [Property] = []
    for index in batch.open {
      let line = batch.lines[index]
      do throws(InputError) {
        properties.append(try property(of: line.example, label: line.label))
        members.append(index)
      } catch {
        batch.decisions[index].fail(error.description)
      }
    }
    for (index, decision) in zip(members, decider.open(properties, limit: batch.limit)) {
      batch.begin(index, decision)
    }
  }

  /// The property that no input around an example gets another label.
  func property(of example: Int, label: Int) throws(InputError) -> Property {
    let image = images.image(example).map(Double.init)
    let region = try Region.ball(
      around: image, radius: options.epsilon, norm: options.norm, clippedTo: images.range)
    return try Property.robustness(
      label: label, classes: network.outputShape.count, region: region,
      // An output that is exactly the threshold of a network of one output is class 0.
      tiesViolate: run.threshold == nil || label != 0)
  }

  /// Takes a step on examples of a batch.
  func take(_ step: Step, _ batch: inout ExampleBatch, _ members: [Int]) {
    var decider = decider
    decider.isStopped = batch.isStopped
    let numbers = members.map { batch.lines[$0].example }
    guard case .complete(let completion) = step.stage else {
      options.onStage(
        members.count == 1
          ? "\(step.name) on example \(numbers[0])" : "\(step.name) on \(members.count)")
      decider.take(step, on: &batch.decisions, members)
      return
    }
    for (index, example) in zip(members, numbers) {
      let result = decider.take(step, on: &batch.decisions, [index]) { state in
        options.onStage(
          "\(completion.words) on example \(example): \(state.open) open, \(state.decidedText)")
      }
      guard case .stopped(let limit) = result?.outcome else { continue }
      switch limit {
      case .time: batch.decisions[index].notes.insert("\(completion.words) ran out of time")
      case .cancelled: batch.decisions[index].notes.insert("interrupted")
      case .storage(let why):
        batch.decisions[index].notes.insert("\(completion.words) stopped: \(why)")
      case .rounding, .unsupported: break
      }
    }
  }
}
