import Networks
import Tensors

// Choices of tokens, and of one of two numbers, in steps that have rules: differences, their comparisons with 0, sums and products.

extension StepReader {
  /// The most differences or choices that a node is written out into.
  private static let mostPairs = 1 << 22

  private var node: Network.Node { network.nodes[id] }
  private func shape(_ input: Int) -> [Int] {
    network.nodes[node.inputs[input]].shape.dimensions
  }

  private func part(_ inputs: [Int], _ layout: Layout, _ kind: Step.Kind) -> Step {
    Step(node: id, name: node.name, tensors: [], inputs: inputs, layout: layout, kind: kind)
  }

  /// The steps of the marks of the tokens with the largest scores, as the model file has them: a token is kept if fewer than so many others are
  /// ahead of it, earlier ones with a score at least as large and later ones with a larger one.
  ///
  /// - Parameter first: The place of the first of them.
  /// - Returns: nil where they are too many to be written out.
  func routing(_ routing: TopTokens, from first: Int) -> [Step]? {
    let (tokens, layout) = (routing.tokens, Layout(node.shape.dimensions))
    guard layout.count * tokens <= Self.mostPairs else { return nil }
    let source = places[node.inputs[0]]
    let scores = Layout(shape(0))
    var steps: [Step] = []
    var count: [Affine.Term] = []
    // Of equal scores the earlier token's counts as larger.
    for isEarlier in [true, false] {
      var differences: [[(source: Int, weight: Double)]] = []
      var sums = [[(source: Int, weight: Double)]](repeating: [], count: layout.count)
      for own in 0..<layout.count {
        let group = own / tokens * tokens
        for other in isEarlier ? group..<own : own + 1..<group + tokens {
          sums[own].append((source: differences.count, weight: -1))
          differences.append([(source: other, weight: 1), (source: own, weight: -1)])
        }
      }
      guard !differences.isEmpty else { continue }
      let pairs = Layout([differences.count])
      let place = first + steps.count
      steps.append(
        part(
          [source], pairs,
          .affine(
            Affine(
              terms: [.init(input: source, map: ListedMap(scores, pairs, differences))],
              arithmetic: .sum))))
      steps.append(part([place], pairs, .curve(UnitStep(includesZero: isEarlier))))
      count.append(.init(input: place + 1, map: ListedMap(pairs, layout, sums)))
    }
    let limit = [Double](repeating: Double(routing.kept) - 0.5, count: layout.count)
    steps.append(
      part(
        count.map(\.input), layout,
        .affine(Affine(terms: count, offset: limit, arithmetic: .sum))))
    var marks = part(
      [first + steps.count - 1], layout, .curve(UnitStep(includesZero: false)))
    marks.tensors = node.tensors
    steps.append(marks)
    return steps
  }

  /// The steps of a choice by a mark `c` that is 0 or 1: `c a + (1 - c) b`.
  ///
  /// - Parameter first: The place of the first of them.
  /// - Returns: nil where it is not seen that the mark is the result of a comparison, or there are too many numbers to be written out.
  func choice(from first: Int) -> [Step]? {
    let (shape, layout) = (node.shape.dimensions, Layout(node.shape.dimensions))
    guard isComparison(node.inputs[0]), layout.count <= Self.mostPairs else { return nil }
    let mark = Layout(self.shape(0))
    let (marks, choices) = (mark.count, layout.count)
    let both = Layout([2 * marks])
    let complements = ListedMap(
      mark, both,
      (0..<2 * marks).map { [(source: $0 % marks, weight: $0 < marks ? 1 : -1)] })
    let branches = Layout([2 * choices])
    /// The elements of a branch, at one half of both branches.
    func half(_ input: Int, isFirst: Bool) -> Affine.Term {
      let sources = Self.sources(of: self.shape(input), broadcastTo: shape)
      let own = sources.map { [(source: $0, weight: 1.0)] }
      let none = [[(source: Int, weight: Double)]](repeating: [], count: choices)
      return Affine.Term(
        input: places[node.inputs[input]],
        map: ListedMap(Layout(self.shape(input)), branches, isFirst ? own + none : none + own))
    }
    let terms = [half(1, isFirst: true), half(2, isFirst: false)]
    let broadcast = Self.sources(of: self.shape(0), broadcastTo: shape)
    let products = broadcast.enumerated().map { element, mark in
      [(mark, element), (marks + mark, choices + element)].map {
        Products.Product(first: Int32($0.0), second: Int32($0.1))
      }
    }
    var chosen = part(
      [first, first + 1], layout,
      .products(Products(both, branches, isOneNode: false, layout.placed(products))))
    chosen.tensors = node.tensors
    return [
      part(
        [places[node.inputs[0]]], both,
        .affine(
          Affine(
            terms: [.init(input: places[node.inputs[0]], map: complements)],
            offset: (0..<2 * marks).map { $0 < marks ? 0 : 1 }, arithmetic: .sum))),
      part(terms.map(\.input), branches, .affine(Affine(terms: terms, arithmetic: .exact))),
      chosen,
    ]
  }

  /// Whether every element of a node is 0 or 1: the result of a comparison, perhaps moved.
  private func isComparison(_ node: Int) -> Bool {
    switch network.nodes[node].operation {
    case is TopTokens, is Networks.Step: true
    case is Reshape, is Transpose: isComparison(network.nodes[node].inputs[0])
    default: false
    }
  }
}
