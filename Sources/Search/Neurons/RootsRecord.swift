import Bounds
import Files
import Networks
import Properties
import Tensors

/// What a search by signs of neurons knows before any split, as far as it takes long to find out.
struct RootsRecord: Sendable {
  /// How far it is.
  enum Stage: String, Codable, Sendable {
    /// Nothing is known.
    case none
    /// The intervals are.
    case intervals
    /// So are the slopes and the planes.
    case prepared
  }

  /// The interval of a node's output, for one region.
  struct NodeInterval: Sendable {
    var node: Int32
    var lower: [Double]
    var upper: [Double]
  }

  /// How far it is.
  var stage = Stage.none
  /// The intervals of each case's nodes.
  var intervals: [[NodeInterval]] = []
  /// The slopes of each root's constraints, in double.
  var slopes: [[[Double]]] = []
  /// The weights of each root's constraints in their combination.
  var weights: [[Double]] = []
  /// The planes of each case, where it has some.
  var planes: [NeuronPlanes?] = []

  /// Nothing is known.
  init() {}

  /// Reads what `write` wrote; nil where the bytes are something else.
  ///
  /// - Parameter regions: Those of the questions.
  init?(_ stage: Stage, from source: inout ByteSource, over regions: [Region]) {
    self.stage = stage
    guard stage != .none else { return }
    guard let questions = source.number(UInt32.self), questions == regions.count else { return nil }
    for _ in 0..<questions {
      guard let count = source.number(UInt32.self) else { return nil }
      var nodes: [NodeInterval] = []
      for _ in 0..<count {
        guard let node = source.number(Int32.self), let lower = source.elements(Double.self),
          let upper = source.elements(Double.self), lower.count == upper.count
        else { return nil }
        nodes.append(NodeInterval(node: node, lower: lower, upper: upper))
      }
      intervals.append(nodes)
    }
    guard stage == .prepared else { return }
    guard let roots = source.number(UInt32.self) else { return nil }
    for _ in 0..<roots {
      guard let count = source.number(UInt32.self) else { return nil }
      var rows: [[Double]] = []
      for _ in 0..<count {
        guard let row = source.elements(Double.self) else { return nil }
        rows.append(row)
      }
      slopes.append(rows)
      guard let weights = source.elements(Double.self) else { return nil }
      self.weights.append(weights)
    }
    for region in regions {
      guard let isThere = source.number(UInt8.self) else { return nil }
      if isThere == 0 {
        planes.append(nil)
      } else {
        guard let made = NeuronPlanes(from: &source, over: region) else { return nil }
        planes.append(made)
      }
    }
  }

  /// Writes what is known.
  func write(to sink: inout FileSink) {
    guard stage != .none else { return }
    sink.append(UInt32(intervals.count))
    for nodes in intervals {
      sink.append(UInt32(nodes.count))
      for node in nodes {
        sink.append(node.node)
        sink.append(elements: node.lower)
        sink.append(elements: node.upper)
      }
    }
    guard stage == .prepared else { return }
    sink.append(UInt32(slopes.count))
    for (rows, weights) in zip(slopes, weights) {
      sink.append(UInt32(rows.count))
      for row in rows { sink.append(elements: row) }
      sink.append(elements: weights)
    }
    for plane in planes {
      sink.append(UInt8(plane == nil ? 0 : 1))
      plane?.write(to: &sink)
    }
  }
}

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
    of network: Network, questions: Int
  ) -> [[Int: Interval<Tensor<Double>>]]? {
    guard stage != .none, intervals.count == questions else { return nil }
    let nodes = network.preactivations
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
  func prepared<S: TensorScalar>(_ roots: [NeuronRoot<S>], questions: Int) -> RootsRecord {
    var result = self
    guard stage != .none else { return result }
    result.stage = .prepared
    result.slopes = roots.map { $0.slopes.map { $0.map { Double($0) } } }
    result.weights = roots.map(\.weights)
    result.planes = (0..<questions).map { place in
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
