import Bounds
import Foundation
import Networks
import Properties
import Tensors

extension Decider {
  /// How many questions are bounded at a time: many for small networks, few for large ones.
  private var batchSize: Int {
    let elements = network.nodes.reduce(1) { $0 + $1.shape.count }
    return max(1, min(256, 2_000_000 / elements))
  }

  /// Bounds the constraints of every condition that is open, and those too near their limit again in double.
  ///
  /// Stops early at the deadline.
  ///
  /// - Soundness: A condition is ruled out only when the lower bound of one of its constraints, or of a combination of them with
  ///   weights that are not negative, clears its limit by the arithmetic's slack, with every number on the way finite.
  func bound(
    _ decisions: inout [Decision], _ members: [Int], _ step: Step, by method: BoundMethod
  ) {
    let begin = Date()
    var options = BoundOptions().suited(to: network)
    options.memory = memory
    options.isCancelled = isStopped
    options.deadline = deadline(of: step, decisions, members)
    let before = members.map { decisions[$0].openCount }
    do throws(Unsupported) {
      for scope in method == .alphaCROWN ? step.slopes : [.everyLayer] {
        options.optimizesIntermediateBounds = scope == .everyLayer
        let places = members.flatMap { member in
          decisions[member].questions.indices.map { Place(decision: member, question: $0) }
        }
        try ruleOut(&decisions, places, by: method, options)
      }
    } catch {
      for index in members { decisions[index].notes.insert(error.description) }
    }
    let seconds = Date().timeIntervalSince(begin) / Double(max(1, members.count))
    for (index, before) in zip(members, before) {
      decisions[index].note(
        method.rawValue, seconds: seconds, ruledOut: before - decisions[index].openCount)
      decisions[index].endIfAnswered(by: method.rawValue)
    }
  }

  /// Where a question is among those of all decisions.
  private struct Place {
    var decision: Int
    var question: Int
  }

  private func ruleOut(
    _ decisions: inout [Decision], _ places: [Place], by method: BoundMethod,
    _ options: BoundOptions
  ) throws(Unsupported) {
    var rest = places[...].drop { _ in false }
    while !rest.isEmpty, !options.isOverdue {
      let part = rest.prefix(batchSize).filter {
        !decisions[$0.decision].questions[$0.question].isAnswered
      }
      rest = rest.dropFirst(batchSize)
      guard !part.isEmpty else { continue }
      let near = try bound(&decisions, part, by: method, options, with: engine)
      if !near.isEmpty, let engineInDouble {
        _ = try bound(&decisions, near, by: method, options, with: engineInDouble)
      }
    }
  }

  /// Bounds the constraints of some questions.
  ///
  /// - Returns: The questions with a bound that is too near its limit for this arithmetic.
  private func bound(
    _ decisions: inout [Decision], _ places: [Place], by method: BoundMethod,
    _ options: BoundOptions, with engine: any BoundEngine
  ) throws(Unsupported) -> [Place] {
    let outputs = network.outputShape.count
    let questions = places.map { decisions[$0.decision].questions[$0.question] }
    let members = questions.map { boundsAll ? Array($0.conditions.indices) : $0.open }
    let tables = zip(questions, members).map { question, members in
      ConditionRows(members.map { question.conditions[$0].constraints }, outputs: outputs)
    }
    // Questions with fewer rows than others are filled up with zeros.
    let count = max(1, tables.map(\.count).max() ?? 1)
    let coefficients = tables.flatMap { table in
      table.coefficients + [Double](repeating: 0, count: (count - table.count) * outputs)
    }
    let found = try engine.lowerBounds(
      of: Tensor([places.count, count, outputs], coefficients), over: questions.map(\.region),
      by: method, options)
    var near: [Place] = []
    let isCharged = method != .forward && isCharged
    for (index, place) in places.enumerated() {
      let bounds = found.lower[index]
      if !found.isFinite[index] || !bounds.allSatisfy(\.isFinite) {
        decisions[place.decision].notes.insert("a bound by \(method.rawValue) is not finite")
      }
      guard found.isFinite[index] else { continue }
      var judgements: Set<Judgement> = []
      for (requirements, condition) in zip(tables[index].conditions, members[index]) {
        judgements.insert(
          decisions[place.decision].questions[place.question].judge(
            condition, requirements, bounds, engine.precision, isCharged: isCharged))
      }
      if judgements.contains(.near) { near.append(place) }
    }
    return near
  }
}
