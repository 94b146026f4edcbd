import Bounds
import Files
import Foundation
import Networks
import Properties
import Tensors

extension RootsRecord {
  /// A record of intervals by case and node.
  init(_ intervals: [[Int: Interval<Tensor<Double>>]]) {
    stage = .intervals
    self.intervals = intervals.map { nodes in
      nodes.sorted { $0.key < $1.key }.map { node, interval in
        NodeInterval(
          node: Int32(node), lower: interval.lower.scalars, upper: interval.upper.scalars)
      }
    }
  }

  /// The intervals by case and node; nil where they are not known, or not those of a network.
  func intervals(
    of network: Network, cases: Int
  ) -> [[Int: Interval<Tensor<Double>>]]? {
    guard stage != .none, intervals.count == cases else { return nil }
    let nodes = network.nodesToTighten
    var result: [[Int: Interval<Tensor<Double>>]] = []
    for known in intervals {
      var made: [Int: Interval<Tensor<Double>>] = [:]
      for entry in known {
        let node = Int(entry.node)
        guard nodes.contains(node), network.nodes[node].shape.count == entry.lower.count,
          (entry.lower + entry.upper).allSatisfy(\.isFinite)
        else { return nil }
        let shape = Shape([1] + network.nodes[node].shape.dimensions)
        made[node] = Interval(lower: Tensor(shape, entry.lower), upper: Tensor(shape, entry.upper))
      }
      guard made.count == nodes.count else { return nil }
      result.append(made)
    }
    return result
  }

  /// The record with what was prepared for the roots.
  func prepared<S: TensorScalar>(_ roots: [NeuronRoot<S>], cases: Int) -> RootsRecord {
    var result = self
    guard stage != .none else { return result }
    result.stage = .prepared
    result.slopes = roots.map { $0.slopes.map { $0.map { Double($0) } } }
    result.weights = roots.map(\.weights)
    result.planes = (0..<cases).map { place in
      roots.first { $0.place == place }?.planes
    }
    return result
  }

  /// Gives the roots what was prepared for them before; false where nothing was.
  func prepare<S: TensorScalar>(_ roots: inout [NeuronRoot<S>]) -> Bool {
    guard stage == .prepared, slopes.count == roots.count,
      zip(slopes, roots).allSatisfy({ $0.count == $1.rowCount }),
      zip(weights, roots).allSatisfy({ weights, root in
        (weights.isEmpty || weights.count == root.condition.count)
          && weights.allSatisfy { $0 >= 0 && $0.isFinite }
      })
    else { return false }
    for index in roots.indices {
      roots[index].slopes = slopes[index].map { $0.map { S($0) } }
      roots[index].weights = weights[index]
      roots[index].planes = planes[roots[index].place]
    }
    return true
  }
}

/// What tells the neurons of these roots' planes from others.
func planesMark<S>(_ roots: [NeuronRoot<S>]) -> UInt32 {
  let numbers = roots.flatMap { root in
    // The number of neurons keeps the roots apart.
    let neurons = root.planes?.neurons ?? []
    return [Int32(neurons.count)] + neurons.flatMap { [$0.node, $0.element] }
  }
  return checksum(numbers.withUnsafeBytes { Data($0) })
}

extension NeuronPlanes {
  /// Writes the planes.
  func write(to sink: inout FileSink) {
    sink.append(elements: neurons.flatMap { [$0.node, $0.element] })
    sink.append(elements: isCurved.map { UInt8($0 ? 1 : 0) })
    sink.append(elements: ends)
    sink.append(elements: rows.normals)
    sink.append(elements: rows.offsets)
  }

  /// Reads planes over a region; nil where the bytes are something else.
  init?(from source: inout ByteSource, over region: Region) {
    guard let numbers = source.elements(Int32.self), numbers.count % 2 == 0,
      let isCurved = source.elements(UInt8.self), let ends = source.elements(Float.self),
      let normals = source.elements(Float.self), let offsets = source.elements(Double.self)
    else { return nil }
    let neurons = stride(from: 0, to: numbers.count, by: 2).map {
      Neuron(node: numbers[$0], element: numbers[$0 + 1])
    }
    self.init(
      over: region, neurons, isCurved: isCurved.map { $0 != 0 }, ends: ends, normals: normals,
      offsets: offsets)
  }
}
