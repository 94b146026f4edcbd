import Bounds
import Networks
import Properties
import Synchronization
import Tensors

extension NeuronSplitting {
  /// The parts that a part was split into.
  struct Parts: Sendable {
    /// Those that wait.
    var open: [NeuronProblem<S>] = []
    /// Those that are empty.
    var closed: [ClosedPart<Part>] = []
  }

  /// Splits parts, and tightens the ends of neurons in what they are split into.
  ///
  /// - Soundness: The two sides of a split cover the part. One of them is closed only where the half-spaces of its signs and of
  ///   the condition exclude each other, in double with room for rounding (`NeuronPlanes.tightened`).
  func parts(
    of problems: [NeuronProblem<S>], splitting splits: [NeuronSplit]
  ) throws(Unsupported) -> [Parts] {
    let conditions = try conditionHalfSpaces(problems)
    var waiting: [(problem: Int, part: NeuronProblem<S>)] = []
    for (index, (problem, split)) in zip(problems, splits).enumerated() {
      for part in problem.children(split) { waiting.append((index, part)) }
    }
    let parts = waiting
    let tightened = Mutex([NeuronProblem<S>?](repeating: nil, count: parts.count))
    Workers.forEach(parts.count) { index in
      let (problem, part) = parts[index]
      let result = self.tightened(part, conditions[problem])
      tightened.withLock { $0[index] = result }
    }
    var result = [Parts](repeating: Parts(), count: problems.count)
    for ((problem, whole), part) in zip(parts, tightened.withLock { $0 }) {
      if let part {
        result[problem].open.append(part)
      } else {
        result[problem].closed.append(
          ClosedPart(part: whole, reasons: [.clipped(condition: 0)], share: whole.share))
      }
    }
    return result
  }

  /// What the conditions of each part tell of inputs that meet them, as half-spaces.
  ///
  /// - Soundness: An input of the part that meets the condition lies in each of its half-spaces: the plane is below the function
  ///   there, and the function at most its limit, moved by the slack for the rounding of the plane.
  private func conditionHalfSpaces(
    _ problems: [NeuronProblem<S>]
  ) throws(Unsupported) -> [[HalfSpace]] {
    guard problems.contains(where: { roots[Int($0.root)].planes != nil }) else {
      return [[HalfSpace]](repeating: [], count: problems.count)
    }
    let batch = NeuronBatch(
      problems, roots, inDouble, region: { ($0.inputsInDouble, $0.intervalsInDouble) },
      slack: .infinity)
    let found = try inDouble.splitLowerBounds(
      of: batch.functions, batch.state, batch.rows,
      steps: .none, candidates: 0, extras: .planes)
    return problems.enumerated().map { index, problem in
      let root = roots[Int(problem.root)]
      return zip(root.rows(problem.weights(root)), found[batch.rows(of: index)]).compactMap {
        row, bound in
        bound.plane.flatMap { plane in
          root.planes?.halfSpace(plane: plane, limit: row.bound + row.slack)
        }
      }
    }
  }

  /// A part with its neurons' ends tightened; nil when it is empty.
  ///
  /// - Soundness: As for `NeuronPlanes.tightened`; fewer half-spaces only make ends wider.
  private func tightened(
    _ part: NeuronProblem<S>, _ conditions: [HalfSpace]
  ) -> NeuronProblem<S>? {
    guard let planes = roots[Int(part.root)].planes else { return part }
    // The conditions and the last signs tell the most.
    let signs = part.splits.reversed().lazy.compactMap(planes.halfSpace)
    let all = conditions + signs.prefix(max(1, planes.affordableHalfSpaces - conditions.count))
    var known = part.ends.isEmpty ? planes.ends : part.ends
    if let last = part.splits.last, !planes.take(last, &known) { return nil }
    guard let ends = planes.tightened(known, by: all) else { return nil }
    var part = part
    part.ends = ends
    return part
  }
}
