import Networks
import Tensors

/// Why an operation has no rule here.
struct NoRule: Error {
  var reason: String
}

/// Reads the nodes of a network: the graph as data, none of it evaluated.
struct StepReader {
  let network: Network
  let id: Int
  /// The steps of the nodes before.
  let places: [Int]

  /// The nodes it reads, as steps.
  private var operands: [Int] { node.inputs.map { places[$0] } }
  private var node: Network.Node { network.nodes[id] }
  private var shapes: [[Int]] { node.inputs.map { network.nodes[$0].shape.dimensions } }
  private var layout: Layout { Layout(node.shape.dimensions) }
  private func inputLayout(_ index: Int = 0) -> Layout { Layout(shapes[index]) }

  /// All steps of a network, and the one that has the value of each of its nodes.
  static func steps(of network: Network) -> (steps: [Step], places: [Int]) {
    var (steps, places) = ([Step](), [Int]())
    for id in network.nodes.indices {
      let reader = StepReader(network: network, id: id, places: places)
      if let parts = reader.parts(from: steps.count) {
        steps += parts
        if !(network.nodes[id].operation is Choose) { steps[reader.operands[0]].isBent = true }
      } else {
        steps.append(reader.step)
      }
      places.append(steps.count - 1)
    }
    for step in steps {
      switch step.kind {
      case .input, .affine, .unknown: continue
      case .rectifier: for input in step.inputs { steps[input].isRectified = true }
      case .curve, .products, .largest, .larger:
        for input in step.inputs { steps[input].isBent = true }
      }
    }
    return (SinglePrecision.refusals(in: steps, network), places)
  }

  /// The steps of a node that is read as several; nil for one that is not, or for which there is no rule.
  private func parts(from first: Int) -> [Step]? {
    switch node.operation {
    case let softmax as Softmax: self.softmax(softmax, from: first)
    case let routing as TopTokens: self.routing(routing, from: first)
    case is Choose: choice(from: first)
    default: nil
    }
  }

  private var step: Step {
    let kind: Step.Kind
    do throws(NoRule) {
      kind = try self.kind()
    } catch {
      kind = .unknown(error.reason)
    }
    return Step(
      node: id, name: node.name, tensors: node.tensors, inputs: operands, layout: layout, kind: kind
    )
  }

  // MARK: Parameters

  func values(_ id: ParameterID) throws(NoRule) -> [Double] {
    let parameter = network.parameters[id.index]
    guard parameter.isExact else {
      throw NoRule(reason: "its parameter \(parameter.name) was computed when the file was read")
    }
    guard parameter.value.isFinite else {
      throw NoRule(reason: "its parameter \(parameter.name) is not finite")
    }
    return parameter.value.scalars
  }

  /// A parameter as it is broadcast to the result, by places.
  private func broadcast(_ id: ParameterID) throws(NoRule) -> [Double] {
    let values = try values(id)
    let shape = network.parameters[id.index].value.shape.dimensions
    return layout.placed(
      Self.sources(of: shape, broadcastTo: node.shape.dimensions).map { values[$0] })
  }

  /// For each element of a shape, the element of another that is broadcast to it.
  static func sources(of shape: [Int], broadcastTo target: [Int]) -> [Int] {
    var sources = [0]
    let lead = target.count - shape.count
    for (axis, extent) in target.enumerated() {
      let own = axis < lead ? 1 : shape[axis - lead]
      sources = sources.flatMap { source in
        (0..<extent).map { source * own + (own == 1 ? 0 : $0) }
      }
    }
    return sources
  }

  /// An input as it is broadcast to the result, times 1 or -1.
  private func operand(_ index: Int, factor: Double = 1) -> Affine.Term {
    let input = operands[index]
    guard shapes[index] != node.shape.dimensions else {
      return Affine.Term(input: input, map: DiagonalMap(input: layout, uniform: factor))
    }
    let sources = Self.sources(of: shapes[index], broadcastTo: node.shape.dimensions)
    return Affine.Term(
      input: input,
      map: ListedMap(inputLayout(index), layout, sources.map { [(source: $0, weight: factor)] }))
  }

  // MARK: Operations

  private func kind() throws(NoRule) -> Step.Kind {
    guard let operation = node.operation else { return .input }
    switch operation {
    case let constant as Constant:
      let values = layout.placed(try values(constant.value))
      return .affine(Affine(terms: [], offset: values, arithmetic: .exact))
    case let linear as Linear: return .affine(try matrix(linear))
    case let convolution as Convolution: return .affine(try self.convolution(convolution))
    case is Negate:
      return .affine(Affine(terms: [operand(0, factor: -1)], arithmetic: .exact))
    case let sum as AddConstant:
      return .affine(
        Affine(terms: [operand(0)], offset: try broadcast(sum.constant), arithmetic: .sum))
    case let sum as Add:
      return .affine(
        Affine(
          terms: [operand(0), operand(1, factor: sum.isDifference ? -1 : 1)], arithmetic: .sum))
    case let product as MultiplyConstant: return .affine(try self.product(product))
    case let normalization as BatchNormalization:
      return .affine(try self.normalization(normalization))
    case let pool as AveragePool: return .affine(average(pool))
    case let reduction as Reduce: return .affine(reduced(reduction))
    case is Reshape, is Transpose, is Selection, is Concatenate:
      return .affine(moved(operation))
    case is ReLU: return .rectifier(slope: 0)
    case let leaky as LeakyReLU:
      guard leaky.slope >= 0, leaky.slope <= 1 else {
        throw NoRule(reason: "its slope \(leaky.slope) is not between 0 and 1")
      }
      return .rectifier(slope: leaky.slope)
    case is Sigmoid: return .curve(RisingCurve.sigmoid)
    case is Tanh: return .curve(RisingCurve.tanh)
    case is Exponential: return .curve(ConvexCurve.exponential)
    case is Reciprocal: return .curve(ConvexCurve.reciprocal)
    case is Magnitude: return .curve(ConvexCurve.magnitude)
    case is Sine: return .curve(Wave.sine)
    case is Cosine: return .curve(Wave.cosine)
    case let power as Power
    where (2...16).contains(power.exponent) && power.exponent == power.exponent.rounded():
      return .curve(ConvexCurve.power(Int(power.exponent)))
    case let power as Power:
      guard let curve = HalfPower(exponent: power.exponent) else {
        throw NoRule(reason: "no rule for Pow with the exponent \(power.exponent)")
      }
      return .curve(curve)
    case is SquareRoot: return .curve(HalfPower.root)
    case let clip as Clip:
      guard let curve = ClippedStep(clip.lower, clip.upper) else {
        throw NoRule(reason: "no rule for Clip between \(clip.lower) and \(clip.upper)")
      }
      return .curve(curve)
    case is Sign: return .curve(SignStep())
    case let step as Networks.Step: return .curve(UnitStep(includesZero: step.includesZero))
    case is Multiply: return .products(elementwiseProducts())
    case is MatrixProduct: return .products(try matrixProducts())
    case let convolution as TransposedConvolution:
      return .affine(try transposed(convolution))
    case let pool as MaxPool: return .largest(taps(pool))
    case let maximum as Maximum where node.inputs.count == 2 && shapes[0] == shapes[1]:
      return .larger(isMinimum: maximum.isMinimum)
    case is Choose:
      throw NoRule(
        reason: "no rule for a Where of these shapes, or whose condition is no comparison")
    default: throw NoRule(reason: "no rule for \(operation.name)")
    }
  }

  private func matrix(_ linear: Linear) throws(NoRule) -> Affine {
    let weights = try values(linear.weight)
    let extents = network.parameters[linear.weight.index].value.shape
    let (inputs, outputs) = (extents[0], extents[1])
    let (input, output) = (inputLayout(), layout)
    let isOrdered = [input, output].allSatisfy { $0.channels == 1 || $0.height * $0.width == 1 }
    let map: any LinearMap
    if isOrdered {
      map = MatrixMap(weights, input, inputs: inputs, outputs: outputs)
    } else {
      let products = input.count * outputs
      guard products <= 1 << 24 else {
        throw NoRule(
          reason: "a product of \(products) terms along the width of an image is too large")
      }
      map = ListedMap(
        input, output,
        (0..<output.count).map { element in
          (0..<inputs).map { inner in
            (
              source: element / outputs * inputs + inner,
              weight: weights[inner * outputs + element % outputs]
            )
          }
        })
    }
    let bias = try linear.bias.map { (id) throws(NoRule) in try values(id) }
    return Affine(
      terms: [Affine.Term(input: operands[0], map: map)],
      offset: bias.map { bias in
        output.placed((0..<output.count).map { bias[$0 % outputs] })
      }, arithmetic: .products(roundings: inputs + 3, headroom: 1))
  }

  private func convolution(_ convolution: Convolution) throws(NoRule) -> Affine {
    guard shapes[0].count == 4, shapes[0][0] == 1 else {
      throw NoRule(reason: "no rule for Conv on an input of shape \(shapes[0])")
    }
    let map = ConvolutionMap(
      try values(convolution.weight),
      shape: network.parameters[convolution.weight.index].value.shape.dimensions,
      convolution.geometry, inputLayout(), layout)
    let bias = try convolution.bias.map { (id) throws(NoRule) in try values(id) }
    return Affine(
      terms: [Affine.Term(input: operands[0], map: map)],
      offset: bias.map { bias in (0..<layout.count).map { bias[$0 % layout.channels] } },
      arithmetic: .products(roundings: map.fanIn + 3, headroom: 1))
  }

  private func product(_ product: MultiplyConstant) throws(NoRule) -> Affine {
    var factors = try broadcast(product.constant)
    if product.isQuotient {
      // Each reciprocal is rounded once, and must be far from underflow for that to be relative.
      guard factors.allSatisfy({ abs($0) > 0x1p-900 && abs($0) < 0x1p900 }) else {
        throw NoRule(reason: "a divisor is 0, or of extreme size")
      }
      factors = factors.map { 1 / $0 }
    }
    let map: any LinearMap
    if shapes[0] == node.shape.dimensions {
      map = DiagonalMap(input: layout, factors: factors)
    } else {
      let sources = Self.sources(of: shapes[0], broadcastTo: node.shape.dimensions)
      map = ListedMap(
        inputLayout(), layout,
        sources.enumerated().map { [(source: $1, weight: factors[layout.place(of: $0)])] })
    }
    return Affine(
      terms: [Affine.Term(input: operands[0], map: map)],
      coefficientRoundings: product.isQuotient ? 1 : 0,
      arithmetic: .scaling(addends: nil, limit: 0, growth: 1 + map.largest))
  }

  /// `y = factor x + shift`, with a factor that is rounded three times and a square root, whose error is half its operand's.
  private func normalization(_ normalization: BatchNormalization) throws(NoRule) -> Affine {
    let (scale, bias) = (try values(normalization.scale), try values(normalization.bias))
    let (mean, variance) = (try values(normalization.mean), try values(normalization.variance))
    let pixels = node.shape.dimensions.dropFirst(2).reduce(1, *)
    var (factors, shifts, errors, addends) = ([Double](), [Double](), [Double](), [Double]())
    var (largest, growth) = (0.0, 0.0)
    for channel in scale.indices {
      let spread = variance[channel] + normalization.epsilon
      let deviation = spread.squareRoot()
      let factor = scale[channel] / deviation
      guard spread > 0, scale[channel] == 0 || abs(factor) > 0x1p-900, factor.isFinite else {
        throw NoRule(reason: "the factor of channel \(channel) is of extreme size")
      }
      let moved = mean[channel] * factor
      factors.append(factor)
      shifts.append(bias[channel] - moved)
      addends.append((abs(moved) + abs(bias[channel])) * Rounding.inflation)
      // The factor is within 4 u; its product with the mean and the sum are rounded.
      errors.append(8 * Rounding.unit * addends[channel] + Rounding.tiny)
      growth = max(growth, (1 + abs(scale[channel])) * (1 + 1 / deviation) * Rounding.inflation)
      largest = max(
        largest, abs(mean[channel]), abs(bias[channel]), abs(factor), abs(scale[channel]))
    }
    func spread(_ values: [Double]) -> [Double] {
      layout.placed((0..<layout.count).map { values[$0 / pixels % scale.count] })
    }
    return Affine(
      terms: [
        Affine.Term(
          input: operands[0], map: DiagonalMap(input: layout, factors: spread(factors)))
      ], offset: spread(shifts), offsetError: spread(errors), coefficientRoundings: 4,
      arithmetic: .scaling(addends: spread(addends), limit: largest, growth: growth))
  }

  private func average(_ pool: AveragePool) -> Affine {
    let image = Array(shapes[0].dropFirst(2))
    let (taps, counts) = (
      pool.window.taps(image), pool.window.counts(image, countingPadding: pool.countsPadding)
    )
    let pixels = image.reduce(1, *)
    let products = (0..<layout.count).map { element in
      taps.compactMap { tap -> (source: Int, weight: Double)? in
        let place = element % counts.count
        guard tap[place] >= 0 else { return nil }
        return (element / counts.count * pixels + Int(tap[place]), 1 / Double(counts[place]))
      }
    }
    return mean(products, count: counts.max() ?? 1)
  }

  private func reduced(_ reduction: Reduce) -> Affine {
    var kept = shapes[0]
    for axis in reduction.axes { kept[axis] = 1 }
    var products = [[(source: Int, weight: Double)]](repeating: [], count: layout.count)
    let count = shapes[0].reduce(1, *) / max(1, layout.count)
    let weight = reduction.isMean ? 1 / Double(count) : 1
    for (source, element) in Self.sources(of: kept, broadcastTo: shapes[0]).enumerated() {
      products[element].append((source, weight))
    }
    return mean(products, count: count)
  }

  /// A sum, divided perhaps: the reciprocal of the number is rounded once.
  func mean(_ products: [[(source: Int, weight: Double)]], count: Int) -> Affine {
    Affine(
      terms: [
        Affine.Term(
          input: operands[0], map: ListedMap(inputLayout(), layout, products))
      ], coefficientRoundings: 1,
      arithmetic: .products(roundings: count + 3, headroom: Double(count)))
  }

  private func taps(_ pool: MaxPool) -> [[Int32]] {
    let image = Array(shapes[0].dropFirst(2))
    let (taps, pixels) = (pool.window.taps(image), image.reduce(1, *))
    let windows = node.shape.dimensions.dropFirst(2).reduce(1, *)
    let input = inputLayout()
    return layout.placed(
      (0..<layout.count).map { element in
        taps.compactMap { tap in
          let pixel = tap[element % windows]
          guard pixel >= 0 else { return nil }
          return Int32(input.place(of: element / windows * pixels + Int(pixel)))
        }
      })
  }
}
