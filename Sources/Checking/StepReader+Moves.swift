import Networks
import Tensors

extension StepReader {
  /// An operation that moves elements: for each input, where its elements go.
  func moved(_ operation: any Operation) -> Affine {
    let node = network.nodes[id]
    let (shape, layout) = (node.shape.dimensions, Layout(node.shape.dimensions))
    let inputs = node.inputs.map { network.nodes[$0].shape.dimensions }
    var sources = [[Int]](
      repeating: [Int](repeating: -1, count: layout.count), count: inputs.count)
    switch operation {
    case is Reshape: sources[0] = Array(0..<layout.count)
    case let transpose as Transpose:
      let strides = Shape(inputs[0]).strides
      sources[0] = Self.places(shape, transpose.permutation.map { strides[$0] })
    case let selection as Selection:
      let (outer, inner) = Self.around(selection.axis, inputs[0])
      let extent = inputs[0][selection.axis]
      sources[0] = (0..<outer).flatMap { lead in
        selection.indices.flatMap { index in
          (0..<inner).map { index < 0 ? -1 : (lead * extent + Int(index)) * inner + $0 }
        }
      }
    case let join as Concatenate:
      let (outer, inner) = Self.around(join.axis, shape)
      var from = 0
      for (part, input) in inputs.enumerated() {
        let length = input[join.axis] * inner
        for lead in 0..<outer {
          for index in 0..<length {
            sources[part][lead * shape[join.axis] * inner + from + index] = lead * length + index
          }
        }
        from += length
      }
    default: preconditionFailure("\(operation.name) moves no elements")
    }
    let terms = inputs.indices.map { part -> Affine.Term in
      let input = Layout(inputs[part])
      let isSame =
        sources[part].count == input.count
        && sources[part].enumerated().allSatisfy { layout.place(of: $0) == input.place(of: $1) }
      let map: any LinearMap =
        isSame
        ? DiagonalMap(input: input)
        : ListedMap(input, layout, sources[part].map { $0 < 0 ? [] : [(source: $0, weight: 1)] })
      return Affine.Term(input: places[node.inputs[part]], map: map)
    }
    return Affine(terms: terms, arithmetic: .exact)
  }

  /// The products of the extents before an axis and behind it.
  private static func around(_ axis: Int, _ shape: [Int]) -> (outer: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
  }

  /// The sums of the indices of each element of a shape times strides.
  private static func places(_ shape: [Int], _ strides: [Int]) -> [Int] {
    zip(shape, strides).reduce([0]) { places, axis in
      places.flatMap { place in (0..<axis.0).map { place + $0 * axis.1 } }
    }
  }
}
