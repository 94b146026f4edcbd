import Tensors

/// How far constants that are computed in doubles may be from their exact values: a running analysis, node by node.
struct ConstantErrors {
  let network: Network
  let parameters: Parameters<Tensor<Double>>
  /// The computed values, by node.
  let values: [Int: Tensor<Double>]
  /// By how much each may be off, by node; nothing where that is not known.
  private var errors: [Int: Tensor<Double>] = [:]

  /// The relative error of one rounding, and a little more.
  private static let unit = 1.02 * ParameterError.unit
  /// More roundings than this are no small part of a value.
  private static let most = 1 << 20

  init(
    network: Network, parameters: Parameters<Tensor<Double>>, values: [Int: Tensor<Double>]
  ) {
    (self.network, self.parameters, self.values) = (network, parameters, values)
  }

  /// The error of a node as a number of roundings of each value; nil where it is not known, or no small part.
  func roundings(of id: Int) -> Int? {
    guard let value = values[id], let error = errors[id] else { return nil }
    var most = 0.0
    for (value, error) in zip(value.scalars, error.scalars) where error != 0 {
      let own = error / (value.magnitude * ParameterError.unit)
      // A value of 0 that may be off has no such number; neither has an error that is none, which a maximum would lose.
      guard own.isFinite else { return nil }
      most = max(most, own)
    }
    return most <= Double(Self.most) ? Int((1.01 * most).rounded(.up)) : nil
  }

  /// Bounds the error of a node from those of its inputs, which were bounded before.
  ///
  /// - Soundness: A sum of n products is off by at most `gamma_n` times the sum of their sizes, and by what its inputs are off times the sizes of
  ///   their coefficients (Higham, lemma 3.1); an operation that is not listed has no bound.
  mutating func advance(to id: Int) {
    let node = network.nodes[id]
    guard let operation = node.operation, let result = values[id] else { return }
    if operation is Constant {
      // A constant of a file that was computed there is off by what it says.
      let own = operation.parameters.compactMap { id -> Tensor<Double>? in
        let parameter = network.parameters[id.index]
        return parameter.error.total(of: parameter.value)
      }
      guard own.isEmpty else { return }
      errors[id] = Tensor(repeating: 0, result.shape)
      return
    }
    let inputs = node.inputs.compactMap { values[$0] }
    let before = node.inputs.compactMap { errors[$0] }
    guard inputs.count == node.inputs.count, before.count == node.inputs.count,
      (inputs + [result] + operation.parameters.map { parameters[$0] })
        .allSatisfy(Self.isOrdinary), network.extremeFactor(at: id, isFloat: false) == nil,
      let error = error(of: operation, id, inputs, before, result)
    else { return }
    errors[id] = error.scaled(by: 1 + 0x1p-40, adding: 0)
  }

  /// Whether no product of two of these numbers overflows, or is so small that it is not rounded relatively.
  private static func isOrdinary(_ values: Tensor<Double>) -> Bool {
    values.scalars.allSatisfy {
      $0 == 0 || ($0.magnitude > 0x1p-400 && $0.magnitude < 0x1p400)
    }
  }

  private func error(
    of operation: any Operation, _ id: Int, _ x: [Tensor<Double>], _ e: [Tensor<Double>],
    _ result: Tensor<Double>
  ) -> Tensor<Double>? {
    if let affine = operation as? any AffineOperation { return error(of: affine, id, x, e) }
    let rounded = result.magnitude().scaled(by: 2 * Self.unit, adding: 0)
    switch operation {
    case is ReLU, is Magnitude: return e[0]
    case is Multiply:
      let (a, b) = x.map { $0.magnitude() }.alignedRanks()
      let (ea, eb) = e.alignedRanks()
      return a * eb + b * ea + ea * eb + rounded
    case is MatrixProduct:
      let (a, b) = x.map { $0.magnitude() }.alignedRanks()
      let (ea, eb) = e.alignedRanks()
      let gamma = Self.unit * Double(x[0].shape[-1] + 10)
      let sizes: Tensor<Double> = a.product(b)
      let moved: Tensor<Double> = a.product(eb) + ea.product(b)
      return moved + ea.product(eb) + sizes.scaled(by: gamma, adding: 0)
    case let power as Power where power.exponent == 2:
      return x[0].magnitude() * e[0] * 2 + e[0] * e[0] + rounded
    case is SquareRoot:
      return combined(x[0], e[0]) { x, e in e == 0 ? 0 : x > 2 * e ? e / (x - e).squareRoot() : nil
      }
      .map { $0 + rounded }
    case is Reciprocal:
      return combined(x[0].magnitude(), e[0]) { x, e in
        e == 0 ? 0 : x > 2 * e ? e / (x * (x - e)) : nil
      }.map { $0 + rounded }
    default: return nil
    }
  }

  private func error(
    of affine: some AffineOperation, _ id: Int, _ x: [Tensor<Double>], _ e: [Tensor<Double>]
  ) -> Tensor<Double>? {
    let moved = affine.linear(e, parameters, magnitude: true)
    if affine.movesElementsOnly { return moved }
    guard affine.parameters.allSatisfy({ network.parameters[$0.index].error.isNone }) else {
      return nil
    }
    let shapes = network.nodes[id].inputs.map { network.nodes[$0].shape }
    let terms = affine.terms(inputs: shapes, output: network.nodes[id].shape) {
      network.parameters[$0.index].value.shape
    }
    var sizes = affine.linear(x.map { $0.magnitude() }, parameters, magnitude: true)
    let offset: Tensor<Double>? = affine.offsetMagnitude(parameters)
    if let offset { sizes = sizes + offset }
    return moved + sizes.scaled(by: Self.unit * Double(terms.forward + 10), adding: 0)
  }

  /// A function of each number and its error; nil where it has no value for some.
  private func combined(
    _ x: Tensor<Double>, _ e: Tensor<Double>, _ value: (Double, Double) -> Double?
  ) -> Tensor<Double>? {
    let values = zip(x.scalars, e.scalars).compactMap(value)
    return values.count == x.count ? Tensor(x.shape, values) : nil
  }
}
