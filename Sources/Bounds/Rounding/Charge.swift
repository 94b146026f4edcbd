import Networks
import Tensors

/// What the rounding of a backward step costs a row, at one node.
///
/// A row may have any coefficients, as long as what its rounding changed is charged to its constant. With `y = W x + b` and
/// computed coefficients `a'` for `a W`,
///
///     a y = a' x + (a W - a') x + a b,   |(a W - a') x| <= gamma |a| (|W| |x|) <= |a| price
///
/// where `|x|` is at most the larger end of each element's interval. So a step costs one sum over the coefficients' sizes.
///
/// - Soundness: For every input of the region: what is charged is at least what the step's rounding can add to the row.
struct Charge<T: BackwardAlgebra>: Sendable {
  /// For each element of the node what a coefficient of size 1 costs, `[examples] + shape` in the layout of rows; nil for nothing.
  var prices: T?
  /// What a row costs besides, for numbers too small to be rounded relatively.
  var floor = 0.0
  /// What the intercepts of lines are multiplied by when they have been added up; they are all of one sign.
  var ofIntercepts = 1.0
}

extension Charge {
  /// What the rounding of a step costs rows, negated: `[rows]`; nil for nothing.
  ///
  /// - Parameter rows: The coefficients before the step.
  /// - Soundness: At most minus what the step's rounding can add to each row.
  func cost(of rows: RowBlock<T>, exampleOfRow: [Int32]) -> T? {
    let floor: T? = floor > 0 ? T.full(-floor, [exampleOfRow.count]) : nil
    guard let prices else { return floor }
    let cost = T.charge(rows, prices: prices, exampleOfRow: exampleOfRow)
    return floor.map { cost.addingBelow($0) } ?? cost
  }
}

extension Network {
  /// The terms of the sums of a node's operation, and of those in which rows of several readers meet before it.
  func terms(of id: Int, readers: [Int]) -> SumTerms {
    guard let affine = nodes[id].operation as? any AffineOperation else { return .none }
    var terms = affine.terms(inputs: inputShapes(of: id), output: nodes[id].shape) {
      parameters[$0.index].value.shape
    }
    // Where paths meet, up to as many coefficients are added as there are readers.
    let meeting = nodes[id].inputs.map { readers[$0] }.max() ?? 1
    if meeting > 1 { terms.backward += meeting - 1 }
    return terms
  }

}

extension Shape {
  /// The terms of a kernel's sum over all coefficients of a row.
  var rowTerms: Int {
    // Sixteen sums side by side, and the rest of every line of an image.
    count / 16 + 16 * (image?.height ?? 1) + 34
  }
}

extension BoundState {
  /// Widens a node's interval by what its computation may have lost, and sets the price of rows that go through the node.
  ///
  /// - Parameter widens: Whether the interval has just been computed; otherwise it is known to hold as it is.
  /// - Soundness: Afterwards the interval contains the node's values, its rounding accounted for, if its inputs' intervals do and
  ///   the operation is one whose rounding is accounted for (`Network.chargesEveryOperation`).
  mutating func settle(_ id: Int, widens: Bool) {
    guard T.chargesRounding, intervals[id] != nil else { return }
    let rounding = UnitRoundoff(of: T.self)
    let node = network.nodes[id]
    var charge = Charge<T>()
    if let affine = node.operation as? any AffineOperation {
      settle(affine, id, widens: widens, rounding, &charge)
    } else if let input = node.inputs.first, readers[input] > 1, let below = intervals[input] {
      // Slopes of at most 1 times coefficients, which then meet others.
      charge.prices = below.magnitude
        .scaled(by: rounding.price(terms: readers[input]), adding: 0).inRowLayout(node.shape)
    }
    if node.operation is ReLU {
      charge.ofIntercepts = 1 + rounding.price(terms: node.shape.rowTerms)
      charge.floor = rounding.floor(terms: node.shape.count, largest: 1)
    }
    if isRelaxed[id] || id == network.output, let ends = intervals[id] {
      // Coefficients times slopes, multipliers that are taken off, and coefficients of functions that were decimals.
      let prices = ends.magnitude.scaled(by: rounding.price(terms: 4), adding: 0)
        .inRowLayout(node.shape)
      charge.prices = charge.prices.map { $0 + prices } ?? prices
    }
    if charge.prices != nil { charge.floor += rounding.floor(terms: node.shape.count, largest: 1) }
    pass.charges[id] = charge
  }

  private mutating func settle(
    _ affine: some AffineOperation, _ id: Int, widens: Bool, _ rounding: UnitRoundoff,
    _ charge: inout Charge<T>
  ) {
    let shape = network.nodes[id].shape
    let terms = network.terms(of: id, readers: readers)
    let offset: T? = affine.offsetMagnitude(pass.parameters)
    guard terms.forward > 0 || terms.backward > 0 || offset != nil else { return }
    let inputs = inputIntervals(of: id).map(\.magnitude)
    let largest = inputs.map { $0.largest }.max() ?? 0
    let sizes: T = affine.linear(inputs, pass.parameters, magnitude: true)
    if widens, terms.forward > 0, let known = intervals[id] {
      let all = offset.map { sizes + $0 } ?? sizes
      let lost = all.scaled(
        by: rounding.price(terms: terms.forward),
        adding: rounding.floor(terms: terms.forward, largest: largest))
      intervals[id] = Interval(lower: known.lower - lost, upper: known.upper + lost)
    }
    var prices: T?
    if terms.backward > 0 {
      prices = sizes.scaled(by: rounding.price(terms: terms.backward), adding: 0)
    }
    if let offset {
      let cost = offset.scaled(by: rounding.price(terms: offsetTerms(affine, shape)), adding: 0)
      prices = prices.map { $0 + cost } ?? (sizes.scaled(by: 0, adding: 0) + cost)
    }
    charge.prices = prices?.inRowLayout(shape)
    charge.floor = rounding.floor(
      terms: (terms.backward + 1) * shape.count,
      largest: largest * Double(network.inputShapes(of: id).reduce(0) { $0 + $1.count }))
    if let normalization = affine as? BatchNormalization { takeUpConvolution(normalization, id, &charge) }
  }

  /// Adds the price of a convolution to that of the normalisation that is folded into it where rows pass both in one step.
  private func takeUpConvolution(
    _ normalization: BatchNormalization, _ id: Int, _ charge: inout Charge<T>
  ) {
    let before = pass.charges[network.nodes[id].inputs[0]]
    guard let prices = before.prices, let own = charge.prices, network.nodes[id].shape.image != nil
    else { return }
    let factor = normalization.factor(pass.parameters).magnitude()
    let scaled = (prices * factor).scaled(by: 1 + 32 * UnitRoundoff(of: T.self).unit, adding: 0)
    charge.prices = own + scaled
    charge.floor += before.floor * (1 + factor.largest)
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
    if isByChannel, let image = shape.image { return image.channels + image.height * image.width + 2 }
    return shape.count + 2
  }
}

extension Interval {
  /// The larger size of both ends, at least a number of full precision: at most as large is every number between them.
  ///
  /// So what is lost by numbers too small to be rounded relatively is a part of this as well.
  var magnitude: T {
    lower.magnitude().maximum(upper.magnitude())
      .maximum(T.full(2 * OutwardRounding(to: T.self).leastNormal, [1]))
  }
}

extension TensorAlgebra {
  /// The largest element; 0 where there is none.
  var largest: Double {
    guard shape.count > 0 else { return 0 }
    return reshaped([1, shape.count]).reduced(.maximum, axis: 1).values.scalars[0]
  }
}

extension Network {
  /// Whether rounding is accounted for in every operation that the output depends on, so that a bound that is above its limit
  /// proves what it says.
  public var chargesEveryOperation: Bool {
    let needed = isNeeded
    return nodes.indices.allSatisfy { id in
      guard needed[id], let operation = nodes[id].operation else { return true }
      return operation is any AffineOperation || operation is ReLU
    }
  }
}
