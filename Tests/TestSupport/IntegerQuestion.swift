import BigInt
import Networks
import Tensors

/// A question about a tiny ReLU network of whole numbers, whose answer is found without rounding.
///
/// Weights, biases, box ends and limits are whole numbers over a small power of two or ten, so that the network computes
/// exactly in 32-bit floats, and every activation pattern is a system of inequalities of whole numbers.
struct IntegerQuestion {
  struct Layer {
    /// A row of weights for each output.
    var weights: [[Int]]
    var bias: [Int]
  }

  /// `sum inputs[i] X_i + sum outputs[j] Y_j <= bound`, all of it over `divisor`.
  struct Atom {
    var inputs: [Int]
    var outputs: [Int]
    var bound: Int
    var divisor: Int
    var relation: Relation
  }

  enum Relation: String, CaseIterable {
    case atMost = "<="
    case below = "<"
    case atLeast = ">="
    case above = ">"
    case equal = "="
  }

  let layers: [Layer]
  /// The ends of the box, in quarters.
  let lower: [Int]
  let upper: [Int]
  let atoms: [Atom]

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed, stream: 1201)
    let inputs = Int.random(in: 1...3, using: &random)
    let first = Int.random(in: 1...4, using: &random)
    let sizes = [inputs, first, Int.random(in: 1...2, using: &random), 2]
    let layers = zip(sizes, sizes.dropFirst()).map { width, height in
      Layer(
        weights: (0..<height).map { _ in
          (0..<width).map { _ in Int.random(in: -2...2, using: &random) }
        }, bias: (0..<height).map { _ in Int.random(in: -1...1, using: &random) })
    }
    let lower = (0..<inputs).map { _ in Int.random(in: -4...1, using: &random) }
    let upper = lower.map { $0 + Int.random(in: 0...5, using: &random) }
    var atoms: [Atom] = []
    let count = Int.random(in: 2...6, using: &random)
    while atoms.count < count {
      let kind = Int.random(in: 0..<10, using: &random)
      if kind == 0, let last = atoms.last {
        // The same again, the other way round, and strict or not.
        var twin = last
        twin.relation = Relation.allCases.randomElement(using: &random) ?? .below
        atoms.append(twin)
        continue
      }
      var atom = Atom(
        inputs: [Int](repeating: 0, count: inputs), outputs: [0, 0],
        bound: Int.random(in: -6...6, using: &random),
        divisor: [1, 2, 10].randomElement(using: &random) ?? 1,
        relation: Relation.allCases.prefix(kind < 3 ? 5 : 4).randomElement(using: &random) ?? .below
      )
      if kind < 3 && inputs > 1 {
        // Inputs are tied or compared.
        for i in 0..<inputs { atom.inputs[i] = Int.random(in: -2...2, using: &random) }
        atom.divisor = 1
        atom.bound = Int.random(in: -1...1, using: &random)
      } else {
        for i in 0..<2 { atom.outputs[i] = Int.random(in: -3...3, using: &random) }
        if kind == 3 { atom.inputs[0] = Int.random(in: -2...2, using: &random) }
        if kind > 6 {
          // A limit that the output at some point of the grid reaches exactly.
          let point = zip(lower, upper).map { Int.random(in: $0...$1, using: &random) }
          let values = IntegerQuestion.outputs(at: point, layers)
          var sum = zip(atom.inputs, point).reduce(0) { $0 + $1.0 * $1.1 }
          sum += zip(atom.outputs, values).reduce(0) { $0 + $1.0 * $1.1 }
          // Points count in quarters.
          atom.bound = sum
          atom.inputs = atom.inputs.map { 4 * $0 }
          atom.outputs = atom.outputs.map { 4 * $0 }
          atom.divisor *= 4
        }
      }
      atoms.append(atom)
    }
    (self.layers, self.lower, self.upper, self.atoms) = (layers, lower, upper, atoms)
  }

  /// The outputs at a point, both in quarters.
  private static func outputs(at point: [Int], _ layers: [Layer]) -> [Int] {
    var values = point
    for (depth, layer) in layers.enumerated() {
      values = zip(layer.weights, layer.bias).map { row, bias in
        let sum = zip(row, values).reduce(4 * bias) { $0 + $1.0 * $1.1 }
        return depth < layers.count - 1 ? max(0, sum) : sum
      }
    }
    return values
  }

  // MARK: The question as others read it

  func network() throws -> Network {
    var network = Network(input: [1, lower.count])
    var node = 0
    for (depth, layer) in layers.enumerated() {
      let (height, width) = (layer.bias.count, layer.weights[0].count)
      let transposed = (0..<width).flatMap { i in layer.weights.map { Double($0[i]) } }
      let weight = network.addParameter("w\(depth)", Tensor([width, height], transposed))
      let bias = network.addParameter("b\(depth)", Tensor([height], layer.bias.map(Double.init)))
      node = try network.add(Linear(weight: weight, bias: bias), [node])
      if depth < layers.count - 1 { node = try network.add(ReLU(), [node]) }
    }
    return network
  }

  /// The question in VNN-LIB.
  var text: String {
    var lines = lower.indices.map { "(declare-const X_\($0) Real)" }
    lines += ["(declare-const Y_0 Real)", "(declare-const Y_1 Real)"]
    for i in lower.indices {
      lines.append("(assert (>= X_\(i) \(Double(lower[i]) / 4)))")
      lines.append("(assert (<= X_\(i) \(Double(upper[i]) / 4)))")
    }
    for atom in atoms {
      let terms =
        atom.inputs.enumerated().map { "(* \(decimal($1, atom.divisor)) X_\($0))" }
        + atom.outputs.enumerated().map { "(* \(decimal($1, atom.divisor)) Y_\($0))" }
      lines.append(
        "(assert (\(atom.relation.rawValue) (+ \(terms.joined(separator: " "))) "
          + "\(decimal(atom.bound, atom.divisor))))")
    }
    // A file must speak of outputs.
    lines.append("(assert (<= Y_0 1000000))")
    return lines.joined(separator: "\n")
  }

  /// A quotient by a divisor of 1000 as an exact decimal.
  private func decimal(_ value: Int, _ divisor: Int) -> String {
    let thousandths = abs(value) * 1000 / divisor
    let fraction = String(thousandths % 1000 + 1000).dropFirst()
    return "\(value < 0 ? "-" : "")\(thousandths / 1000).\(fraction)"
  }

  // MARK: The answer

  /// Whether any input of the box satisfies all atoms: by all activation patterns, each without rounding.
  var isSatisfiable: Bool {
    let neurons = layers.dropLast().reduce(0) { $0 + $1.bias.count }
    return (0..<1 << neurons).contains { pattern in
      !WholeInequality.excludeEachOther(inequalities(pattern))
    }
  }

  /// The box, the signs of a pattern and the atoms, over the inputs.
  private func inequalities(_ pattern: Int) -> [WholeInequality] {
    let inputs = lower.count
    var result: [WholeInequality] = []
    func unit(_ i: Int, _ value: BigInt) -> [BigInt] {
      (0..<inputs).map { $0 == i ? value : 0 }
    }
    for i in 0..<inputs {
      result.append(WholeInequality(unit(i, 4), atMost: BigInt(upper[i])))
      result.append(WholeInequality(unit(i, -4), atMost: BigInt(-lower[i])))
    }
    // Each value is a sum over inputs and, at the end, a constant.
    var values = (0..<inputs).map { unit($0, 1) + [0] }
    var bit = 0
    for (depth, layer) in layers.enumerated() {
      var next = zip(layer.weights, layer.bias).map { row, bias in
        var sum = [BigInt](repeating: 0, count: inputs) + [BigInt(bias)]
        for (weight, value) in zip(row, values) {
          for i in sum.indices { sum[i] += BigInt(weight) * value[i] }
        }
        return sum
      }
      if depth < layers.count - 1 {
        for place in next.indices {
          let isActive = pattern >> bit & 1 == 1
          bit += 1
          let sign: BigInt = isActive ? -1 : 1
          result.append(
            WholeInequality(
              next[place].dropLast().map { sign * $0 }, atMost: -sign * next[place][inputs]))
          if !isActive { next[place] = [BigInt](repeating: 0, count: inputs + 1) }
        }
      }
      values = next
    }
    for atom in atoms {
      var sum = atom.inputs.map { BigInt($0) } + [BigInt(-atom.bound)]
      for (weight, value) in zip(atom.outputs, values) {
        for i in sum.indices { sum[i] += BigInt(weight) * value[i] }
      }
      let (terms, constant) = (Array(sum.dropLast()), sum[inputs])
      let isStrict = atom.relation == .below || atom.relation == .above
      if atom.relation != .atLeast && atom.relation != .above {
        result.append(WholeInequality(terms, atMost: -constant, isStrict: isStrict))
      }
      if atom.relation != .atMost && atom.relation != .below {
        result.append(WholeInequality(terms.map { -$0 }, atMost: constant, isStrict: isStrict))
      }
    }
    return result
  }
}

/// `sum terms[i] x_i <= bound` or `<`, over real numbers, with whole coefficients.
struct WholeInequality: Hashable {
  var terms: [BigInt]
  var bound: BigInt
  var isStrict: Bool

  init(_ terms: [BigInt], atMost bound: BigInt, isStrict: Bool = false) {
    let divisor = terms.reduce(bound) { $0.greatestCommonDivisor(with: $1) }
    let scale = divisor.isZero ? 1 : BigInt(divisor.magnitude)
    self.terms = terms.map { $0 / scale }
    self.bound = bound / scale
    self.isStrict = isStrict
  }

  /// Whether no real numbers satisfy all: variables are eliminated one after another (Fourier and Motzkin).
  static func excludeEachOther(_ given: [WholeInequality]) -> Bool {
    var rows = Set(given)
    for variable in given.first?.terms.indices ?? 0..<0 {
      let above = rows.filter { $0.terms[variable] > 0 }
      let below = rows.filter { $0.terms[variable] < 0 }
      rows.subtract(above)
      rows.subtract(below)
      for a in above {
        for b in below {
          let (mine, its) = (-b.terms[variable], a.terms[variable])
          rows.insert(
            WholeInequality(
              zip(a.terms, b.terms).map { mine * $0 + its * $1 },
              atMost: mine * a.bound + its * b.bound, isStrict: a.isStrict || b.isStrict))
        }
      }
    }
    return rows.contains { $0.isStrict ? $0.bound <= 0 : $0.bound < 0 }
  }
}
