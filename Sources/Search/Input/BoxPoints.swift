import Bounds
import Networks
import Tensors

/// Points of a batch of boxes with their outputs: the middle, and the corner where the highest plane is least.
struct BoxPoints<S: TensorScalar>: Sendable {
  /// The points, the middles of all boxes before the corners, `[2 boxes, inputs]`.
  private let points: Tensor<S>
  private let outputs: [Double]
  /// The middles' outputs in double.
  private let exact: [Double]
  private let count: Int

  init(
    _ boxes: [SubBox<S>], _ planes: LowerPlanes<Tensor<S>>, _ network: Network,
    _ parameters: Parameters<Tensor<S>>, _ exactParameters: Parameters<Tensor<Double>>
  ) {
    let count = boxes.count
    let (inputs, rows) = (network.inputShape.count, planes.bounds.shape[1])
    let points = Tensor<S>(uninitialized: [2 * boxes.count, inputs]) { out in
      planes.coefficients.withElements { coefficients in
        planes.bounds.withElements { bounds in
          for (index, box) in boxes.enumerated() {
            let range = index * rows..<(index + 1) * rows
            let row = range.max { bounds[$0] < bounds[$1] } ?? range.lowerBound
            let (middle, corner) = (out + index * inputs, out + (count + index) * inputs)
            for i in 0..<inputs {
              middle[i] = box.middle(of: i)
              corner[i] = coefficients[row * inputs + i] >= 0 ? box.lower[i] : box.upper[i]
            }
          }
        }
      }
    }
    (self.points, self.count) = (points, count)
    let shape = Shape([2 * count] + network.inputShape.dimensions)
    outputs = network.evaluate(points.reshaped(shape), parameters).values.scalars
    let middles = points.sliced(0..<count, axis: 0)
      .reshaped(Shape([count] + network.inputShape.dimensions))
    exact = network.evaluate(Tensor<Double>(converting: middles), exactParameters).scalars
  }

  /// The outputs at the middle of a box, as they are computed and in double.
  func outputs(of box: Int) -> (computed: [Double], exact: [Double]) {
    let size = exact.count / max(1, count)
    let range = box * size..<(box + 1) * size
    return (Array(outputs[range]), Array(exact[range]))
  }

  /// The points of a box with their outputs.
  func candidates(of box: Int) -> [(point: [Float], output: [Double])] {
    let (size, width) = (exact.count / max(1, count), points.shape[1])
    return [box, count + box].map { row in
      let point = points.withElements { values in
        (row * width..<(row + 1) * width).map { Float(values[$0]) }
      }
      return (point, Array(outputs[row * size..<(row + 1) * size]))
    }
  }
}
