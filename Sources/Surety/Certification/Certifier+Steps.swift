import Attacks
import Bounds
import Files
import Foundation
import Networks
import Properties
import Records
import Tensors

extension Certifier {
  /// Asks for the network's own answers, and makes the regions of the examples that it is right about.
  func prepare(_ batch: inout ExampleBatch) {
    let begin = Date()
    let members = batch.open
    predict(&batch)
    makeRegions(&batch)
    batch.add(Date().timeIntervalSince(begin), to: members)
  }

  private func predict(_ batch: inout ExampleBatch) {
    let members = batch.open
    let inputs = members.map { images.image(batch.lines[$0].example).map(Double.init) }
    for (index, output) in zip(members, engine.outputs(inputs)) {
      guard output.allSatisfy(\.isFinite) else {
        batch.fail(index, "the network's output for the example is not finite")
        continue
      }
      let prediction = output.indices.max { output[$0] < output[$1] }
      batch.lines[index].prediction = prediction
      batch.lines[index].cleanMargin = ResultLine.margin(
        of: batch.lines[index].label, in: output)
      if prediction != batch.lines[index].label {
        batch.decide(index, .misclassified, by: nil)
      }
    }
  }

  private func makeRegions(_ batch: inout ExampleBatch) {
    for index in batch.open {
      let image = images.image(batch.lines[index].example).map(Double.init)
      do throws(InputError) {
        batch.regions[index] = try Region.ball(
          around: image, radius: options.epsilon, norm: options.norm, clippedTo: images.range)
      } catch {
        batch.fail(index, error.description)
      }
    }
    let members = batch.open
    let samples = probe.samples(over: members.compactMap { batch.regions[$0] })
    for (index, sample) in zip(members, samples) { batch.samples[index] = sample }
  }

  /// What is being done, for a line of progress.
  private func words(for name: String, _ members: [Int], in batch: ExampleBatch) -> String {
    members.count == 1
      ? "\(name) on example \(batch.lines[members[0]].example)" : "\(name) on \(members.count)"
  }

  /// Searches for counterexamples.
  ///
  /// - Parameter share: The part of the time left that the search may take.
  func attack(
    _ batch: inout ExampleBatch, _ members: [Int], _ step: CascadeStep, share: Double
  ) {
    let begin = Date()
    options.onStage(words(for: step.name, members, in: batch))
    do throws(Unsupported) {
      var attack = try attack.get()
      attack.options = options.attackOptions(isShort: step == .shortAttack)
      attack.options.deadline = batch.deadline(of: members, share: share)
      attack.options.isCancelled = batch.isStopped
      let found = attack.counterexamples(
        labels: members.map { batch.lines[$0].label },
        regions: members.compactMap { batch.regions[$0] })
      // Seconds of an attack say that there was one.
      batch.add(Date().timeIntervalSince(begin), to: members, of: step.name)
      for (index, witness) in zip(members, found) {
        guard let witness else { continue }
        batch.decide(index, violatedBy: witness, found: step.name)
      }
    } catch {
      for index in members { batch.reasons[index].insert(error.description) }
    }
  }

  /// Bounds every margin of some examples, and those too near zero again in double.
  ///
  /// - Parameter share: The part of the time left that the bounds may take.
  func bound(
    _ batch: inout ExampleBatch, _ members: [Int], by method: BoundMethod, share: Double
  ) {
    options.onStage(words(for: method.rawValue, members, in: batch))
    do throws(Unsupported) {
      var limits = BoundOptions().suited(to: network)
      limits.memory = options.memory
      limits.isCancelled = batch.isStopped
      limits.deadline = batch.deadline(of: members, share: share)
      let near = try bound(&batch, members, by: method, limits, with: engine)
        .filter(batch.isReady)
      if let careful, !near.isEmpty {
        limits.deadline = batch.deadline(of: near, share: share)
        _ = try bound(&batch, near, by: method, limits, with: careful)
      }
    } catch {
      for index in members { batch.reasons[index].insert(error.description) }
    }
  }

  /// - Returns: The examples with a margin too near zero for this arithmetic.
  private func bound(
    _ batch: inout ExampleBatch, _ members: [Int], by method: BoundMethod, _ limits: BoundOptions,
    with engine: any BoundEngine
  ) throws(Unsupported) -> [Int] {
    let begin = Date()
    let regions = members.compactMap { batch.regions[$0] }
    precondition(regions.count == members.count, "An open example without a region")
    let functions = OutputFunctions<Tensor<Double>>.margins(
      labels: members.map { batch.lines[$0].label }, classes: network.outputShape.count)
    let result = Result { () throws(Unsupported) in
      try engine.lowerBounds(of: functions.coefficients, over: regions, by: method, limits)
    }
    batch.add(Date().timeIntervalSince(begin), to: members, of: method.rawValue)
    let found = try result.get()
    var near: [Int] = []
    for (place, index) in members.enumerated() {
      guard found.isFinite[place], found.lower[place].allSatisfy(\.isFinite) else {
        batch.reasons[index].insert("a bound by \(method.rawValue) is not finite")
        continue
      }
      let judgements = batch.judge(index, found.lower[place], engine.precision)
      if judgements.allSatisfy({ $0 == .impossible }) {
        batch.decide(index, .certified, by: method.rawValue)
      } else if !judgements.contains(.possible) {
        near.append(index)
      }
    }
    return near
  }
}
