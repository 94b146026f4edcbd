import Networks
import Properties
import Tensors
import TestSupport

/// Numbers in which a test evaluates a network, by code of its own.
protocol EvaluationArithmetic {
  associatedtype Value
  func number(_ double: Double) -> Value
  /// The sum of products and addends, in some order.
  mutating func sum(_ products: [(Value, Value)], _ addends: [Value]) -> Value
  func isBelow(_ a: Value, _ b: Value) -> Bool
  mutating func quotient(_ a: Value, _ b: Value) -> Value
  /// A batch normalisation of a number: scale, bias, mean, variance and epsilon.
  mutating func normalized(_ x: Value, _ parameters: [Double]) -> Value
}

/// Exact numbers.
struct ExactArithmetic: EvaluationArithmetic {
  func number(_ double: Double) -> Rational { Rational(double) ?? .zero }
  func sum(_ products: [(Rational, Rational)], _ addends: [Rational]) -> Rational {
    products.reduce(addends.reduce(.zero, +)) { $1.0.isZero || $1.1.isZero ? $0 : $0 + $1.0 * $1.1 }
  }
  func isBelow(_ a: Rational, _ b: Rational) -> Bool { a < b }
  func quotient(_ a: Rational, _ b: Rational) -> Rational { a / b }

  /// The deviation must be exact: tests choose variances whose sum with epsilon is a square.
  func normalized(_ x: Rational, _ p: [Double]) -> Rational {
    let root = number((p[3] + p[4]).squareRoot())
    precondition(root * root == number(p[3]) + number(p[4]))
    return (x - number(p[2])) / root * number(p[0]) + number(p[1])
  }
}

/// Single precision, with sums in random orders and products that are fused or not.
struct FloatArithmetic: EvaluationArithmetic {
  var random: SplitMix64
  func number(_ double: Double) -> Float { Float(double) }

  mutating func sum(_ products: [(Float, Float)], _ addends: [Float]) -> Float {
    // Each term is a product that may still be fused, or a sum.
    var terms: [(product: (Float, Float)?, value: Float)] =
      products.map { ($0, $0.0 * $0.1) } + addends.map { (nil, $0) }
    guard !terms.isEmpty else { return 0 }
    if Bool.random(using: &random) { terms.append((nil, 0)) }
    let isLinear = Bool.random(using: &random)
    while terms.count > 1 {
      let a = terms.remove(at: Int.random(in: 0..<terms.count, using: &random))
      let at =
        isLinear && a.product != nil
        ? terms.count - 1 : Int.random(in: 0..<terms.count, using: &random)
      let b = terms.remove(at: at)
      if let product = a.product, Bool.random(using: &random) {
        terms.append((nil, b.value.addingProduct(product.0, product.1)))
      } else {
        terms.append((nil, a.value + b.value))
      }
    }
    return terms[0].value
  }

  func isBelow(_ a: Float, _ b: Float) -> Bool { a < b }

  mutating func quotient(_ a: Float, _ b: Float) -> Float {
    Bool.random(using: &random) ? a / b : a * (1 / b)
  }

  mutating func normalized(_ x: Float, _ p: [Double]) -> Float {
    let (scale, bias, mean) = (Float(p[0]), Float(p[1]), Float(p[2]))
    let deviation = (Float(p[3]) + Float(p[4])).squareRoot()
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return (x - mean) / deviation * scale + bias
    case 1: return (x - mean) * scale / deviation + bias
    case 2:
      let factor = scale / deviation
      return x * factor + (bias - mean * factor)
    default:
      let factor = scale * (1 / deviation)
      return (bias - mean * factor).addingProduct(x, factor)
    }
  }
}

/// The values of all nodes of a network at an input, element by element.
func evaluated<A: EvaluationArithmetic>(
  _ network: Network, at input: [Double], _ arithmetic: inout A
) -> [[A.Value]] {
  var values: [[A.Value]] = [input.map(arithmetic.number)]
  for node in network.nodes.dropFirst() {
    let shapes = node.inputs.map { network.nodes[$0].shape.dimensions }
    let inputs = node.inputs.map { values[$0] }
    func parameter(_ id: ParameterID) -> [Double] { network.parameters[id.index].value.scalars }
    func extents(_ id: ParameterID) -> [Int] {
      network.parameters[id.index].value.shape.dimensions
    }
    let (shape, count) = (node.shape.dimensions, node.shape.count)
    let result: [A.Value]
    switch node.operation {
    case let linear as Linear:
      let (weights, outputs) = (parameter(linear.weight), extents(linear.weight)[1])
      let bias = linear.bias.map(parameter)
      let width = extents(linear.weight)[0]
      result = (0..<count).map { element in
        arithmetic.sum(
          (0..<width).map {
            (
              arithmetic.number(weights[$0 * outputs + element % outputs]),
              inputs[0][element / outputs * width + $0]
            )
          }, bias.map { [arithmetic.number($0[element % outputs])] } ?? [])
      }
    case let convolution as Convolution:
      result = convolved(
        inputs[0], shapes[0], shape, parameter(convolution.weight), extents(convolution.weight),
        convolution.bias.map(parameter), convolution.geometry, &arithmetic)
    case is ReLU:
      result = inputs[0].map {
        arithmetic.isBelow($0, arithmetic.number(0)) ? arithmetic.number(0) : $0
      }
    case let leaky as LeakyReLU:
      result = inputs[0].map {
        arithmetic.isBelow($0, arithmetic.number(0))
          ? arithmetic.sum([($0, arithmetic.number(leaky.slope))], []) : $0
      }
    case let sum as Add:
      let places = shapes.map { broadcastPlaces($0, shape) }
      let sign = arithmetic.number(sum.isDifference ? -1 : 1)
      result = (0..<count).map {
        arithmetic.sum([(inputs[1][places[1][$0]], sign)], [inputs[0][places[0][$0]]])
      }
    case let sum as AddConstant:
      let (own, other) = (
        broadcastPlaces(shapes[0], shape), broadcastPlaces(extents(sum.constant), shape)
      )
      let addends = parameter(sum.constant)
      result = (0..<count).map {
        arithmetic.sum([], [inputs[0][own[$0]], arithmetic.number(addends[other[$0]])])
      }
    case let product as MultiplyConstant:
      let (own, other) = (
        broadcastPlaces(shapes[0], shape), broadcastPlaces(extents(product.constant), shape)
      )
      let factors = parameter(product.constant)
      result = (0..<count).map {
        let (x, factor) = (inputs[0][own[$0]], arithmetic.number(factors[other[$0]]))
        return product.isQuotient
          ? arithmetic.quotient(x, factor) : arithmetic.sum([(x, factor)], [])
      }
    case is Negate: result = inputs[0].map { arithmetic.sum([($0, arithmetic.number(-1))], []) }
    case let batch as BatchNormalization:
      let lists = [batch.scale, batch.bias, batch.mean, batch.variance].map(parameter)
      let pixels = shape.dropFirst(2).reduce(1, *)
      result = (0..<count).map { element in
        let channel = element / pixels % shape[1]
        return arithmetic.normalized(
          inputs[0][element], lists.map { $0[channel] } + [batch.epsilon])
      }
    case let pool as AveragePool:
      let image = Array(shapes[0].dropFirst(2))
      let (taps, counts) = (
        pool.window.taps(image), pool.window.counts(image, countingPadding: pool.countsPadding)
      )
      let (pixels, windows) = (image.reduce(1, *), counts.count)
      result = (0..<count).map { element in
        let sum = arithmetic.sum(
          [],
          taps.map { $0[element % windows] }.filter { $0 >= 0 }.map {
            inputs[0][element / windows * pixels + Int($0)]
          })
        return arithmetic.quotient(sum, arithmetic.number(Double(counts[element % windows])))
      }
    case let pool as MaxPool:
      let image = Array(shapes[0].dropFirst(2))
      let (taps, pixels) = (pool.window.taps(image), image.reduce(1, *))
      let windows = shape.dropFirst(2).reduce(1, *)
      result = (0..<count).map { element in
        let all = taps.map { $0[element % windows] }.filter { $0 >= 0 }.map {
          inputs[0][element / windows * pixels + Int($0)]
        }
        return all.dropFirst().reduce(all[0]) { arithmetic.isBelow($0, $1) ? $1 : $0 }
      }
    case let reduction as Reduce:
      var kept = shapes[0]
      for axis in reduction.axes { kept[axis] = 1 }
      var groups = [[A.Value]](repeating: [], count: count)
      for (element, place) in broadcastPlaces(kept, shapes[0]).enumerated() {
        groups[place].append(inputs[0][element])
      }
      result = groups.map {
        let sum = arithmetic.sum([], $0)
        return reduction.isMean
          ? arithmetic.quotient(sum, arithmetic.number(Double($0.count))) : sum
      }
    case is Multiply:
      let (first, second) = (broadcastPlaces(shapes[0], shape), broadcastPlaces(shapes[1], shape))
      result = (0..<count).map {
        arithmetic.sum([(inputs[0][first[$0]], inputs[1][second[$0]])], [])
      }
    case is MatrixProduct:
      let (rows, inner, columns) = (shape[shape.count - 2], shapes[0].last ?? 1, shape.last ?? 1)
      let lead = Array(shape.dropLast(2)) + [1]
      let (first, second) = (
        broadcastPlaces(Array(shapes[0].dropLast(2)) + [1], lead),
        broadcastPlaces(Array(shapes[1].dropLast(2)) + [1], lead)
      )
      result = (0..<count).map { element in
        let (matrix, row, column) = (
          element / (rows * columns), element / columns % rows, element % columns
        )
        return arithmetic.sum(
          (0..<inner).map {
            (
              inputs[0][(first[matrix] * rows + row) * inner + $0],
              inputs[1][(second[matrix] * inner + $0) * columns + column]
            )
          }, [])
      }
    case let power as Power:
      result = inputs[0].map { x in
        (1..<Int(power.exponent)).reduce(x) { value, _ in arithmetic.sum([(value, x)], []) }
      }
    case is Magnitude:
      result = inputs[0].map {
        arithmetic.isBelow($0, arithmetic.number(0))
          ? arithmetic.sum([($0, arithmetic.number(-1))], []) : $0
      }
    case is Sign:
      let zero = arithmetic.number(0)
      result = inputs[0].map {
        arithmetic.number(
          arithmetic.isBelow($0, zero) ? -1 : arithmetic.isBelow(zero, $0) ? 1 : 0)
      }
    case let convolution as TransposedConvolution:
      result = transposed(
        inputs[0], shapes[0], shape, parameter(convolution.weight), extents(convolution.weight),
        convolution.bias.map(parameter), convolution.geometry, &arithmetic)
    case is Reshape: result = inputs[0]
    case let transpose as Transpose:
      let strides = Shape(shapes[0]).strides
      result = (0..<count).map { element in
        let index = Shape(shape).strides.enumerated().map { element / $1 % shape[$0] }
        return inputs[0][
          transpose.permutation.enumerated().reduce(0) { $0 + index[$1.0] * strides[$1.1] }]
      }
    case let selection as Selection:
      let strides = Shape(shapes[0]).strides
      result = (0..<count).map { element in
        var index = Shape(shape).strides.enumerated().map { element / $1 % shape[$0] }
        let source = selection.indices[index[selection.axis]]
        guard source >= 0 else { return arithmetic.number(0) }
        index[selection.axis] = Int(source)
        return inputs[0][zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }]
      }
    case let join as Concatenate:
      result = (0..<count).map { element in
        var index = Shape(shape).strides.enumerated().map { element / $1 % shape[$0] }
        var part = 0
        while index[join.axis] >= shapes[part][join.axis] {
          index[join.axis] -= shapes[part][join.axis]
          part += 1
        }
        return inputs[part][zip(index, Shape(shapes[part]).strides).reduce(0) { $0 + $1.0 * $1.1 }]
      }
    default: preconditionFailure("No evaluation of \(node.operation?.name ?? "input")")
    }
    values.append(result)
  }
  return values
}

/// For each element of a shape, the element of another that is broadcast to it.
private func broadcastPlaces(_ shape: [Int], _ target: [Int]) -> [Int] {
  let strides = Shape(target).strides
  let lead = target.count - shape.count
  let own = Shape(shape).strides
  return (0..<target.reduce(1, *)).map { element in
    shape.indices.reduce(0) { place, axis in
      let index = element / strides[lead + axis] % target[lead + axis]
      return place + (shape[axis] == 1 ? 0 : index * own[axis])
    }
  }
}

/// Element by element of the result: the inputs from which the kernel reaches it.
private func transposed<A: EvaluationArithmetic>(
  _ x: [A.Value], _ input: [Int], _ output: [Int], _ weights: [Double], _ kernel: [Int],
  _ bias: [Double]?, _ geometry: ConvolutionGeometry, _ arithmetic: inout A
) -> [A.Value] {
  let (inputs, outputs) = (input[1] / geometry.groups, kernel[1])
  return (0..<output.reduce(1, *)).map { element in
    let (channel, line, column) = (
      element / (output[2] * output[3]), element / output[3] % output[2], element % output[3]
    )
    var products: [(A.Value, A.Value)] = []
    for source in channel / outputs * inputs..<(channel / outputs + 1) * inputs {
      for y in 0..<input[2] {
        for z in 0..<input[3] {
          let ky = line + geometry.padding[0] - y * geometry.stride[0]
          let kx = column + geometry.padding[1] - z * geometry.stride[1]
          guard ky % geometry.dilation[0] == 0, kx % geometry.dilation[1] == 0 else { continue }
          let (tapY, tapX) = (ky / geometry.dilation[0], kx / geometry.dilation[1])
          guard ky >= 0, kx >= 0, tapY < kernel[2], tapX < kernel[3] else { continue }
          let at = ((source * outputs + channel % outputs) * kernel[2] + tapY) * kernel[3] + tapX
          products.append(
            (arithmetic.number(weights[at]), x[(source * input[2] + y) * input[3] + z]))
        }
      }
    }
    return arithmetic.sum(products, bias.map { [arithmetic.number($0[channel])] } ?? [])
  }
}

private func convolved<A: EvaluationArithmetic>(
  _ x: [A.Value], _ input: [Int], _ output: [Int], _ weights: [Double], _ kernel: [Int],
  _ bias: [Double]?, _ geometry: ConvolutionGeometry, _ arithmetic: inout A
) -> [A.Value] {
  var result: [A.Value] = []
  let outputs = kernel[0] / geometry.groups
  for channel in 0..<output[1] {
    for y in 0..<output[2] {
      for column in 0..<output[3] {
        var products: [(A.Value, A.Value)] = []
        for inner in 0..<kernel[1] {
          for ky in 0..<kernel[2] {
            for kx in 0..<kernel[3] {
              let line = y * geometry.stride[0] - geometry.padding[0] + ky * geometry.dilation[0]
              let place =
                column * geometry.stride[1] - geometry.padding[1] + kx * geometry.dilation[1]
              guard (0..<input[2]).contains(line), (0..<input[3]).contains(place) else { continue }
              let source = channel / outputs * kernel[1] + inner
              products.append(
                (
                  arithmetic.number(
                    weights[((channel * kernel[1] + inner) * kernel[2] + ky) * kernel[3] + kx]),
                  x[(source * input[2] + line) * input[3] + place]
                ))
            }
          }
        }
        result.append(
          arithmetic.sum(products, bias.map { [arithmetic.number($0[channel])] } ?? []))
      }
    }
  }
  return result
}
