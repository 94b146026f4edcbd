import Networks
import Tensors

extension StepReader {
  /// The most products that a node is written out into.
  private static let mostProducts = 1 << 24

  private var node: Network.Node { network.nodes[id] }
  private func shape(_ input: Int) -> [Int] {
    network.nodes[node.inputs[input]].shape.dimensions
  }

  /// A product of two nodes, element by element.
  func elementwiseProducts() -> Products {
    let shape = node.shape.dimensions
    return products(
      zip(
        Self.sources(of: self.shape(0), broadcastTo: shape),
        Self.sources(of: self.shape(1), broadcastTo: shape)
      ).map { [($0, $1)] })
  }

  /// A product of matrices, over the last two axes.
  func matrixProducts() throws(NoRule) -> Products {
    let (first, second, result) = (shape(0), shape(1), node.shape.dimensions)
    let (inner, columns) = (first[first.count - 1], second[second.count - 1])
    let rows = first[first.count - 2]
    guard node.shape.count * inner <= Self.mostProducts else {
      throw NoRule(reason: "\(node.shape.count * inner) products of two nodes are too many")
    }
    // Which matrix of each input a matrix of the result is the product of.
    let lead = Array(result.dropLast(2))
    let matrices = zip(
      Self.sources(of: Array(first.dropLast(2)), broadcastTo: lead),
      Self.sources(of: Array(second.dropLast(2)), broadcastTo: lead))
    var list: [[(Int, Int)]] = []
    list.reserveCapacity(node.shape.count)
    for (left, right) in matrices {
      for row in 0..<rows {
        for column in 0..<columns {
          list.append(
            (0..<inner).map {
              ((left * rows + row) * inner + $0, (right * inner + $0) * columns + column)
            })
        }
      }
    }
    return products(list)
  }

  /// - Parameter list: For each element of the result, by its number, the elements of the inputs that are multiplied.
  private func products(_ list: [[(Int, Int)]]) -> Products {
    let (first, second) = (Layout(shape(0)), Layout(shape(1)))
    return Products(
      first, second, isOneNode: node.inputs[0] == node.inputs[1],
      Layout(node.shape.dimensions).placed(
        list.map { pairs in
          pairs.map {
            Products.Product(
              first: Int32(first.place(of: $0)), second: Int32(second.place(of: $1)))
          }
        }))
  }

  /// The steps of a softmax: `y_i = 1 / (1 + sum_(j != i) exp(x_j - x_i))`, with all differences as a node of their own.
  /// Large exponentials are capped, which makes the last step too large by no more than its `excess`.
  ///
  /// - Parameter first: The place of the first of them.
  /// - Returns: nil where it is too large to be written out.
  func softmax(_ softmax: Softmax, from first: Int) -> [Step]? {
    let (shape, layout) = (node.shape.dimensions, Layout(node.shape.dimensions))
    let size = shape[softmax.axis]
    let inner = shape[(softmax.axis + 1)...].reduce(1, *)
    guard layout.count * max(1, size - 1) <= Self.mostProducts / 4 else { return nil }
    /// The element of a group and the number in it.
    func element(_ group: Int, _ index: Int) -> Int {
      (group / inner * size + index) * inner + group % inner
    }
    var groups = [Int](repeating: 0, count: layout.count)
    var differences: [[(source: Int, weight: Double)]] = []
    var sums = [[(source: Int, weight: Double)]](repeating: [], count: layout.count)
    for group in 0..<layout.count / size {
      for i in 0..<size {
        groups[layout.place(of: element(group, i))] = group
        for j in 0..<size where j != i {
          sums[element(group, i)].append((differences.count, 1))
          differences.append([(element(group, j), 1), (element(group, i), -1)])
        }
      }
    }
    let source = places[node.inputs[0]]
    let order = Step.Order(source: source, groups: groups)
    guard size > 1 else {
      let ones = [Double](repeating: 1, count: layout.count)
      return [
        Step(
          node: id, name: node.name, tensors: node.tensors, inputs: [], layout: layout,
          kind: .affine(Affine(terms: [], offset: ones, arithmetic: .exact)))
      ]
    }
    let pairs = Layout([differences.count])
    func part(_ input: Int, _ layout: Layout, _ kind: Step.Kind) -> Step {
      Step(node: id, name: node.name, tensors: [], inputs: [input], layout: layout, kind: kind)
    }
    func sum(
      _ input: Int, _ map: ListedMap, offset: [Double]?
    ) -> Step.Kind {
      .affine(
        Affine(terms: [.init(input: input, map: map)], offset: offset, arithmetic: .sum))
    }
    var steps = [
      part(source, pairs, sum(source, ListedMap(layout, pairs, differences), offset: nil)),
      part(first, pairs, .curve(CappedExponential())),
      part(
        first + 1, layout,
        sum(
          first + 1, ListedMap(pairs, layout, sums),
          offset: [Double](repeating: 1, count: layout.count))),
      part(first + 2, layout, .curve(ConvexCurve.reciprocal)),
    ]
    steps[0].differences = Step.Differences(source: source, size: size)
    (steps[3].tensors, steps[3].order) = (node.tensors, order)
    steps[3].excess = CappedExponential.excess
    return steps
  }

  /// A transposed convolution, written out: each element of the input adds to those that the kernel reaches from it.
  func transposed(_ convolution: TransposedConvolution) throws(NoRule) -> Affine {
    let (from, to) = (shape(0), node.shape.dimensions)
    guard from.count == 4, from[0] == 1 else {
      throw NoRule(reason: "no rule for ConvTranspose on an input of shape \(from)")
    }
    let kernels = try values(convolution.weight)
    let extents = network.parameters[convolution.weight.index].value.shape.dimensions
    let (outputs, height, width) = (extents[1], extents[2], extents[3])
    let geometry = convolution.geometry
    let (layout, inputs) = (Layout(to), from[1] / geometry.groups)
    guard from.reduce(1, *) * outputs * height * width <= Self.mostProducts else {
      throw NoRule(reason: "its products are too many to be written out")
    }
    var products = [[(source: Int, weight: Double)]](repeating: [], count: layout.count)
    for channel in 0..<from[1] {
      for output in 0..<outputs {
        let plane = channel / inputs * outputs + output
        for tap in 0..<height * width {
          let weight = kernels[(channel * outputs + output) * height * width + tap]
          guard weight != 0 else { continue }
          for pixel in 0..<from[2] * from[3] {
            let line =
              pixel / from[3] * geometry.stride[0] + tap / width * geometry.dilation[0]
              - geometry.padding[0]
            let column =
              pixel % from[3] * geometry.stride[1] + tap % width * geometry.dilation[1]
              - geometry.padding[1]
            guard line >= 0, line < to[2], column >= 0, column < to[3] else { continue }
            products[(plane * to[2] + line) * to[3] + column].append(
              (channel * from[2] * from[3] + pixel, weight))
          }
        }
      }
    }
    let map = ListedMap(Layout(from), layout, products)
    let bias = try convolution.bias.map { (id) throws(NoRule) in try values(id) }
    return Affine(
      terms: [.init(input: places[node.inputs[0]], map: map)],
      offset: bias.map { bias in (0..<layout.count).map { bias[$0 % layout.channels] } },
      arithmetic: .products(roundings: map.fanIn + 3, headroom: 1))
  }
}
