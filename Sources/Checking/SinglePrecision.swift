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
    guard network.precision == .single else { return "the model computes in doubles" }
    guard let operation = network.nodes[id].operation else { return nil }
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
    case .curve: return "IEEE arithmetic says nothing about the accuracy of \(operation.name)"
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

extension Affine {
  /// What bounds the rounding of the node, and the bounds themselves, by places.
  ///
  /// - Parameters:
  ///   - sums: Those of the inputs.
  ///   - own: The sums of the sizes of the node's own products and offset.
  ///   - largest: The largest value of any input, in size.
  /// - Throws: `Rejection` where a number on the way may be too large for single precision, or there are too many.
  func singleErrors(
    _ sums: [SingleSum], own: [Double], largest: Double, _ name: String, _ matrices: Matrices
  ) throws(Rejection) -> (sum: SingleSum, errors: [Double]?) {
    var roundings = sums.map(\.roundings).max() ?? 0
    /// The sizes of the inputs' sums, taken through the maps.
    func carried() -> [Double] {
      var size = offset.map { $0.map { abs($0) } } ?? [Double](repeating: 0, count: own.count)
      for (term, sum) in zip(terms, sums) {
        let parts = term.map.parts(of: sum.size, matrices)
        for place in size.indices {
          size[place] =
            (size[place] + parts.positive[place] + parts.negative[place])
            * Rounding.inflation
        }
      }
      return size
    }
    var size: [Double]
    var (headroom, absolute) = (1.0, 0.0)
    switch arithmetic {
    case .exact: return (SingleSum(size: carried(), roundings: roundings), nil)
    case .sum:
      size = carried()
      roundings = sums.reduce(1) { $0 + $1.roundings }
    case .products(let own_, let most):
      size = own
      roundings = own_
      headroom = most
      // Products, and the reciprocal of a divisor, may underflow by 2^-150 each; the reciprocal then multiplies the input.
      absolute = Double(own_) * 0x1p-149 * (1 + largest)
    case .normalization(let normalization):
      // In whatever order: (x - mean) / deviation * scale + bias, or factor x + shift, or both moved into the weights and the offset of
      // the node before, whose products are then of the sizes that `carried` counts. Each term goes through the roundings of that node
      // and at most ten of its own: the sum with epsilon, the root, two quotients or products, those with the weight, the mean and
      // the input, and three sums.
      size = zip(carried(), normalization.addends).map { ($0 + $1) * Rounding.inflation }
      roundings += 12
      // What underflows, a weight, a factor or a product, is off by 2^-150, and multiplied by no more than these on the way.
      let most =
        (1 + largest + (sums[0].size.max() ?? 0) + normalization.largest)
        * normalization.growth
      absolute = Double(roundings) * 0x1p-146 * most
      headroom = normalization.growth
      guard most * Rounding.inflation < 0x1p126 else { throw overflow(name) }
    }
    guard roundings <= Rounding.mostSingleTerms else {
      throw Rejection("binary32: \(name) sums up \(roundings) terms, too many")
    }
    let gamma = Rounding.singleGamma(roundings)
    guard (size.max() ?? 0) * headroom * (1 + gamma) + absolute < 0x1p127 else {
      throw overflow(name)
    }
    return (
      SingleSum(size: size, roundings: roundings),
      size.map { (gamma * $0 + absolute) * Rounding.inflation }
    )
  }

  private func overflow(_ name: String) -> Rejection {
    Rejection("binary32: numbers on the way to \(name) may be too large for single precision")
  }
}
