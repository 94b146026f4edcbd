import Bounds
import Networks
import Properties
import Tensors

extension InputSplitting {
  /// Boxes as the regions of a batch.
  func inputSet(_ boxes: [SubBox<S>]) -> InputSet<T> { inputSet(boxes, as: S.self) }

  /// Boxes as the regions of a batch in another number type, which must hold their ends.
  func inputSet<R: TensorScalar>(_ boxes: [SubBox<S>], as: R.Type) -> InputSet<Tensor<R>> {
    let shape = Shape([boxes.count] + network.inputShape.dimensions)
    func gather(_ end: KeyPath<SubBox<S>, [S]>) -> Tensor<R> {
      Tensor<R>(converting: Tensor<S>(shape, boxes.flatMap { $0[keyPath: end] }))
    }
    let box = Interval(lower: gather(\.lower), upper: gather(\.upper))
    guard boxes.contains(where: { questions[Int($0.root)].region.ball != nil }) else {
      return InputSet(box: box)
    }
    // The balls of the regions, around smaller boxes.
    let regions = boxes.map { questions[Int($0.root)].region }
    guard Set(regions.map { $0.ball?.norm }).count == 1 else { return InputSet(box: box) }
    var inputs = InputSet<Tensor<R>>(regions, shape: network.inputShape)
    inputs.box = box
    return inputs
  }

  /// What is known of the nodes from the boxes that these were cut from.
  func known(_ boxes: [SubBox<S>]) -> [Interval<T>?] {
    guard boxes.contains(where: { $0.known != nil }) else { return [] }
    var result = [Interval<T>?](repeating: nil, count: network.nodes.count)
    let total = remembered.reduce(0) { $0 + network.nodes[$1].shape.count }
    var from = 0
    for node in remembered {
      let size = network.nodes[node].shape.count
      let shape = Shape([boxes.count] + network.nodes[node].shape.dimensions)
      func end(_ offset: Int, _ missing: S) -> T {
        T(uninitialized: shape) { out in
          for (index, box) in boxes.enumerated() {
            let target = out + index * size
            guard let known = box.known else {
              target.update(repeating: missing, count: size)
              continue
            }
            for i in 0..<size { target[i] = known[offset + i] }
          }
        }
      }
      result[node] = Interval(
        lower: end(from, -.infinity), upper: end(total + from, .infinity))
      from += size
    }
    return result
  }
}

extension BoundState {
  /// Returns a function that gathers what is known of some nodes, all lower ends and then all upper ends.
  func remembered<S>(_ nodes: [Int]) -> (Int) -> [S] where T == Tensor<S> {
    let ends = nodes.compactMap { intervals[$0]?.lower } + nodes.compactMap { intervals[$0]?.upper }
    let sizes = ends.map { $0.count / max(1, count) }
    let total = sizes.reduce(0, +)
    return { example in
      [S](unsafeUninitializedCapacity: total) { buffer, filled in
        for (end, size) in zip(ends, sizes) {
          end.withElements { values in
            for i in 0..<size { buffer[filled + i] = values[example * size + i] }
          }
          filled += size
        }
      }
    }
  }
}
