import Networks
import Tensors

/// Some elements of a node's output, example by example, each to be bounded from both sides.
struct SelectedElements: Sendable {
  /// The node.
  var node: Int
  /// The example of each element.
  var exampleOfRow: [Int32]
  /// The index of each element within its example.
  var elements: [Int32]

  var count: Int { elements.count }
}

extension BackwardPass {
  /// The functions `+x_i` for a range of elements, followed by `-x_i` for the same elements: a lower bound
  /// of the second kind is a negated upper bound.
  func unitFunctions(_ selected: SelectedElements, _ range: Range<Int>) -> LinearFunctions<T> {
    let exampleOfRow = Array(selected.exampleOfRow[range])
    let elements = Array(selected.elements[range])
    let node = network.nodes[selected.node]
    let both = exampleOfRow + exampleOfRow
    if let linear = node.operation as? Linear, node.shape.count == node.shape[-1] {
      // The first step back from a unit row of a linear layer is a row of its weights.
      let input = network.nodes[node.inputs[0]].shape
      let transposed = parameters.derived("transposed", linear.weight) {
        parameters[linear.weight].transposed([1, 0])
      }
      let rows = transposed.gathered(elements, axis: 0)
      let bias = linear.bias.map {
        parameters[$0].reshaped([node.shape.count]).gathered(elements, axis: 0)
      }
      let zero = T.full(0, [elements.count])
      var constant = T.concatenated([bias ?? zero, -(bias ?? zero)], axis: 0)
      let price = prices[selected.node]
      if let sizes = price.sizes {
        // Weights that were converted, as any step through the layer pays for.
        let places = zip(exampleOfRow, elements).map { $0 * Int32(node.shape.count) + $1 }
        constant = constant.addingBelow(
          sizes.reshaped([sizes.shape.count]).gathered(places + places, axis: 0)
            .scaled(by: -price.scale, adding: -price.floor))
      }
      return LinearFunctions(
        node: node.inputs[0],
        rows: T.rows(
          T.concatenated([rows, -rows], axis: 0)
            .reshaped(Shape([both.count] + input.dimensions)), input),
        constant: constant, exampleOfRow: both)
    }
    let signs =
      [Double](repeating: 1, count: elements.count)
      + [Double](
        repeating: -1, count: elements.count)
    return LinearFunctions(
      node: selected.node, rows: unitRows(elements + elements, signs, node.shape),
      constant: T.full(0, [both.count]), exampleOfRow: both)
  }

  private func unitRows(_ elements: [Int32], _ signs: [Double], _ shape: Shape) -> RowBlock<T> {
    guard T.usesWindows, let image = shape.image else {
      var rows = Tensor<Double>(repeating: 0, Shape([elements.count] + shape.dimensions))
      let size = shape.count
      rows.withMutableElements { values in
        for (row, element) in elements.enumerated() {
          values[row * size + Int(element)] = signs[row]
        }
      }
      return RowBlock(dense: T(rows))
    }
    let pixels = image.height * image.width
    var rows = Tensor<Double>(repeating: 0, [elements.count, 1, 1, image.channels])
    rows.withMutableElements { values in
      for (row, element) in elements.enumerated() {
        values[row * image.channels + Int(element) / pixels] = signs[row]
      }
    }
    let places = elements.map { Int($0) % pixels }
    return RowBlock(
      T(rows),
      at: Placement(
        image: image, height: 1, width: 1, y: places.map { Int32($0 / image.width) },
        x: places.map { Int32($0 % image.width) }))
  }
}
