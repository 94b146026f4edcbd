import Networks
import Tensors

extension BackwardPass {
  /// The nodes whose lines are optimised with their relaxations, in order; only those that rows of the output come
  /// by.
  var optimizedRelaxations: [(node: Int, relaxation: ElementwiseRelaxation<T>)] {
    let needed = network.isNeeded
    return network.nodes.indices.compactMap { node in
      guard needed[node], let relaxation = relaxations[node] as? ElementwiseRelaxation<T>,
        relaxation.slopeRange != nil || relaxation.curve != nil
      else { return nil }
      return (node, relaxation)
    }
  }

  /// The activations' inputs that are worth splitting, by what their lines are estimated to cost a row's bound.
  ///
  /// For piecewise linear activations, the intercept of the upper line times the size of a negative coefficient. Lower
  /// lines do not count, because optimised slopes lose little by them; with them, trees grow several times as large.
  /// For curves, which are cut in the middle, half the room between the lines there times the coefficient's size.
  /// Operands of products and of softmax are cut in the middle as well; `Relaxation.costs` says what they cost.
  ///
  /// Source: Bunel et al., "Branch and bound for piecewise linear neural network verification" (2020), section 6.2
  /// (BaBSR), whose score the intercept's part follows.
  func candidates<S>(
    _ tape: SlopeTape<S>, _ intervals: [Interval<T>?], row: Int, of rows: Int, owner: Int,
    _ count: Int
  ) -> [SplitCandidate] where T == Tensor<S> {
    var best: [SplitCandidate] = []
    for (id, relaxation) in relaxations.enumerated() {
      guard let coefficients = tape.rows[id], let relaxation else { continue }
      guard let relaxation = relaxation as? ElementwiseRelaxation<T> else {
        best += operands(of: id, relaxation, coefficients, intervals, row: row, owner: owner, count)
        continue
      }
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
        // A piecewise linear function is cut where it bends, a curve in the middle.
        let middle =
          relaxation.curve?.splitPoints(over: interval)
          ?? ((interval.lower + interval.upper) * 0.5).inRowLayout(shape)
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

  /// The operands of a product or a softmax that are worth cutting in the middle.
  private func operands<S>(
    of id: Int, _ relaxation: any Relaxation<T>, _ rows: RowBlock<T>, _ intervals: [Interval<T>?],
    row: Int, owner: Int, _ count: Int
  ) -> [SplitCandidate] where T == Tensor<S> {
    let inputs = network.nodes[id].inputs
    let known = inputs.compactMap { intervals[$0]?.example(owner) }
    guard known.count == inputs.count else { return [] }
    var own = RowBlock(dense: rows.values.sliced(row..<row + 1, axis: 0))
    own.placement = rows.placement?.rows(row..<row + 1)
    let coefficients = T.dense(own, network.nodes[id].shape)
    let costs = relaxation.costs(of: coefficients, over: known, owner: owner)
    var found: [SplitCandidate] = []
    for ((input, interval), cost) in zip(zip(inputs, known), costs) where input != 0 {
      let middle = ((interval.lower + interval.upper) * 0.5).scalars
      let losses = cost.values.scalars.enumerated().filter { $1.isFinite && $1 > 0 }
        .map { (place: $0, loss: $1) }
      found += largest(losses, count).compactMap { element, loss in
        let point = Float(middle[element])
        // A middle that rounding moved to an end, or past it, would cut nothing off.
        guard interval.contains(point, at: element) else { return nil }
        return SplitCandidate(
          split: NeuronSplit(
            node: Int32(input), element: Int32(element), isPositive: true, point: point),
          score: loss)
      }
    }
    return found
  }
}

extension Interval {
  /// The interval of one example.
  fileprivate func example(_ index: Int) -> Interval {
    Interval(
      lower: lower.sliced(index..<index + 1, axis: 0),
      upper: upper.sliced(index..<index + 1, axis: 0))
  }

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
