import Networks
import Tensors

// A softmax of minus infinity alone is NaN, and exporters of attention put zeros there with a `Where` behind it. The
// network never holds NaN: the importer knows where a node stands for it (`undefined`), and reads only what moves it or
// takes it away.
extension ONNXImporter {
  /// A translation of a node that reads NaN in places; nil where it reads none.
  func translateUndefined(
    _ node: ONNXNode, _ translation: Translation
  ) throws(ONNXProblem) -> [ONNXValue]? {
    var places: [String: Tensor<Double>] = [:]
    for name in elementsRead(by: node) {
      if case .variable(let id)? = values[name], let found = undefined[id] { places[name] = found }
    }
    guard !places.isEmpty else { return nil }
    if ["Shape", "Size"].contains(node.type) { return try translation(self)(node) }
    guard elementsRead(by: node).allSatisfy({ mask($0) == nil }) else {
      throw ONNXProblem("it reads NaN and minus infinity")
    }
    switch node.type {
    case "IsNaN":
      return places[node.inputs[0]].map {
        [.constant(ONNXConstant(values: $0, type: .boolean))]
      }
    case let type where Self.moving.contains(type):
      guard Array(places.keys) == [node.inputs[0]], nodeType?.isFloat ?? true else { break }
      return try marked(node, places, translation)
    case "Where":
      guard case .constant? = values[node.inputs[0]] else { break }
      var all = try zeros(node) { places[$0] }
      all[node.inputs[0]] = nil
      return try marked(node, all, translation)
    default: break
    }
    throw ONNXProblem(
      "it reads NaN, which a Softmax gives where all of a row are minus infinity; only IsNaN, Where and what moves elements may"
    )
  }

  /// A translation whose outputs stand for NaN where it moves NaN to.
  private func marked(
    _ node: ONNXNode, _ places: [String: Tensor<Double>], _ translation: Translation
  ) throws(ONNXProblem) -> [ONNXValue] {
    let outputs = try translation(self)(node)
    for (output, places) in zip(outputs, try replaced(node, places, translation)) {
      mark(output, places)
    }
    return outputs
  }

  /// Notes where a node stands for NaN.
  func mark(_ value: ONNXValue, _ places: Tensor<Double>) {
    guard case .variable(let id) = value, places.scalars.contains(where: { $0 != 0 }) else {
      return
    }
    undefined[id] = places
  }

  /// Ones in the rows of a softmax that are minus infinity alone.
  ///
  /// - Parameter mask: Ones where its input is minus infinity.
  func undefinedRows(
    _ node: ONNXNode, _ mask: Tensor<Double>
  ) throws(ONNXProblem) -> Tensor<Double> {
    let shape = mask.shape
    let axis = try axis(node.integer("axis", default: opset < 13 ? 1 : -1), rank: shape.rank)
    let inner = (opset < 13 ? [] : Array(shape.dimensions[(axis + 1)...])).reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let width = shape.count / max(1, inner * outer)
    let places = mask.scalars
    var result = [Double](repeating: 0, count: places.count)
    for row in 0..<outer * inner {
      let start = row / inner * inner * width + row % inner
      let row = stride(from: start, to: start + width * inner, by: inner)
      if row.allSatisfy({ places[$0] != 0 }) { for place in row { result[place] = 1 } }
    }
    return Tensor(shape, result)
  }
}
