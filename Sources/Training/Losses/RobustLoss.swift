import Differentiation
import Foundation
import Tensors

/// The cross-entropy of margins of the label over every other class.
///
/// With margins `m_j = z_y - z_j` it is `log(1 + sum_j exp(-m_j))`, the mean over the batch. Of lower bounds of
/// the margins it is at least the cross-entropy at every input of the region.
///
/// - Parameter margins: The margins or their lower bounds, `[examples, classes - 1]`.
/// - Returns: A single number, `[1]`.
func crossEntropy<Base>(ofMargins margins: Tracked<Base>) -> Tracked<Base> {
  let values = margins.base.values
  let (examples, others) = (values.shape[0], values.shape[1])
  var total = 0.0
  var slopes = Tensor<Double>(repeating: 0, values.shape)
  values.withElements { values in
    slopes.withMutableElements { slopes in
      for example in 0..<examples {
        let range = example * others..<(example + 1) * others
        // The largest exponent is taken out, so that nothing overflows.
        let largest = values[range].reduce(0) { max($0, -$1) }
        var sum = exp(-largest)
        for i in range {
          slopes[i] = exp(-values[i] - largest)
          sum += slopes[i]
        }
        total += largest + log(sum)
        for i in range { slopes[i] = -slopes[i] / (sum * Double(examples)) }
      }
    }
  }
  let gradient = Base(slopes)
  return Tracked(
    Base.full(total / Double(max(1, examples)), [1]),
    [margins.dependence { gradient * $0.reshaped([1, 1]) }])
}

/// For each example the smallest of its margins, and how many of them are positive.
func smallestMargins<Base: TensorAlgebra>(_ margins: Base) -> [Double] {
  let values = margins.values
  let others = values.shape[1]
  precondition(others > 0, "Margins of a single class say nothing")
  let scalars = values.scalars
  return (0..<values.shape[0]).map { example in
    // A NaN must not count as a positive margin.
    scalars[example * others..<(example + 1) * others].reduce(.infinity) {
      $1.isNaN ? -.infinity : min($0, $1)
    }
  }
}
