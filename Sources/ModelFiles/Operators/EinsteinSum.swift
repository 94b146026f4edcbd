import Networks
import Tensors

/// The labels of an Einstein sum, an axis each: those of the operands and those of the result.
struct EinsteinLabels {
  var operands: [[Character]]
  var result: [Character]

  /// Reads an equation such as `bij,bjk->bik`.
  ///
  /// The axes behind an ellipsis get labels of their own, the digits, the last axis first.
  init(_ equation: String, ranks: [Int]) throws(ONNXProblem) {
    let sides = equation.filter { !$0.isWhitespace }.components(of: "->")
    guard sides.count <= 2 else { throw ONNXProblem("equation \(equation) has several arrows") }
    let terms = sides[0].components(of: ",")
    guard terms.count == ranks.count else {
      throw ONNXProblem("equation \(equation) for \(ranks.count) operands")
    }
    var hidden = 0
    operands = []
    for (term, rank) in zip(terms, ranks) {
      let count = max(0, rank - term.count + 3)
      let labels = try Self.labels(term, hidden: count)
      guard labels.count == rank else {
        throw ONNXProblem("equation \(equation): \(term) for an operand of \(rank) axes")
      }
      if term.contains(".") { hidden = max(hidden, count) }
      operands.append(labels)
    }
    if sides.count == 2 {
      result = try Self.labels(sides[1], hidden: hidden)
    } else {
      // What is behind the ellipsis, then the labels that appear once, in order.
      let named = operands.joined().filter { $0.isLetter }
      let single = Set(named).filter { label in named.count { $0 == label } == 1 }
      result = Self.hiddenLabels(hidden) + single.sorted()
    }
    let known = Set(operands.joined())
    guard result.allSatisfy(known.contains), Set(result).count == result.count else {
      throw ONNXProblem("equation \(equation) asks for an axis twice, or for one that is not there")
    }
  }

  private static func hiddenLabels(_ count: Int) -> [Character] {
    // Ten axes behind an ellipsis are more than any model has.
    (0..<min(count, 10)).reversed().map { Character("\($0)") }
  }

  private static func labels(
    _ term: String, hidden: Int
  ) throws(ONNXProblem) -> [Character] {
    let parts = term.components(of: "...")
    guard parts.count <= 2, parts.joined().allSatisfy({ $0.isASCII && $0.isLetter }), hidden < 10
    else { throw ONNXProblem("\(term) in an equation is not understood") }
    return parts.count == 1
      ? Array(term) : Array(parts[0]) + hiddenLabels(hidden) + Array(parts[1])
  }
}

extension String {
  /// The parts between separators.
  fileprivate func components(of separator: String) -> [String] {
    var parts = [""]
    var rest = self[...]
    while let first = rest.first {
      if rest.hasPrefix(separator) {
        parts.append("")
        rest = rest.dropFirst(separator.count)
      } else {
        parts[parts.count - 1].append(first)
        rest = rest.dropFirst()
      }
    }
    return parts
  }
}

/// A tensor with a label for each axis.
private struct Labelled {
  var value: ONNXValue
  var labels: [Character]
}

extension ONNXImporter {
  func einsteinSum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let all = try inputs(node)
    let labels = try EinsteinLabels(
      node.string("equation", default: ""), ranks: all.map { shape($0).rank })
    var extents: [Character: Int] = [:]
    for (value, own) in zip(all, labels.operands) {
      for (label, extent) in zip(own, shape(value).dimensions) {
        let known = extents[label] ?? extent
        guard known == extent || label.isNumber && (known == 1 || extent == 1) else {
          throw ONNXProblem("shape mismatch: axis \(label) has extents \(known) and \(extent)")
        }
        extents[label] = max(known, extent)
      }
    }
    var operands: [Labelled] = []
    for (value, own) in zip(all, labels.operands) {
      operands.append(try narrowed(Labelled(value: value, labels: own), extents))
    }
    var result = operands[0]
    for (at, operand) in operands.enumerated().dropFirst() {
      let later = Set(operands[(at + 1)...].flatMap(\.labels)).union(labels.result)
      result = try contracted(result, operand, keeping: later)
    }
    result = try summed(result, keeping: Set(labels.result))
    // Axes of extent 1 behind an ellipsis went; they come back where the result has them.
    let order = labels.result.filter(result.labels.contains)
    let sorted = try permuted(
      result.value, order.map { label in result.labels.firstIndex(of: label) ?? 0 })
    return [try reshaped(sorted, Shape(labels.result.map { extents[$0] ?? 1 }))]
  }

  /// An operand with each label once, and without the axes that are only repeated along others' ellipses.
  private func narrowed(
    _ operand: Labelled, _ extents: [Character: Int]
  ) throws(ONNXProblem) -> Labelled {
    let own = shape(operand.value)
    let kept = operand.labels.indices.filter {
      !(operand.labels[$0].isNumber && own[$0] == 1)
    }
    var labels: [Character] = []
    for at in kept where !labels.contains(operand.labels[at]) { labels.append(operand.labels[at]) }
    let value = try reshaped(operand.value, Shape(kept.map { own[$0] }))
    guard labels.count < kept.count else { return Labelled(value: value, labels: labels) }
    // The diagonal: one index for all axes of a label.
    let target = Shape(labels.map { extents[$0] ?? 1 })
    let (steps, strides) = (target.strides, shape(value).strides)
    let places = (0..<target.count).map { place in
      var from = 0
      for (axis, at) in kept.enumerated() {
        guard let own = labels.firstIndex(of: operand.labels[at]) else { continue }
        from += place / steps[own] % target[own] * strides[axis]
      }
      return Int32(from)
    }
    return Labelled(value: try picked(value, places, as: target), labels: labels)
  }

  /// Without the axes that nothing later needs, summed over them.
  private func summed(
    _ operand: Labelled, keeping kept: Set<Character>
  ) throws(ONNXProblem) -> Labelled {
    let axes = operand.labels.indices.filter { !kept.contains(operand.labels[$0]) }
    guard !axes.isEmpty else { return operand }
    return Labelled(
      value: try apply(
        Reduce(axes: axes, keepingAxes: false, isMean: false), operand.value),
      labels: operand.labels.filter(kept.contains))
  }

  /// The product of two operands, summed over the axes that nothing later needs.
  private func contracted(
    _ a: Labelled, _ b: Labelled, keeping later: Set<Character>
  ) throws(ONNXProblem) -> Labelled {
    let x = try summed(a, keeping: later.union(b.labels))
    let y = try summed(b, keeping: later.union(a.labels))
    let both = x.labels.filter(y.labels.contains)
    let (batch, inner) = (both.filter(later.contains), both.filter { !later.contains($0) })
    let left = x.labels.filter { !both.contains($0) }
    let right = y.labels.filter { !both.contains($0) }
    let extents = Dictionary(
      zip(x.labels + y.labels, shape(x.value).dimensions + shape(y.value).dimensions),
      uniquingKeysWith: { first, _ in first })
    func size(_ labels: [Character]) -> Int { labels.reduce(1) { $0 * (extents[$1] ?? 1) } }
    func matrices(
      _ operand: Labelled, _ rows: [Character], _ columns: [Character]
    ) throws(ONNXProblem) -> ONNXValue {
      let order = (batch + rows + columns).compactMap { operand.labels.firstIndex(of: $0) }
      let leads = batch.isEmpty ? [] : [size(batch)]
      return try reshaped(
        permuted(operand.value, order), Shape(leads + [size(rows), size(columns)]))
    }
    let result = try product(matrices(x, left, inner), matrices(y, inner, right))
    let labels = batch + left + right
    return Labelled(
      value: try reshaped(result, Shape(labels.map { extents[$0] ?? 1 })), labels: labels)
  }
}
