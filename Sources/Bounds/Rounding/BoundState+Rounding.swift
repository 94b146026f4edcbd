import Networks
import Tensors

// What rounding costs bounds. A row may have any coefficients, as long as what its rounding changed is charged to its constant.
// With `y = W x + b` and computed coefficients `a'` for `a W`,
//
//     a y = a' x + (a W - a') x + a b,   |(a W - a') x| <= gamma |a| (|W| |x|)
//
// where `|x|` is at most the larger end of each element's interval. So a step costs one sum over the coefficients' sizes
// (`RowPrice`), and an interval is widened by the same sizes of its own node.

extension BoundState {
  /// Computes an affine node's interval from a box by its middle and half its width.
  ///
  /// What the sums' rounding costs is a part of the sizes that meet in them; half widths that are larger by that part of the sizes have it in their
  /// sum, which so costs no product of its own.
  ///
  /// - Soundness: Contains the map's values over the box, its rounding accounted for.
  mutating func advance(to id: Int, by affine: any BoxPropagating) {
    let rounding = UnitRoundoff(of: T.self)
    let terms = plan.terms[id].forward
    let reach = rounding.reach(terms: terms)
    let middles = inputIntervals(of: id).map {
      $0.middle(reaching: reach, atLeast: rounding.smallest)
    }
    let ends = T.outwardEnds(
      center: affine.evaluate(middles.map(\.center), pass.parameters),
      radius: affine.linear(middles.map(\.radius), pass.parameters, magnitude: true),
      floors: floors(of: affine, id))
    intervals[id] = Interval(lower: ends.lower, upper: ends.upper)
    largest[id] = ends.largest
    setPrice(of: affine, id, meetsRows[id] ? sizes(of: affine, id) : nil)
  }

  /// Widens an affine node's interval by what its computation may have lost.
  ///
  /// - Soundness: Afterwards the interval contains the node's values, its rounding accounted for.
  mutating func widen(_ id: Int, of affine: any AffineOperation) {
    let terms = plan.terms[id]
    guard let known = intervals[id], terms.forward > 0 else {
      guard meetsRows[id] else { return }
      if terms.backward > 0 || hasOffset(affine) {
        setPrice(of: affine, id, sizes(of: affine, id))
      } else if plan.isRelaxed[id] || id == network.output, let known = intervals[id] {
        // Nothing is lost in the step itself.
        setPrice(of: affine, id, known.magnitude)
      }
      return
    }
    let (outset, sizes) = outset(of: affine, id)
    let (lower, upper) = T.widened(lower: known.lower, upper: known.upper, by: outset)
    intervals[id] = Interval(lower: lower, upper: upper)
    setPrice(of: affine, id, sizes)
  }

  /// Sets what rows pay that go through a node whose interval is known.
  mutating func setPrice(of id: Int) {
    guard T.chargesRounding, meetsRows[id], let known = intervals[id] else { return }
    let node = network.nodes[id]
    if let affine = node.operation as? any AffineOperation {
      return setPrice(of: affine, id, sizes(of: affine, id))
    }
    let rounding = UnitRoundoff(of: T.self)
    var price = RowPrice<T>()
    if node.operation is ReLU {
      pass.interceptFactors[id] = 1 + rounding.price(terms: node.shape.rowTerms)
      price.floor = rounding.floor(terms: node.shape.count)
    }
    var sizes: T?
    if let input = node.inputs.first, plan.readers[input] > 1, let below = intervals[input],
      network.nodes[input].shape == node.shape
    {
      // Slopes of at most 1 times coefficients, which then meet those of other readers. Where an input has another shape, what rows pay for
      // the lines of the node counts its readers.
      sizes = below.magnitude
    }
    if plan.isRelaxed[id] || id == network.output {
      sizes = sizes.map { $0.maximum(known.magnitude) } ?? known.magnitude
    }
    if let sizes {
      price.sizes = sizes.inRowLayout(node.shape)
      price.scale = rounding.price(
        terms: 8 + (node.inputs.map { plan.readers[$0] }.max() ?? 0), summedOver: node.shape)
      price.floor += rounding.floor(terms: node.shape.count)
    }
    pass.prices[id] = price
  }

  /// A number for each example that no end of a node is larger than in size.
  private func largestSize(of node: Int) -> T {
    if let known = largest[node] { return known }
    guard let interval = intervals[node] else {
      preconditionFailure("Node \(node) is read before it is bounded")
    }
    return T.largestSizes(lower: interval.lower, upper: interval.upper)
  }

  /// The sizes of the numbers that the offset of a node is computed from, and as much more as covers, times the cost of one rounding, what it
  /// was off by already; nil for nothing.
  private func offsetSizes(of affine: any AffineOperation) -> T? {
    let sizes: T? = affine.offsetMagnitude(pass.parameters)
    guard let sizes else { return nil }
    // Numbers too small to be rounded relatively are raised.
    let error = network.offsetError(
      of: affine, scaledBy: (1 + 0x1p-20) / UnitRoundoff(of: T.self).unit, adding: 0x1p-90,
      as: T.self)
    return error.map { sizes + $0 } ?? sizes
  }

  /// Lets rows that meet a node prove nothing: their constants are no numbers afterwards.
  mutating func refuseRows(at id: Int) {
    let shape = network.nodes[id].shape
    let ones = T.full(1, Shape([count] + shape.dimensions))
    pass.prices[id] = RowPrice(sizes: ones.inRowLayout(shape), scale: .infinity, floor: .infinity)
  }

  private func hasOffset(_ affine: any AffineOperation) -> Bool {
    let offset: T? = affine.offset(pass.parameters)
    return offset != nil
  }

  /// The sizes of the numbers that meet in each element of an affine node, without its offset, `[examples] + shape`.
  private func sizes(of affine: any AffineOperation, _ id: Int) -> T {
    patchSizes(of: affine, id)
      ?? affine.linear(inputIntervals(of: id).map(\.magnitude), pass.parameters, magnitude: true)
  }

  /// How far the computed ends of an affine node's interval may be off, and the sizes that met in its elements, where rows
  /// need them.
  ///
  /// Where rows do not, the sum of sizes is taken to be that of the weights' times the largest number that is read, which saves a third
  /// product.
  private func outset(
    of affine: any AffineOperation, _ id: Int
  ) -> (outset: Outset<T>, sizes: T?) {
    let rounding = UnitRoundoff(of: T.self)
    let price = rounding.price(terms: plan.terms[id].forward)
    let floors = floors(of: affine, id)
    guard !meetsRows[id] else {
      let sizes = sizes(of: affine, id)
      let factors = T.full(price, [count])
      return (Outset(prices: sizes, floors: floors, factors: factors), sizes)
    }
    let prices = kept("rounding of sums", id, affine) {
      let ones = network.inputShapes(of: id).map { T.full(1, Shape([1] + $0.dimensions)) }
      return affine.linear(ones, pass.parameters, magnitude: true).scaled(by: price, adding: 0)
    }
    let factors = network.nodes[id].inputs.map(largestSize)
      .reduce(T.full(rounding.smallest, [1])) { $0.maximum($1) }
    return (Outset(prices: prices, floors: floors, factors: factors), nil)
  }

  /// What an affine node's offset and numbers too small to be rounded relatively cost its ends, `[1] + shape` or a single number.
  private func floors(of affine: any AffineOperation, _ id: Int) -> T {
    let rounding = UnitRoundoff(of: T.self)
    let terms = plan.terms[id].forward
    return kept("rounding of offset", id, affine) {
      guard let offset = offsetSizes(of: affine) else {
        return T.full(rounding.floor(terms: terms), [1])
      }
      return (T.full(0, Shape([1] + network.nodes[id].shape.dimensions)) + offset)
        .scaled(by: rounding.price(terms: terms), adding: rounding.floor(terms: terms))
    }
  }

  private func kept(
    _ kind: String, _ id: Int, _ affine: any AffineOperation, _ make: () -> T
  ) -> T {
    affine.parameters.first.map { pass.parameters.derived("\(kind) of \(id)", $0, make: make) }
      ?? make()
  }

  /// Sets what rows pay that go through an affine node.
  ///
  /// - Parameter sizes: The sizes of the numbers that meet in each element, without the offset.
  private mutating func setPrice(of affine: any AffineOperation, _ id: Int, _ sizes: T?) {
    guard meetsRows[id], var sizes else { return }
    guard plan.extremeFactors[id] == nil else { return refuseRows(at: id) }
    let rounding = UnitRoundoff(of: T.self)
    let shape = network.nodes[id].shape
    var terms = plan.terms[id].backward
    // Coefficients times slopes, multipliers that are taken off, and coefficients that were decimals.
    if plan.isRelaxed[id] || id == network.output { terms += 4 }
    let offset = offsetSizes(of: affine)
    guard terms > 0 || offset != nil else { return }
    let price = rounding.price(terms: terms, summedOver: shape)
    if let offset {
      let ofOffset = rounding.price(terms: offsetTerms(affine, shape), summedOver: shape)
      sizes = sizes + offset.scaled(by: max(1, ofOffset / price) * (1 + 0x1p-20), adding: 0)
    }
    let largest = network.nodes[id].inputs.reduce(0) {
      max($0, largestSize(of: $1).values.scalars.max() ?? 0)
    }
    let elements = network.inputShapes(of: id).reduce(0) { $0 + $1.count }
    pass.prices[id] = RowPrice(
      sizes: sizes.inRowLayout(shape), scale: price,
      floor: rounding.floor(terms: terms * elements + shape.count, largest: largest))
    if let normalization = affine as? BatchNormalization { takeUpConvolution(normalization, id) }
  }

  /// Adds the price of a convolution to that of the normalisation that is folded into it where rows pass both in one step.
  private mutating func takeUpConvolution(_ normalization: BatchNormalization, _ id: Int) {
    let before = pass.prices[network.nodes[id].inputs[0]]
    guard let sizes = before.sizes, let own = pass.prices[id].sizes,
      network.nodes[id].shape.image != nil, pass.prices[id].scale > 0
    else { return }
    let factor = normalization.factor(pass.parameters).magnitude()
    let ratio = before.scale / pass.prices[id].scale * (1 + 64 * UnitRoundoff(of: T.self).unit)
    pass.prices[id].sizes = own + (sizes * factor).scaled(by: ratio, adding: 0)
    pass.prices[id].floor +=
      before.floor * (1 + (factor.values.scalars.max() ?? 0))
  }

  /// The terms of the sum of a row's coefficients times what is added to each element.
  private func offsetTerms(_ affine: any AffineOperation, _ shape: Shape) -> Int {
    let isByChannel =
      switch affine {
      case let convolution as Convolution:
        convolution.geometry.groups == 1
          && pass.parameters[convolution.weight].shape.dimensions.suffix(2)
            .allSatisfy { $0 <= T.largestWindowKernel }
      default: affine is BatchNormalization
      }
    // Kernels add up each channel's pixels first.
    if isByChannel, let image = shape.image {
      return image.channels + image.height * image.width + 2
    }
    return shape.count + 2
  }
}

extension Interval where T: BackwardAlgebra {
  /// The larger size of both ends, at least `UnitRoundoff.smallest`: at most as large is every number between them.
  var magnitude: T {
    T.magnitudes(lower: lower, upper: upper, atLeast: UnitRoundoff(of: T.self).smallest)
  }
}

extension Network {
  /// The terms of the sums of a node's operation, and of those in which rows of several readers meet before it.
  func terms<T: TensorAlgebra>(of id: Int, readers: [Int], as type: T.Type) -> SumTerms {
    guard let affine = nodes[id].operation as? any AffineOperation else { return .none }
    var terms = affine.terms(inputs: inputShapes(of: id), output: nodes[id].shape) {
      parameters[$0.index].value.shape
    }
    // Roundings of weights that were computed count as further ones of their products.
    let roundings = affine.parameters.map { parameters[$0.index].error.roundings }.max() ?? 0
    if roundings > 0 {
      let own = 1.02 * Double(roundings) * ParameterError.unit / UnitRoundoff(of: type).unit
      terms.forward += Int(own.rounded(.up))
      terms.backward += Int(own.rounded(.up))
    }
    // Where paths meet, up to as many coefficients are added as there are readers.
    let meeting = nodes[id].inputs.map { readers[$0] }.max() ?? 1
    if meeting > 1 { terms.backward += meeting - 1 }
    return terms
  }

  /// Whether rounding is accounted for in every operation that the output depends on, so that a bound that is above its limit
  /// proves what it says.
  public var chargesEveryOperation: Bool {
    let needed = isNeeded
    let areCharged = nodes.indices.allSatisfy { id in
      guard needed[id], let operation = nodes[id].operation else { return true }
      return operation is any AffineOperation || operation is ReLU
    }
    // A parameter may be rounded relatively when it is converted, and not otherwise.
    return areCharged
      && parameters.allSatisfy { parameter in
        parameter.value.withElements { values in
          values.allSatisfy { abs($0) >= 0x1p-120 || Double(Float($0)) == $0 }
        }
      }
  }
}
