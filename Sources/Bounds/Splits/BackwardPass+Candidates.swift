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

  /// The activations' inputs whose upper lines lower a row's bound the most: each by its intercept times the
  /// size of a negative coefficient.
  ///
  /// Lower lines do not count, because optimised slopes lose little by them; with them, trees grow several times
  /// as large.
  ///
  /// Source: Bunel et al., "Branch and bound for piecewise linear neural network verification" (2020), section 6.2
  /// (BaBSR), whose score the intercept's part follows.
  func candidates<S>(
    _ tape: SlopeTape<S>, row: Int, of rows: Int, owner: Int, _ count: Int
  ) -> [SplitCandidate] where T == Tensor<S> {
    var best: [SplitCandidate] = []
    for id in optimizedNodes {
      guard let coefficients = tape.rows[id],
        let relaxation = relaxations[id] as? ElementwiseRelaxation<T>
      else { continue }
      let shape = network.nodes[id].shape
      let (size, before) = (shape.count, Int32(network.nodes[id].inputs[0]))
      guard coefficients.values.count == rows * size else { continue }
      let found = coefficients.values.withElements { coefficients in
        relaxation.lines.upperIntercept.withElements { intercepts in
          costliest(
            coefficients: coefficients[from: row * size, size],
            intercepts: intercepts[from: owner * size, size], count)
        }
      }
      best += found.map { place, loss in
        let element = Int32(shape.element(atRowPlace: place, as: T.self))
        return SplitCandidate(
          split: NeuronSplit(node: before, element: element, isPositive: true), score: loss)
      }
    }
    return Array(best.sorted { $0.score > $1.score }.prefix(count))
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
  if best.count > count {
    best.sort { $0.loss > $1.loss }
    best.removeLast(best.count - count)
  }
  return best
}

extension UnsafeBufferPointer {
  fileprivate subscript(from start: Int, count: Int) -> UnsafeBufferPointer {
    UnsafeBufferPointer(rebasing: self[start..<start + count])
  }
}
