import BigInt
import Networks
import Tensors

/// An integer times a power of two: what every float is, and what sums and products of floats are, without rounding.
public struct Dyadic: Hashable, Sendable, Comparable {
  private var significand: BigInt
  private var exponent: Int

  public static let zero = Dyadic(significand: 0, exponent: 0)

  private init(significand: BigInt, exponent: Int) {
    (self.significand, self.exponent) = (significand, exponent)
  }

  /// - Precondition: The number is finite.
  public init(_ value: Double) {
    precondition(value.isFinite, "\(value) is no dyadic number")
    guard value != 0 else {
      self = .zero
      return
    }
    let exponent = Int(value.exponent) - 52
    let whole = Int64(value.significand * 0x1p52)
    self.init(significand: BigInt(value < 0 ? -whole : whole), exponent: exponent)
  }

  public static func + (a: Dyadic, b: Dyadic) -> Dyadic {
    if a.significand.isZero { return b }
    if b.significand.isZero { return a }
    let exponent = min(a.exponent, b.exponent)
    return Dyadic(
      significand: (a.significand << (a.exponent - exponent))
        + (b.significand << (b.exponent - exponent)), exponent: exponent)
  }

  public static prefix func - (a: Dyadic) -> Dyadic {
    Dyadic(significand: -a.significand, exponent: a.exponent)
  }

  public static func - (a: Dyadic, b: Dyadic) -> Dyadic { a + -b }

  public static func * (a: Dyadic, b: Dyadic) -> Dyadic {
    Dyadic(significand: a.significand * b.significand, exponent: a.exponent + b.exponent)
  }

  public static func < (a: Dyadic, b: Dyadic) -> Bool { (a - b).significand < 0 }

  public static func == (a: Dyadic, b: Dyadic) -> Bool { (a - b).significand.isZero }

  public func hash(into hasher: inout Hasher) { hasher.combine(significand.isZero) }
}

extension Network {
  /// The exact values of every node for one input, flattened row-major.
  ///
  /// - Precondition: The network consists of products with matrices, convolutions in one group, sums, constants, shapes and ReLUs.
  public func exactValues(at input: [Double]) -> [[Dyadic]] {
    var values = [input.map { Dyadic($0) }]
    for node in nodes.dropFirst() {
      guard let operation = node.operation else { continue }
      values.append(
        exactValue(
          of: operation, node.inputs.map { values[$0] }, node.inputs.map { nodes[$0].shape },
          node.shape))
    }
    return values
  }

  private func exact(_ id: ParameterID) -> [Dyadic] {
    parameters[id.index].value.scalars.map { Dyadic($0) }
  }

  private func broadcast(_ id: ParameterID, to shape: Shape) -> [Dyadic] {
    parameters[id.index].value.broadcast(to: shape).scalars.map { Dyadic($0) }
  }

  private func exactValue(
    of operation: any Operation, _ inputs: [[Dyadic]], _ shapes: [Shape], _ shape: Shape
  ) -> [Dyadic] {
    switch operation {
    case is ReLU: return inputs[0].map { max($0, .zero) }
    case is Reshape: return inputs[0]
    case let add as Add:
      return zip(inputs[0], inputs[1]).map { add.isDifference ? $0 - $1 : $0 + $1 }
    case let add as AddConstant:
      let constant = broadcast(add.constant, to: shape)
      return zip(inputs[0], constant).map { $0 + $1 }
    case let product as MultiplyConstant where !product.isQuotient:
      let constant = broadcast(product.constant, to: shape)
      return zip(inputs[0], constant).map { $0 * $1 }
    case let linear as Linear:
      let weight = exact(linear.weight)
      let bias = linear.bias.map { exact($0) }
      let (rows, columns) = (shapes[0][-1], shape[-1])
      return (0..<shape.count).map { index in
        let (line, column) = (index / columns, index % columns)
        return (0..<rows).reduce(bias?[column] ?? .zero) {
          $0 + inputs[0][line * rows + $1] * weight[$1 * columns + column]
        }
      }
    case let convolution as Convolution:
      return exactValue(of: convolution, inputs[0], shapes[0], shape)
    default: preconditionFailure("No exact rule for \(operation.name)")
    }
  }

  private func exactValue(
    of convolution: Convolution, _ x: [Dyadic], _ from: Shape, _ shape: Shape
  ) -> [Dyadic] {
    let kernel = parameters[convolution.weight.index].value.shape
    let (weight, bias) = (exact(convolution.weight), convolution.bias.map { exact($0) })
    let geometry = convolution.geometry
    precondition(geometry.groups == 1, "Convolutions in one group")
    return (0..<shape.count).map { index in
      let (column, row) = (index % shape[3], index / shape[3] % shape[2])
      let channel = index / (shape[2] * shape[3])
      var sum = bias?[channel] ?? .zero
      for (c, i, j) in (0..<kernel[1]).flatMap({ c in
        (0..<kernel[2]).flatMap { i in (0..<kernel[3]).map { (c, i, $0) } }
      }) {
        let y = row * geometry.stride[0] - geometry.padding[0] + i * geometry.dilation[0]
        let z = column * geometry.stride[1] - geometry.padding[1] + j * geometry.dilation[1]
        guard y >= 0, y < from[2], z >= 0, z < from[3] else { continue }
        sum =
          sum + x[(c * from[2] + y) * from[3] + z]
          * weight[((channel * kernel[1] + c) * kernel[2] + i) * kernel[3] + j]
      }
      return sum
    }
  }
}
