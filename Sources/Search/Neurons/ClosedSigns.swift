import Bounds
import Networks
import Tensors

/// A part of a region, given by signs of what activations read, in which a condition was ruled out: all that a proof of it has to
/// repeat, with nodes by the tensors of the model file.
public struct ClosedSigns: Sendable {
  /// The side of a point on which an element of a node is taken to be.
  public struct Side: Sendable, Hashable {
    /// The tensors that have the node's value; none where the file has no name for it.
    public var tensors: [String]
    /// The element, flattened row-major.
    public var element: Int
    /// Whether it is at least the point; at most the point otherwise.
    public var isAbove: Bool
    /// The point.
    public var point: Double
    /// The multiplier with which the side helps the bound.
    public var multiplier: Double
  }

  /// The lower slopes of the function's own at a ReLU.
  public struct Slopes: Sendable {
    /// The tensors that have the value of the node that the ReLU reads.
    public var tensors: [String]
    /// A slope for each element of the node, flattened row-major.
    public var values: [Double]
  }

  /// Which question it belongs to.
  public var question: Int
  /// Which condition of the question, counted among all.
  public var condition: Int
  /// The sides, in the order in which they were taken.
  public var sides: [Side]
  /// A factor for each constraint of the condition.
  public var factors: [Double]
  /// The slopes; none where they are the usual ones.
  public var slopes: [Slopes]
}

extension NeuronSplitting {
  /// A closed part as a proof repeats it; nil where something else than bounds closed it.
  func signs(of closed: ClosedPart<NeuronProblem<S>>, conditions: [Int]) -> ClosedSigns? {
    let (part, network) = (closed.part, bounder.network)
    guard case .bound(_, let factors)? = closed.reasons.first, closed.rest == nil else {
      return nil
    }
    let root = roots[Int(part.root)]
    let single = factors.indices.filter { factors[$0] != 0 }
    // The rows are the constraints, one by one, and their combination.
    let row =
      root.condition.count > 1 && (single.count != 1 || factors[single[0]] != 1)
      ? root.condition.count : single.first ?? 0
    guard part.multipliers.indices.contains(row) else { return nil }
    let multipliers = part.multipliers[row]
    let sides = part.splits.enumerated().map { place, split in
      ClosedSigns.Side(
        tensors: network.nodes[Int(split.node)].tensors, element: Int(split.element),
        isAbove: split.isPositive, point: Double(split.point),
        multiplier: place < multipliers.count ? Double(multipliers[place]) : 0)
    }
    let own =
      part.slopes[row].isEmpty && row < root.slopes.count ? root.slopes[row] : part.slopes[row]
    return ClosedSigns(
      question: root.place, condition: conditions[Int(part.root)], sides: sides, factors: factors,
      slopes: slopes(own))
  }

  /// Slopes of all ReLUs one after another, by node; none where other activations have some too.
  private func slopes(_ flat: [S]) -> [ClosedSigns.Slopes] {
    let network = bounder.network
    let rectifiers = network.nodes.indices.filter { network.nodes[$0].operation is ReLU }
    guard flat.count == rectifiers.reduce(0, { $0 + network.nodes[$1].shape.count }) else {
      return []
    }
    var from = 0
    return rectifiers.map { id in
      let (shape, input) = (network.nodes[id].shape, network.nodes[id].inputs[0])
      defer { from += shape.count }
      var values = [Double](repeating: 0, count: shape.count)
      for place in 0..<shape.count {
        values[shape.element(atRowPlace: place, as: T.self)] = Double(flat[from + place])
      }
      return ClosedSigns.Slopes(tensors: network.nodes[input].tensors, values: values)
    }
  }
}
