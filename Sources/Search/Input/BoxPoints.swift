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

extension LowerPlanes {
  /// The planes of one box.
  func box<S>(_ index: Int) -> BoxPlanes where T == Tensor<S> {
    let (rows, inputs) = (coefficients.shape[1], coefficients.shape[2])
    return BoxPlanes(
      inputs: inputs,
      coefficients: coefficients.withElements { values in
        values[index * rows * inputs..<(index + 1) * rows * inputs].map(Double.init)
      }, constants: constants.doubles(index * rows..<(index + 1) * rows),
      bounds: bounds.doubles(index * rows..<(index + 1) * rows))
  }
}

extension Tensor {
  /// Some elements in double.
  fileprivate func doubles(_ range: Range<Int>) -> [Double] {
    withElements { values in values[range].map { Double($0) } }
  }
}

/// Planes below the rows of one box.
struct BoxPlanes: Sendable {
  let inputs: Int
  /// The coefficients, row after row.
  private(set) var coefficients: [Double]
  /// What is added to each row.
  private(set) var constants: [Double]
  /// The least value of each row's plane over the box, or over the part of it in a ball.
  private(set) var bounds: [Double]

  init(inputs: Int, coefficients: [Double], constants: [Double], bounds: [Double]) {
    (self.inputs, self.coefficients) = (inputs, coefficients)
    (self.constants, self.bounds) = (constants, bounds)
  }

  /// The number of planes.
  var count: Int { bounds.count }

  /// Adds the first plane of others.
  mutating func append(_ other: BoxPlanes) {
    coefficients += other.coefficients[..<inputs]
    constants.append(other.constants[0])
    bounds.append(other.bounds[0])
  }

  /// The least value of a row's plane over a whole box.
  func least(of row: Int, _ lower: [Double], _ upper: [Double]) -> Double {
    var sum = constants[row]
    for i in 0..<inputs {
      let coefficient = coefficients[row * inputs + i]
      sum += coefficient * (coefficient > 0 ? lower[i] : upper[i])
    }
    return sum
  }

  /// The size of the values that meet in a row's bound over a box.
  func size<S>(of row: Int, over box: SubBox<S>) -> Double {
    var sum = abs(bounds[row])
    for i in 0..<inputs {
      let reach = max(abs(Double(box.lower[i])), abs(Double(box.upper[i])))
      sum += abs(coefficients[row * inputs + i]) * reach
    }
    return sum
  }
}
