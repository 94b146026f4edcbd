import Networks
import Tensors

/// What bounds need to know of a network's nodes, whatever the regions are; found once for a bounder.
///
/// Bounds of one region of a small network take less than a millisecond, of which asking each operation anew what it is was a third.
struct BoundPlan: Sendable {
  /// How many times each node is read.
  let readers: [Int]
  /// Whether each node is read by an operation that is enclosed by lines.
  let isRelaxed: [Bool]
  /// The nodes after the last operations that are not affine, and those themselves.
  let affineEnd: [Bool]
  /// Whether no end of a node's interval is larger than one of its input's, so that one look serves both.
  let isFiniteAsItsInput: [Bool]
  /// The terms of the sums of each node's operation; none where rounding is not charged.
  let terms: [SumTerms]
  /// Why a factor of each node leaves the number system; nil where none does, or where rounding is not charged.
  let extremeFactors: [String?]

  init<T: TensorAlgebra>(_ network: Network, as type: T.Type) {
    readers = network.readerCounts
    affineEnd = network.affineEnd
    var isRelaxed = [Bool](repeating: false, count: network.nodes.count)
    for node in network.nodes where node.operation is any LinearlyBounded {
      for input in node.inputs { isRelaxed[input] = true }
    }
    self.isRelaxed = isRelaxed
    isFiniteAsItsInput = network.nodes.map { node in
      guard let operation = node.operation, !(operation is Concatenate) else { return false }
      return operation is ReLU || (operation as? any AffineOperation)?.movesElementsOnly ?? false
    }
    let charges = T.chargesRounding
    let isFloat = charges && UnitRoundoff(of: T.self).unit > ParameterError.unit
    terms = network.nodes.indices.map { [readers] id in
      charges ? network.terms(of: id, readers: readers, as: T.self) : .none
    }
    extremeFactors = network.nodes.indices.map { id in
      charges ? network.extremeFactor(at: id, isFloat: isFloat) : nil
    }
  }
}
