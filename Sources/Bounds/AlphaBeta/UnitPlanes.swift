import Networks
import Tensors

extension Bounder {
  /// Linear functions of the input below elements of a node and below their negations, with slopes optimised for
  /// each.
  ///
  /// - Parameters:
  ///   - elements: Elements of the node, flattened row-major.
  ///   - state: One region, with every node before bounded.
  ///   - steps: The steps on the slopes; the planes are those of the last.
  /// - Returns: The coefficients, `[2 * elements, inputs]`, and what is added, `[2 * elements]`: for each element
  ///   first its own plane, then that of its negation; nil when time ran out.
  /// - Soundness: Each plane is at most its function's value for every input of the region, up to rounding, if
  ///   the state's intervals hold there.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func unitPlanes<S>(
    of elements: [Int32], at node: Int, _ state: BoundState<T>, steps: SlopeSteps
  ) throws(Unsupported) -> (coefficients: [S], constants: [S])? where T == Tensor<S> {
    let pass = state.relaxedPass
    let selected = SelectedElements(
      node: node, exampleOfRow: [Int32](repeating: 0, count: elements.count), elements: elements)
    let ranges = chunks(below: node, optimizing: true).ranges(elements.count)
    let width = network.inputShape.count
    let parts = try concurrently(ranges) { (range) throws(Unsupported) -> [[S]]? in
      if options.isOverdue { return nil }
      let functions = pass.unitFunctions(selected, range)
      var ascent = try SlopeAscent(functions, pass)
      try ascent.climb(steps, options)
      let planes = ascent.planes
      let (slopes, shifts) = (planes.coefficients.scalars, planes.constants.scalars)
      // Both planes of an element, one after the other.
      let count = range.count
      var coefficients: [S] = []
      var constants: [S] = []
      coefficients.reserveCapacity(2 * count * width)
      for element in 0..<count {
        for row in [element, count + element] {
          coefficients += slopes[row * width..<(row + 1) * width]
          constants.append(shifts[row])
        }
      }
      return [coefficients, constants]
    }
    var result: (coefficients: [S], constants: [S]) = ([], [])
    for part in parts {
      guard let part else { return nil }
      result.coefficients += part[0]
      result.constants += part[1]
    }
    return result
  }
}
