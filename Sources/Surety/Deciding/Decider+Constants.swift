import Bounds
import Foundation
import Lipschitz
import Networks
import Properties
import Synchronization
import Tensors

/// How far the outputs of a network can move anywhere, by the norm of distances of inputs; computed when first asked for.
final class OutputConstants: Sendable {
  private let network: Network
  private let prepared = Mutex<LipschitzAnalysis?>(nil)
  private let known = Mutex<[Norm: Result<LipschitzBound, Unsupported>]>([:])

  init(_ network: Network) { self.network = network }

  /// What bounds them, made when it is first asked for.
  var analysis: LipschitzAnalysis {
    prepared.withLock { prepared in
      if let prepared { return prepared }
      let made = LipschitzAnalysis(network)
      prepared = made
      return made
    }
  }

  /// The bound for a norm, l2 or linf.
  func bound(_ norm: Norm) throws(Unsupported) -> LipschitzBound {
    try known.withLock { known in
      if let result = known[norm] { return result }
      let result = Result { () throws(Unsupported) in
        try analysis.bound(norm: norm)
      }
      known[norm] = result
      return result
    }.get()
  }
}

/// A region as what lies within a distance of its middle.
private struct Neighbourhood {
  var center: [Double]
  /// The largest distance from there, by norm; l2 or linf.
  var distances: [(norm: Norm, distance: UpperBound)]
  /// The largest distance from there in l2.
  var two: UpperBound { distances[1].distance }
  /// The largest distance from there in linf.
  var infinity: UpperBound { distances[0].distance }

  /// - Soundness: An l1 ball lies in the l2 ball of its radius. Half widths of a box are rounded up; a ball's box may cut it, so that the smaller
  ///   of what either says holds.
  init(_ region: Region) {
    let middle = region.ball?.center ?? region.center
    center = middle
    let reaches = middle.indices.map { index -> Double in
      let reach = max(region.upper[index] - middle[index], middle[index] - region.lower[index])
      // Exact differences of doubles may need another digit.
      return reach > 0 ? reach.nextUp : 0
    }
    let largest = UpperBound.of(reaches.max() ?? 0) ?? .zero
    distances = [(.infinity, largest), (.two, UpperBound.root(ofSquares: reaches))]
    if let ball = region.ball, let radius = UpperBound.of(ball.radius) {
      distances[1].distance = min(distances[1].distance, radius)
    }
  }
}

extension Decider {
  /// Rules out conditions by how far the outputs can move from the middle of a region.
  ///
  /// - Soundness: At the middle a row of outputs is at least its lower bound over that one point, rounding accounted for as for other bounds; within the
  ///   region it falls by at most what `movement` says. Products are rounded up and differences down.
  func boundByConstants(_ decisions: inout [Decision], _ members: [Int], _ step: Step) {
    let stage = step.stage
    var options = BoundOptions()
    (options.memory, options.isCancelled) = (memory, isStopped)
    options.deadline = deadline(of: step, decisions, members)
    let begin = Date()
    let before = members.map { decisions[$0].openCount }
    do throws(Unsupported) {
      for member in members {
        for question in decisions[member].questions.indices where !options.isOverdue {
          try boundByConstants(&decisions[member].questions[question], stage, options)
        }
      }
    } catch {
      for index in members { decisions[index].notes.insert(error.description) }
    }
    let seconds = Date().timeIntervalSince(begin) / Double(max(1, members.count))
    for (index, before) in zip(members, before) {
      decisions[index].note(
        stage.name, seconds: seconds, ruledOut: before - decisions[index].openCount)
      decisions[index].endIfAnswered(by: stage.name)
    }
  }

  private func boundByConstants(
    _ question: inout OpenQuestion, _ stage: Stage, _ options: BoundOptions
  ) throws(Unsupported) {
    let outputs = network.outputShape.count
    let members = boundsAll ? Array(question.conditions.indices) : question.open
    let table = ConditionRows(members.map { question.conditions[$0].constraints }, outputs: outputs)
    guard table.count > 0, !question.isAnswered else { return }
    let place = Neighbourhood(question.region)
    guard
      let point = try? Region(lower: place.center, upper: place.center, source: "middle"),
      let movement = try movement(over: question.region, place, stage, options)
    else { return }
    // Doubles cost next to nothing at a point, and leave the margin as it is.
    let engine = engineInDouble ?? engine
    let found = try engine.lowerBounds(
      of: Tensor([1, table.count, outputs], table.coefficients), over: [point], by: .ibp,
      BoundOptions())
    guard found.isFinite[0] else { return }
    var bounds = found.lower[0]
    for row in 0..<table.count {
      let weights = Array(table.coefficients[row * outputs..<(row + 1) * outputs])
      bounds[row] = (bounds[row] - movement(weights).value).nextDown
    }
    for (requirements, condition) in zip(table.conditions, members) {
      _ = question.judge(
        condition, requirements, bounds, engine.precision, isCharged: isCharged)
    }
  }

  /// How much a weighted sum of outputs can differ within the region from its value at the middle; nil where nothing is known.
  ///
  /// - Soundness: By a constant that holds everywhere it moves by at most that times the largest distance, for either norm; over the region
  ///   see `LipschitzAnalysis.deviation`.
  private func movement(
    over region: Region, _ place: Neighbourhood, _ stage: Stage, _ options: BoundOptions
  ) throws(Unsupported) -> (([Double]) -> UpperBound)? {
    guard stage == .joined else {
      let known = try place.distances.filter(\.distance.isFinite).map {
        (norm, distance) throws(Unsupported) in (try constants.bound(norm), distance)
      }
      return { weights in known.map { $0.change(of: weights) * $1 }.min() ?? .infinity }
    }
    let found = try constants.analysis.deviation(
      over: region, from: place.center, two: place.two, infinity: place.infinity,
      options)
    return found.map { found in { found.change(of: $0) } }
  }
}
