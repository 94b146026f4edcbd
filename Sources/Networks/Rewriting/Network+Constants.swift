import Tensors

extension Network {
  /// With what is computed from constants as parameters of its readers, where rounding changes it in the last bits only.
  ///
  /// A model's reader leaves such computations in the network, because runtimes round them differently. Where single
  /// precision agrees with double precision to a few units in the last place, element by element, and what doubles lose is proved to be
  /// a small part of each value (`ConstantErrors`), they become parameters, which keep that part. Where something cancels, the computation stays.
  public func foldingConstants() -> Network {
    let values = constantValues
    guard !values.isEmpty else { return self }
    return rewritten { node, rebuilder in
      if let (value, error) = values[node] {
        let id = rebuilder.addParameter("\(nodes[node].name).value", value, error: error)
        rebuilder.replace(node, by: Constant(id), reading: [0])
      } else if !rebuilder.absorb(values, into: node) {
        rebuilder.keep(node)
      }
    }
  }

  /// The values of the nodes that do not depend on the input and whose rounding does not matter.
  private var constantValues: [Int: (value: Tensor<Double>, error: ParameterError)] {
    let needed = isNeeded
    var isConstant = [Bool](repeating: false, count: nodes.count)
    for (id, node) in nodes.enumerated() where needed[id] {
      isConstant[id] =
        node.operation is Constant
        || !node.inputs.isEmpty && node.inputs.allSatisfy { isConstant[$0] }
    }
    guard isConstant.contains(true) else { return [:] }
    let doubles = parameters(as: Tensor<Double>.self)
    let precise = constants(isConstant, doubles)
    var errors = ConstantErrors(network: self, parameters: doubles, values: precise)
    let rounded = constants(isConstant, parameters(as: Tensor<Float>.self))
    var values: [Int: (value: Tensor<Double>, error: ParameterError)] = [:]
    for (id, value) in precise.sorted(by: { $0.key < $1.key }) {
      errors.advance(to: id)
      guard let other = rounded[id]?.values, value.agrees(with: other),
        let roundings = errors.roundings(of: id)
      else { continue }
      values[id] = (value.reshaped(nodes[id].shape), ParameterError(roundings: roundings))
    }
    return values
  }

  private func constants<T: TensorAlgebra>(
    _ isConstant: [Bool], _ parameters: Parameters<T>
  ) -> [Int: T] {
    let input = T.full(0, Shape([1] + inputShape.dimensions))
    var values: [Int: T] = [:]
    for (id, node) in nodes.enumerated() where isConstant[id] {
      guard let operation = node.operation else { continue }
      let inputs = operation is Constant ? [input] : node.inputs.compactMap { values[$0] }
      values[id] = operation.evaluate(inputs, parameters)
    }
    return values
  }
}

extension Tensor where Scalar == Double {
  /// Whether every element is within some units in the last place of single precision.
  fileprivate func agrees(with other: Tensor<Double>) -> Bool {
    zip(scalars, other.scalars).allSatisfy { a, b in
      a.isFinite && b.isFinite && Swift.abs(a - b) <= 0x1p-19 * Swift.abs(a)
    }
  }
}

extension NetworkRebuilder {
  /// Makes a constant operand a parameter of its reader; false where the reader has no such form.
  fileprivate mutating func absorb(
    _ values: [Int: (value: Tensor<Double>, error: ParameterError)], into node: Int
  ) -> Bool {
    let inputs = old.nodes[node].inputs
    guard inputs.count == 2, let operation = old.nodes[node].operation,
      let place = inputs.firstIndex(where: { values[$0] != nil }),
      let (value, error) = values[inputs[place]]
    else { return false }
    let x = inputs[1 - place]
    let name = "\(old.nodes[inputs[place]].name).value"
    switch operation {
    case let sum as Add:
      guard !sum.isDifference || place == 1 else { return false }
      let addend = sum.isDifference ? value.scaled(by: -1, adding: 0) : value
      replace(node, by: AddConstant(addParameter(name, addend, error: error)), reading: [x])
    case is Multiply:
      replace(node, by: MultiplyConstant(addParameter(name, value, error: error)), reading: [x])
    case is MatrixProduct where place == 1:
      let lead = value.shape.dimensions.dropLast(2)
      guard lead.allSatisfy({ $0 == 1 }), value.shape.rank <= old.nodes[x].shape.rank else {
        return false
      }
      let matrix = value.reshaped([value.shape[-2], value.shape[-1]])
      replace(
        node, by: Linear(weight: addParameter(name, matrix, error: error), bias: nil), reading: [x])
    default: return false
    }
    return true
  }
}
