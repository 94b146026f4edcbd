import Differentiation
import Networks
import RandomNumbers
import Tensors

// How far apart a network's features can be for inputs that are 1 apart in l2, estimated so that it can be differentiated.

extension TrainingStep {
  /// The features that the last linear layer reads, and the layer.
  var head: (features: Int, layer: Linear)? {
    let last = network.nodes[network.output]
    return (last.operation as? Linear).map { (last.inputs[0], $0) }
  }

  /// An estimate of the l2 constant from the input to a node, `[1]`: products of spectral norms along paths, added up where paths meet.
  ///
  /// Norms are found by power iteration and are lower bounds, so this is no proof; `Lipschitz` has those. Their derivative by the weights
  /// is that of `u W v` with both vectors fixed (Miyato et al., "Spectral normalization for generative adversarial networks", 2018).
  func slopeEstimate(
    at target: Int, _ parameters: Parameters<Tracked<Base>>
  ) -> Tracked<Base> {
    let constants = parameters.map(\.base)
    let one = Tracked(Base.full(1, [1]))
    var slopes: [Tracked<Base>] = [one]
    for id in network.nodes.indices.dropFirst() where id <= target {
      let node = network.nodes[id]
      let inputs = node.inputs.map { slopes[$0] }
      let before = inputs.dropFirst().reduce(inputs.first ?? one) { $0 + $1 }
      guard let affine = node.operation as? any AffineOperation, node.inputs.count == 1,
        !affine.movesElementsOnly, !(affine is AddConstant)
      else {
        slopes.append(before)
        continue
      }
      slopes.append(before * norm(of: affine, at: id, parameters, constants))
    }
    return slopes[target]
  }

  /// An estimate of the spectral norm of an affine node's map, `[1]`.
  private func norm(
    of affine: any AffineOperation, at id: Int, _ parameters: Parameters<Tracked<Base>>,
    _ constants: Parameters<Base>
  ) -> Tracked<Base> {
    let shape = network.inputShapes(of: id)[0]
    // The same start in every step, so that a resumed training goes on with the same numbers.
    var random = SplitMix64(seed: 0x5350_4543, stream: UInt64(id))
    var v = Base(
      Tensor<Double>(
        Shape([1] + shape.dimensions),
        (0..<shape.count).map { _ in Double.random(in: -1...1, using: &random) })
    ).unitLength
    for _ in 0..<Self.powerSteps {
      let u = affine.linear([v], constants, magnitude: false).unitLength
      v = affine.adjoint(u, inputs: [shape], constants)[0].unitLength
    }
    let u = affine.linear([v], constants, magnitude: false).unitLength
    let image = affine.linear([Tracked(v)], parameters, magnitude: false)
    return (image * Tracked(u)).total
  }

  private static var powerSteps: Int { 10 }

  /// What keeps the loss of margins by constants from training the network.
  var slopeObstacle: String? {
    guard head != nil else {
      return
        "emma weighs the rows of a last linear layer, and the network ends with another operation"
    }
    let needed = network.isNeeded
    for (id, node) in network.nodes.enumerated() where needed[id] && id != network.output {
      guard let operation = node.operation, !isShort(operation) else { continue }
      return
        "emma has no constant for operation \(operation.name) (node \(node.name)); "
        + "train by clean, or replace it"
    }
    return nil
  }

  /// Whether an operation's constant is the sum of its inputs', times a norm where it is affine.
  private func isShort(_ operation: any Operation) -> Bool {
    switch operation {
    case let leaky as LeakyReLU: abs(leaky.slope) <= 1
    case is ReLU, is Magnitude, is Tanh, is Clip, is Add: true
    // Copies make it longer than the sum.
    case let affine as any AffineOperation: !(affine is Selection || affine is Concatenate)
    default: false
    }
  }
}

extension TensorAlgebra {
  /// The tensor divided by its l2 length, or itself where that is 0.
  fileprivate var unitLength: Self {
    let square = (self * self).total.number
    return square > 0 ? self * (1 / square.squareRoot()) : self
  }
}
