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

  /// The activations' inputs whose lines lower a row's bound the most.
  ///
  /// The upper line of an activation costs at most its intercept times the size of a negative coefficient;
  /// a lower line costs up to its coefficient times the smaller of both ends.
  ///
  /// Source: Bunel et al., "Branch and bound for piecewise linear neural network verification" (2020), section 6.2
  /// (BaBSR), whose score the intercept's part follows.
  func candidates<S>(
    _ tape: SlopeTape<S>, row: Int, of rows: Int, owner: Int, _ count: Int
  ) -> [SplitCandidate] where T == Tensor<S> {
    var best: [SplitCandidate] = []
    for id in optimizedNodes {
      guard let coefficients = tape.rows[id],
        let relaxation = relaxations[id] as? ElementwiseRelaxation<T>, let slopes = tape.slopes[id]
      else { continue }
      let shape = network.nodes[id].shape
      let (size, before) = (shape.count, Int32(network.nodes[id].inputs[0]))
      guard coefficients.values.count == rows * size else { continue }
      coefficients.values.withElements { coefficients in
        slopes.withElements { slopes in
          relaxation.lines.upperIntercept.withElements { intercepts in
            relaxation.lines.upperSlope.withElements { chords in
              for place in 0..<size {
                let intercept = intercepts[owner * size + place]
                guard intercept > 0 else { continue }
                let coefficient = coefficients[row * size + place]
                let chord = chords[owner * size + place]
                // The ends, from the chord: its intercept is -chord * low, and it meets (high, high).
                let (low, high) = (intercept / chord, intercept / max(1 - chord, S.ulpOfOne))
                let slope = slopes[row * size + place]
                let loss =
                  coefficient < 0
                  ? -coefficient * intercept
                  : coefficient * min(max(slope * low, (1 - slope) * high), intercept)
                guard loss.isFinite, loss > 0,
                  best.count < count || Double(loss) > best[best.count - 1].score
                else { continue }
                let split = NeuronSplit(
                  node: before,
                  element: Int32(shape.element(atRowPlace: place, as: T.self)), isPositive: true)
                let at = best.firstIndex { $0.score < Double(loss) } ?? best.count
                best.insert(SplitCandidate(split: split, score: Double(loss)), at: at)
                if best.count > count { best.removeLast() }
              }
            }
          }
        }
      }
    }
    return best
  }
}
