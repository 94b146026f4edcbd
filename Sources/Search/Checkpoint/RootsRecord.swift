import Bounds
import Files
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
  /// - Parameter regions: Those of the cases.
  init?(_ stage: Stage, from source: inout ByteSource, over regions: [Region]) {
    self.stage = stage
    guard stage != .none else { return }
    guard let cases = source.number(UInt32.self), cases == regions.count else { return nil }
    for _ in 0..<cases {
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
