import Tensors

extension Network {
  /// With constants that scale or shift the channels a convolution reads made part of its kernels and bias.
  ///
  /// Padding is a zero in what the convolution reads. Scaling keeps it a zero, but shifting does not, so
  /// shifts before a padded convolution stay; and so do those that nearly cancel in some channel's sum.
  public func foldingInputScales() -> Network {
    let readers = readerCounts
    return rewritten { node, rebuilder in
      guard let layer = nodes[node].operation as? Convolution,
        let input = soleInput(of: node, readers: readers),
        let folded = folding(input, into: layer, &rebuilder)
      else { return rebuilder.keep(node) }
      rebuilder.replace(node, by: folded, reading: nodes[input].inputs)
    }
  }

  private func folding(
    _ input: Int, into layer: Convolution, _ rebuilder: inout NetworkRebuilder
  ) -> Convolution? {
    let kernel = parameters[layer.weight.index]
    switch nodes[input].operation {
    case let scale as MultiplyConstant:
      guard let factor = channelVector(scale.constant, of: input, axis: 1) else { return nil }
      let spread = spread(factor, over: kernel.value.shape, layer.geometry.groups)
      let factors =
        scale.isQuotient ? Tensor(repeating: 1, spread.shape) / spread : spread
      guard kernel.value.hasOrdinaryProducts(with: factors) else { return nil }
      let scaled = scale.isQuotient ? kernel.value / spread : kernel.value * spread
      let own = parameters[scale.constant.index].error
      guard own.sizes == nil, kernel.error.sizes == nil else { return nil }
      return Convolution(
        weight: rebuilder.addParameter(
          kernel.name, scaled, error: kernel.error.adding(roundings: own.roundings + 2)),
        bias: layer.bias.map { rebuilder.moved($0) }, geometry: layer.geometry)
    case let sum as AddConstant:
      guard layer.geometry.padding.allSatisfy({ $0 == 0 }),
        let shift = channelVector(sum.constant, of: input, axis: 1)
      else { return nil }
      let outputs = kernel.value.shape[0]
      let spread = spread(shift, over: kernel.value.shape, layer.geometry.groups)
      func summed(_ products: Tensor<Double>) -> Tensor<Double> {
        products.reshaped([outputs, kernel.value.count / outputs]).reduced(.sum, axis: 1)
          .reshaped([outputs])
      }
      let own = parameters[sum.constant.index].error
      guard own.sizes == nil, kernel.error.sizes == nil else { return nil }
      let added = summed(kernel.value * spread)
      let old = layer.bias.map { parameters[$0.index] }
      let bias = old.map { $0.value.reshaped([outputs]) + added } ?? added
      // Each product, and their sum with the bias, is off by at most gamma times the sizes that meet in it.
      let terms = kernel.value.count / outputs + own.roundings + kernel.error.roundings + 3
      var sizes = summed((kernel.value * spread).magnitude())
      if let old { sizes = sizes + old.value.reshaped([outputs]).magnitude() }
      guard bias.isLeft(of: sizes) else { return nil }
      var error = sizes.scaled(
        by: 1.02 * Double(terms) * ParameterError.unit, adding: Double.leastNonzeroMagnitude)
      if let before = old.flatMap({ $0.error.total(of: $0.value) }) {
        error = (error + before.reshaped([outputs])).scaled(by: 1 + 0x1p-40, adding: 0)
      }
      return Convolution(
        weight: rebuilder.moved(layer.weight),
        bias: rebuilder.addParameter(
          old?.name ?? "\(kernel.name).bias", bias, error: ParameterError(sizes: error)),
        geometry: layer.geometry)
    default: return nil
    }
  }

  /// A number for each input channel in the layout of kernels, `[outputs, inputs / groups, 1, 1]`.
  private func spread(_ vector: Tensor<Double>, over kernel: Shape, _ groups: Int) -> Tensor<Double>
  {
    vector.reshaped([groups, 1, kernel[1]]).broadcast(to: [groups, kernel[0] / groups, kernel[1]])
      .reshaped([kernel[0], kernel[1], 1, 1])
  }
}
