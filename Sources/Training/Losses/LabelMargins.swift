import Differentiation
import Tensors

/// The margins of each label over every other class, in order: `z_y - z_j`.
///
/// - Parameters:
///   - outputs: The outputs, `[examples] + output shape`.
///   - labels: The label of each example.
/// - Returns: The margins, `[examples, classes - 1]`.
func labelMargins<Base>(_ outputs: Tracked<Base>, _ labels: [Int]) -> Tracked<Base> {
  let shape = outputs.shape
  let classes = shape.count / max(1, labels.count)
  let margins = Tensor<Double>(uninitialized: [labels.count, classes - 1]) { out in
    outputs.base.values.withElements { z in
      var next = 0
      for (example, label) in labels.enumerated() {
        let own = z[example * classes + label]
        for other in 0..<classes where other != label {
          out[next] = own - z[example * classes + other]
          next += 1
        }
      }
    }
  }
  return Tracked(
    Base(margins),
    [
      outputs.dependence { rows in
        var gradient = Tensor<Double>(repeating: 0, shape)
        rows.values.withElements { rows in
          gradient.withMutableElements { gradient in
            var next = 0
            for (example, label) in labels.enumerated() {
              for other in 0..<classes where other != label {
                gradient[example * classes + label] += rows[next]
                gradient[example * classes + other] -= rows[next]
                next += 1
              }
            }
          }
        }
        return Base(gradient)
      }
    ])
}
