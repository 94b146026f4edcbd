import Networks
import Tensors

extension BackwardPass {
  /// The nodes whose lower slopes are optimised, in order; only those that rows of the output come by.
  var optimizedNodes: [Int] {
    let needed = network.isNeeded
    return network.nodes.indices.filter {
      needed[$0] && (relaxations[$0] as? ElementwiseRelaxation<T>)?.slopeRange != nil
    }
  }

  /// The activations' inputs that are worth splitting, by what their lines are estimated to cost a row's bound.
  ///
  /// For piecewise linear activations, the intercept of the upper line times the size of a negative coefficient. Lower
  /// lines do not count, because optimised slopes lose little by them; with them, trees grow several times as large.
  /// For curves, which are cut in the middle, half the room between the lines there times the coefficient's size.
  ///
  /// Source: Bunel et al., "Branch and bound for piecewise linear neural network verification" (2020), section 6.2
  /// (BaBSR), whose score the intercept's part follows.
  func candidates<S>(
    _ tape: SlopeTape<S>, _ intervals: [Interval<T>?], row: Int, of rows: Int, owner: Int,
    _ count: Int
  ) -> [SplitCandidate] where T == Tensor<S> {
    var best: [SplitCandidate] = []
    for (id, relaxation) in relaxations.enumerated() {
      guard let coefficients = tape.rows[id],
        let relaxation = relaxation as? ElementwiseRelaxation<T>
      else { continue }
      let shape = network.nodes[id].shape
      let (size, before) = (shape.count, network.nodes[id].inputs[0])
      guard before != 0, coefficients.values.count == rows * size,
        network.nodes[before].shape == shape
      else { continue }
      var found: [(place: Int, loss: Double)] = []
      var middles: T?
      if relaxation.slopeRange != nil {
        found = coefficients.values.withElements { coefficients in
          relaxation.lines.upperIntercept.withElements { intercepts in
            costliest(
              coefficients: coefficients[from: row * size, size],
              intercepts: intercepts[from: owner * size, size], count)
          }
        }
      } else if let interval = intervals[before] {
        // A leaky ReLU bends at 0, whatever its interval.
        let bends = network.nodes[id].operation is LeakyReLU
        let middle = ((interval.lower + interval.upper) * (bends ? 0 : 0.5)).inRowLayout(shape)
        let rooms = relaxation.lines.room(at: middle)
        middles = middle
        found = coefficients.values.withElements { coefficients in
          rooms.withElements { rooms in
            costliestCurves(
              coefficients: coefficients[from: row * size, size],
              rooms: rooms[from: owner * size, size], count)
          }
        }
      }
      best += found.compactMap { place, loss in
        let element = Int32(shape.element(atRowPlace: place, as: T.self))
        let point = middles.map { $0.withElements { Float($0[owner * size + place]) } } ?? 0
        // A middle that rounding moved to an end, or past it, would cut nothing off.
        guard
          intervals[before]?.contains(point, at: owner * size + Int(element)) ?? true
        else { return nil }
        return SplitCandidate(
          split: NeuronSplit(
            node: Int32(before), element: element, isPositive: true, point: point), score: loss)
      }
    }
    return Array(best.sorted { $0.score > $1.score }.prefix(count))
  }
}

extension Interval {
  /// Whether a number lies strictly between the ends of an element.
  fileprivate func contains<S>(_ number: Float, at element: Int) -> Bool where T == Tensor<S> {
    lower.withElements { $0[element] < S(number) } && upper.withElements { $0[element] > S(number) }
  }
}

extension Lines {
  /// How far the upper line is above the lower one at a place of each element.
  func room(at place: T) -> T {
    let lower = lowerSlope * place
    let upper = upperSlope * place + upperIntercept
    return upper - (lowerIntercept.map { lower + $0 } ?? lower)
  }
}

/// The places of the activations whose lines cost the most, in no order, with their costs.
@_specialize(where S == Float)
@_specialize(where S == Double)
private func costliest<S: TensorScalar>(
  coefficients: UnsafeBufferPointer<S>, intercepts: UnsafeBufferPointer<S>, _ count: Int
) -> [(place: Int, loss: Double)] {
  var best: [(place: Int, loss: Double)] = []
  for place in coefficients.indices where intercepts[place] > 0 && coefficients[place] < 0 {
    let loss = -coefficients[place] * intercepts[place]
    if loss.isFinite, loss > 0 { best.append((place, Double(loss))) }
  }
  return largest(best, count)
}

/// Those with the largest losses, at most `count` of them.
private func largest(
  _ all: [(place: Int, loss: Double)], _ count: Int
) -> [(place: Int, loss: Double)] {
  all.count > count ? Array(all.sorted { $0.loss > $1.loss }.prefix(count)) : all
}

/// The places of the curves whose lines cost the most, in no order, with their costs.
@_specialize(where S == Float)
@_specialize(where S == Double)
private func costliestCurves<S: TensorScalar>(
  coefficients: UnsafeBufferPointer<S>, rooms: UnsafeBufferPointer<S>, _ count: Int
) -> [(place: Int, loss: Double)] {
  var best: [(place: Int, loss: Double)] = []
  for place in coefficients.indices {
    let loss = Double(coefficients[place].magnitude * rooms[place]) / 2
    if loss.isFinite, loss > 0 { best.append((place, loss)) }
  }
  return largest(best, count)
}

extension UnsafeBufferPointer {
  fileprivate subscript(from start: Int, count: Int) -> UnsafeBufferPointer {
    UnsafeBufferPointer(rebasing: self[start..<start + count])
  }
}
