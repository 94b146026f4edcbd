import Networks
import Tensors

// The meaning `binary32`: every execution of the file's nodes in IEEE single precision, sums and products in any order. The value of
// a node is then what the node computes of the values it reads, and an error e with |e| <= E, where E is a bound for all orders. It
// widens the interval of the node, and a row that meets the node with the coefficients a is charged |a| E.
//
// A sum of n products of floats, in any order and fused or not, has an error of at most gamma_n of the sum of the products' sizes,
// and 2^-150 for each product that underflows. What is added to a sum may be one of its terms: a kernel may begin with the addend of
// a following addition. So `size`, the sum of the sizes of all terms, and `roundings` go on from a sum to an addition that reads it.

/// What bounds the rounding of a node in single precision.
struct SingleSum: Sendable {
  /// The sum of the sizes of all terms that may be added up in one go, by places.
  var size: [Double]
  /// The roundings that a term may go through.
  var roundings: Int
  /// The largest coefficient, and the largest number that one is multiplied by, in size.
  var coefficient = 1.0
  var factor: Double

  /// The value of a node, as the single term of a sum.
  init(of enclosure: Enclosure) {
    size = enclosure.largest
    roundings = 0
    factor = size.max() ?? 0
  }

  /// A sum that goes on from others.
  init(joining sums: [SingleSum]) {
    size = []
    roundings = sums.map(\.roundings).max() ?? 0
    coefficient = sums.reduce(1) { max($0, $1.coefficient) }
    factor = sums.reduce(0) { max($0, $1.factor) }
  }
}

enum SinglePrecision {
  /// Says of each node why its executions are not understood, where they are not.
  static func refusals(in steps: [Step], _ network: Network) -> [Step] {
    var steps = steps
    for id in steps.indices {
      steps[id].singleProblem = problem(id, steps, network)
    }
    return steps
  }

  private static func problem(_ id: Int, _ steps: [Step], _ network: Network) -> String? {
    guard network.isSinglePrecision else {
      return "the model does not compute in 32-bit floats alone"
    }
    guard let operation = network.nodes[steps[id].node].operation else { return nil }
    guard !(operation is Softmax) else {
      return "IEEE arithmetic says nothing about the accuracy of \(operation.name)"
    }
    for id in operation.parameters {
      let areFloats = network.parameters[id.index].value.withElements { elements in
        elements.allSatisfy { Double(Float($0)) == $0 }
      }
      guard areFloats else {
        return "its parameter \(network.parameters[id.index].name) does not consist of floats"
      }
    }
    switch steps[id].kind {
    case .input, .largest, .larger, .unknown: return nil
    case .rectifier(let slope):
      return Double(Float(slope)) == slope ? nil : "its slope is not a float"
    case .curve(let curve) where curve.isExactInSingle: return nil
    case .curve: return "IEEE arithmetic says nothing about the accuracy of \(operation.name)"
    case .products:
      return standsForOneNode(id, steps)
        ? nil : "it is one of several steps by which a node of the file was read"
    case .affine(let affine):
      if let quotient = operation as? MultiplyConstant, quotient.isQuotient,
        !network.parameters[quotient.constant.index].value.scalars.allSatisfy({
          abs($0) > 0x1p-120 && abs($0) < 0x1p120
        })
      {
        return "its divisor is of extreme size"
      }
      guard !affine.isMove, !standsForOneNode(id, steps) else { return nil }
      return "it is one of several steps by which a node of the file was read"
    }
  }

  /// Whether the arithmetic of a node of the file is that of one node here: it has a tensor's name, or only moves stand between
  /// it and one that has.
  private static func standsForOneNode(_ id: Int, _ steps: [Step]) -> Bool {
    var id = id
    while steps[id].tensors.isEmpty {
      let readers = steps.indices.filter { steps[$0].inputs.contains(id) }
      guard readers.count == 1, case .affine(let affine) = steps[readers[0]].kind, affine.isMove
      else { return false }
      id = readers[0]
    }
    return true
  }
}

extension Products {
  /// What bounds the rounding of the node, and the bounds themselves, by places: sums of products of two values, as `Affine` has them of a
  /// value and a coefficient. An addition that follows goes on from the sum.
  ///
  /// - Parameter size: The sums of the sizes of the products.
  /// - Throws: `Rejection` where a number on the way may be too large for single precision, or there are too many.
  func singleErrors(
    size: [Double], _ x: Enclosure, _ y: Enclosure, _ name: String
  ) throws(Rejection) -> (sum: SingleSum, errors: [Double]) {
    let roundings = fanIn + 3
    var sum = SingleSum(joining: [])
    (sum.size, sum.roundings) = (size, roundings)
    (sum.factor, sum.coefficient) = (x.largest.max() ?? 0, max(1, y.largest.max() ?? 0))
    guard roundings <= Rounding.mostSingleTerms else {
      throw Rejection("binary32: \(name) sums up \(roundings) terms, too many")
    }
    let (gamma, absolute) = (Rounding.singleGamma(roundings), Double(roundings) * 0x1p-149)
    guard (size.max() ?? 0) * (1 + gamma) + absolute < 0x1p127 else {
      throw Rejection(
        "binary32: numbers on the way to \(name) may be too large for single precision")
    }
    return (sum, size.map { (gamma * $0 + absolute) * Rounding.inflation })
  }
}

extension Affine {
  /// What bounds the rounding of the node, and the bounds themselves, by places; nil where nothing is rounded.
  ///
  /// - Parameters:
  ///   - sums: Those of the inputs.
  ///   - own: The sums of the sizes of the node's own products and offset.
  ///   - inputs: The intervals of the inputs.
  /// - Throws: `Rejection` where a number on the way may be too large for single precision, or there are too many.
  func singleErrors(
    _ sums: [SingleSum], own: [Double], _ inputs: [Enclosure], _ name: String, _ matrices: Matrices
  ) throws(Rejection) -> (sum: SingleSum, errors: [Double]?) {
    let largest = inputs.reduce(0) { max($0, $1.largest.max() ?? 0) }
    let most = terms.reduce(0) { max($0, $1.map.largest) }
    var result = SingleSum(joining: sums)
    // How much larger than the result numbers on the way may be, and what underflow adds to its error.
    var (headroom, absolute) = (1.0, 0.0)
    switch arithmetic {
    case .exact:
      result.size = carried(sums, count: own.count, matrices)
      return (result, nil)
    case .sum:
      result.size = carried(sums, count: own.count, matrices)
      result.roundings = sums.reduce(1) { $0 + $1.roundings }
    case .products(let roundings, let sumsUpTo):
      (result.size, result.roundings, headroom) = (own, roundings, sumsUpTo)
      (result.coefficient, result.factor) = (most, largest)
      // A product that underflows is off by 2^-150; so is the reciprocal of a divisor, which multiplies the input.
      absolute = Double(roundings) * 0x1p-149 * (1 + largest)
    case .scaling(let addends, let limit, let growth):
      // In whatever order: (x - mean) / deviation * scale + bias; or factor x + shift; or both moved into the weights and the offset
      // of the node before, whose products then have the sizes that `carried` counts. A term goes through the roundings of that
      // node and at most ten more: the sum with epsilon, the root, two products or quotients, the products with the weight, the
      // mean and the input, and three sums.
      result.size = carried(sums, count: own.count, matrices)
      for place in result.size.indices {
        result.size[place] = (result.size[place] + (addends?[place] ?? 0)) * Rounding.inflation
      }
      result.roundings += 12
      headroom = growth
      // A weight, factor or product that underflows is off by 2^-150, and multiplied by no more than these on the way.
      let reach = (1 + largest + (sums[0].size.max() ?? 0) + result.factor + limit) * growth
      absolute = Double(result.roundings) * 0x1p-146 * reach
      guard reach * Rounding.inflation < 0x1p126, result.coefficient * growth * most < 0x1p126
      else {
        throw overflow(name)
      }
      result.coefficient *= max(1, most)
    }
    guard result.roundings <= Rounding.mostSingleTerms else {
      throw Rejection("binary32: \(name) sums up \(result.roundings) terms, too many")
    }
    let gamma = Rounding.singleGamma(result.roundings)
    guard (result.size.max() ?? 0) * headroom * (1 + gamma) + absolute < 0x1p127 else {
      throw overflow(name)
    }
    return (result, result.size.map { (gamma * $0 + absolute) * Rounding.inflation })
  }

  /// The sizes of the inputs' sums, taken through the maps, and that of the offset.
  private func carried(_ sums: [SingleSum], count: Int, _ matrices: Matrices) -> [Double] {
    var size = offset.map { $0.map { abs($0) } } ?? [Double](repeating: 0, count: count)
    for (term, sum) in zip(terms, sums) {
      let parts = term.map.parts(of: sum.size, matrices)
      for place in size.indices {
        size[place] += parts.positive[place] + parts.negative[place]
      }
    }
    return size.map { $0 * Rounding.inflation + Double(fanIn) * Rounding.tiny }
  }

  private func overflow(_ name: String) -> Rejection {
    Rejection("binary32: numbers on the way to \(name) may be too large for single precision")
  }
}
