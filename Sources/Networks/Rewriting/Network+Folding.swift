import Tensors

/// An affine map of the outputs of a layer, channel by channel: `y * factor + shift`.
private struct ChannelMap {
  /// One number for each output channel; nil for ones.
  var factor: Tensor<Double>?
  /// One number for each output channel.
  var shift: Tensor<Double>
  /// The roundings of each factor.
  var roundings = 0
  /// The sizes of what the shift is computed from; nil where it is exact.
  var sizes: Tensor<Double>?
  /// By how much the shift may be off beside their rounding; nil for nothing.
  var error: Tensor<Double>?
}

extension Network {
  /// With batch normalisation moved into the convolution or linear layer that it alone reads.
  ///
  /// Normalisations that follow anything else stay, and so do those whose shift is a small difference of numbers a thousand times as large or more:
  /// what its rounding loses is not small beside it. What rounding may have changed in the others is kept with them (`ParameterError`).
  public func foldingBatchNormalization() -> Network {
    let parameters = parameters(as: Tensor<Double>.self)
    return foldingChannelMaps { node, _ in
      guard let normalization = nodes[node].operation as? BatchNormalization,
        extremeFactor(at: node, isFloat: false) == nil
      else { return nil }
      let factor = normalization.factor(parameters)
      let (mean, bias) = (parameters[normalization.mean], parameters[normalization.bias])
      let moved = mean * factor
      let (shift, sizes) = (bias - moved, bias.magnitude() + moved.magnitude())
      guard shift.isLeft(of: sizes) else { return nil }
      // The sum of variance and epsilon, its root and the quotient.
      return ChannelMap(
        factor: factor, shift: shift, roundings: 4, sizes: sizes)
    }
  }

  /// With constants added to a layer's output made part of its bias, where they fit and the sums are exact: a rounded one may have lost what
  /// another constant brings back.
  public func foldingBiases() -> Network {
    foldingChannelMaps { node, channelAxis in
      guard let sum = nodes[node].operation as? AddConstant else { return nil }
      guard let shift = channelVector(sum.constant, of: node, axis: channelAxis) else { return nil }
      let layer = nodes[nodes[node].inputs[0]].operation
      let old = layer?.bias.map { parameters[$0.index].value.scalars }
      if let old, !zip(old, shift.scalars).allSatisfy({ ($0 + $1).isExactSum(of: $0, $1) }) {
        return nil
      }
      let error = parameters[sum.constant.index].error.total(
        of: parameters[sum.constant.index].value)
      let spread = error.map {
        $0.reshaped([$0.count]).broadcast(to: [shift.count])
      }
      return ChannelMap(factor: nil, shift: shift, error: spread)
    }
  }

  /// The constant of an elementwise node as one number for each channel, if it is so much and no more.
  func channelVector(_ id: ParameterID, of node: Int, axis channelAxis: Int) -> Tensor<Double>? {
    let (constant, shape) = (parameters[id.index].value, nodes[node].shape)
    guard constant.shape.rank <= shape.rank, nodes[nodes[node].inputs[0]].shape == shape else {
      return nil
    }
    // All axes of the constant but the channels' must have extent 1.
    let lead = shape.rank - constant.shape.rank
    for axis in constant.shape.dimensions.indices
    where axis + lead != channelAxis && constant.shape[axis] != 1 { return nil }
    return constant.reshaped([constant.count]).broadcast(to: [shape[channelAxis]])
  }

  private func foldingChannelMaps(
    _ channelMap: (_ node: Int, _ channelAxis: Int) -> ChannelMap?
  ) -> Network {
    let readers = readerCounts
    return rewritten { node, rebuilder in
      guard let layer = soleInput(of: node, readers: readers),
        let operation = nodes[layer].operation,
        let axis = channelAxis(of: operation, nodes[layer].shape),
        // Normalisation is over axis 1, whatever the layer.
        !(nodes[node].operation is BatchNormalization) || axis == 1,
        let map = channelMap(node, axis),
        let folded = folding(map, into: operation, &rebuilder)
      else { return rebuilder.keep(node) }
      rebuilder.replace(
        node, by: folded, reading: nodes[layer].inputs, named: nodes[layer].name)
    }
  }

  private func channelAxis(of operation: any Operation, _ shape: Shape) -> Int? {
    switch operation {
    case is Linear: shape.rank - 1
    case is Convolution, is TransposedConvolution: 1
    default: nil
    }
  }

  /// By how much a bias may be off that a map of channels was moved into; nil for nothing.
  ///
  /// - Soundness: A factor is within 4 u, its products with the mean and the old bias and both sums are rounded once each: so eight units of
  ///   all sizes cover them, and what these numbers were off by before is multiplied by the factor.
  private func error(
    of map: ChannelMap, _ old: Parameter?, _ scaled: Tensor<Double>?
  ) -> Tensor<Double>? {
    var error = map.error
    func add(_ more: Tensor<Double>?) {
      guard let more else { return }
      let sum = error.map { $0 + more } ?? more
      error = sum.scaled(by: 1 + 0x1p-40, adding: 0)
    }
    if let sizes = map.sizes {
      let all = scaled.map { sizes + $0.magnitude() } ?? sizes
      add(all.scaled(by: 8.1 * ParameterError.unit, adding: Double.leastNonzeroMagnitude))
    }
    if let old, let before = old.error.total(of: old.value) {
      let vector = before.reshaped([before.count])
      add(map.factor.map { vector * $0.magnitude() * (1 + 0x1p-40) } ?? vector)
    }
    return error
  }

  private func folding(
    _ map: ChannelMap, into operation: any Operation, _ rebuilder: inout NetworkRebuilder
  ) -> (any Operation)? {
    /// Whether weights times the factors are rounded relatively, if at all.
    func fits(_ id: ParameterID, _ factor: (Tensor<Double>) -> Tensor<Double>) -> Bool {
      guard let scale = map.factor else { return true }
      return parameters[id.index].value.hasOrdinaryProducts(with: factor(scale))
    }
    func weight(_ id: ParameterID, _ factor: (Tensor<Double>) -> Tensor<Double>) -> ParameterID {
      guard let scale = map.factor else { return rebuilder.moved(id) }
      let parameter = parameters[id.index]
      return rebuilder.addParameter(
        parameter.name, parameter.value * factor(scale),
        error: parameter.error.adding(roundings: map.roundings + 1))
    }
    func bias(_ id: ParameterID?, _ weight: ParameterID) -> ParameterID {
      let old = id.map { parameters[$0.index] }
      let scaled = old.map { old in
        let vector = old.value.reshaped([old.value.count])
        return map.factor.map { vector * $0 } ?? vector
      }
      return rebuilder.addParameter(
        old?.name ?? "\(parameters[weight.index].name).bias",
        scaled.map { $0 + map.shift } ?? map.shift,
        error: ParameterError(sizes: error(of: map, old, scaled)))
    }
    switch operation {
    case let layer as Linear:
      guard fits(layer.weight, { $0 }) else { return nil }
      return Linear(weight: weight(layer.weight) { $0 }, bias: bias(layer.bias, layer.weight))
    case let layer as Convolution:
      let factors = { (factor: Tensor<Double>) in factor.reshaped([factor.count, 1, 1, 1]) }
      guard fits(layer.weight, factors) else { return nil }
      return Convolution(
        weight: weight(layer.weight, factors),
        bias: bias(layer.bias, layer.weight), geometry: layer.geometry)
    case let layer as TransposedConvolution:
      // Kernels are `[inputs, outputs / groups, h, w]`: each group of inputs has its own outputs.
      let kernel = parameters[layer.weight.index].value.shape
      let groups = layer.geometry.groups
      let factors = { (factor: Tensor<Double>) in
        factor.reshaped([groups, 1, kernel[1]])
          .broadcast(to: [groups, kernel[0] / groups, kernel[1]])
          .reshaped([kernel[0], kernel[1], 1, 1])
      }
      guard fits(layer.weight, factors) else { return nil }
      return TransposedConvolution(
        weight: weight(layer.weight, factors), bias: bias(layer.bias, layer.weight),
        geometry: layer.geometry,
        outputPadding: layer.outputPadding)
    default: return nil
    }
  }
}

extension Operation {
  /// The bias of a layer that has one.
  fileprivate var bias: ParameterID? {
    switch self {
    case let layer as Linear: layer.bias
    case let layer as Convolution: layer.bias
    case let layer as TransposedConvolution: layer.bias
    default: nil
    }
  }
}

extension Tensor<Double> {
  /// Whether every product with factors, which broadcast to these numbers, is 0 exactly or of an ordinary size, so that its rounding is relative.
  func hasOrdinaryProducts(with factors: Tensor<Double>) -> Bool {
    let spread = factors.broadcast(to: shape)
    return zip(scalars, spread.scalars).allSatisfy { a, b in
      let product = (a * b).magnitude
      return a == 0 || b == 0 || (product > 0x1p-900 && product < 0x1p900)
    }
  }

  /// Whether each of these sums is a thousandth at least of the sizes that meet in it.
  func isLeft(of sizes: Tensor<Double>) -> Bool {
    zip(scalars, sizes.scalars).allSatisfy { $1 == 0 || $0.magnitude * 0x1p10 >= $1 }
  }
}

extension Double {
  /// Whether this is the sum of two numbers, exactly: Knuth's remainder is 0.
  func isExactSum(of a: Double, _ b: Double) -> Bool {
    guard isFinite else { return false }
    let second = self - a
    return (a - (self - second)) + (b - second) == 0
  }

  /// Whether this is the product of two numbers, exactly.
  func isExactProduct(of a: Double, _ b: Double) -> Bool {
    if a == 0 || b == 0 { return self == 0 }
    // Above this the remainder of a product is a double.
    return isFinite && magnitude > 0x1p-900 && (-self).addingProduct(a, b) == 0
  }
}
