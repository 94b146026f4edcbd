import Networks
import Tensors

/// Products of rows with a network's derivative at concrete points, a batch at a time.
public struct Gradients: Sendable {
  /// The network that is differentiated.
  public let network: Network
  private let rules: [Rule?]

  private enum Rule: Sendable {
    case affine(any AffineOperation, [Shape])
    case local(any Differentiable)
  }

  /// The value of every node that the output depends on, for a batch.
  public struct Values<T: TensorAlgebra>: Sendable {
    fileprivate var nodes: [T?]
    /// The network's output, `[batch] + output shape`.
    public let output: T
  }

  /// Prepares a network.
  ///
  /// - Throws: `Unsupported` when an operation is neither affine nor `Differentiable` nor a function that says its derivative.
  public init(_ network: Network) throws(Unsupported) {
    self.network = network
    let needed = network.isNeeded
    var rules: [Rule?] = []
    for (id, node) in network.nodes.enumerated() {
      guard needed[id], let operation = node.operation else {
        rules.append(nil)
        continue
      }
      if let affine = operation as? any AffineOperation {
        rules.append(.affine(affine, network.inputShapes(of: id)))
      } else if let local = operation as? any Differentiable {
        rules.append(.local(local))
      } else if let function = operation as? any PointwiseOperation {
        rules.append(.local(PointwiseGradient(function: function)))
      } else {
        throw Unsupported(operation: operation.name, node: node.name, analysis: "attack")
      }
    }
    self.rules = rules
  }

  /// Evaluates the network and keeps what `gradient` needs.
  ///
  /// - Parameter x: The points, `[batch] + input shape`.
  public func values<T: TensorAlgebra>(at x: T, _ parameters: Parameters<T>) -> Values<T> {
    var nodes = [T?](repeating: nil, count: network.nodes.count)
    nodes[0] = x
    for (id, rule) in rules.enumerated() {
      let inputs = network.nodes[id].inputs.compactMap { nodes[$0] }
      switch rule {
      case nil: continue
      case .affine(let operation, _): nodes[id] = operation.evaluate(inputs, parameters)
      case .local(let operation): nodes[id] = operation.evaluate(inputs, parameters)
      }
    }
    guard let output = nodes[network.output] else {
      preconditionFailure("Output \(network.output) was not computed")
    }
    return Values(nodes: nodes, output: output)
  }

  /// The gradient of `rows . output` with respect to the input, each row at its own point.
  ///
  /// - Parameters:
  ///   - rows: One row for each point, `[batch] + output shape`.
  ///   - values: The values at the points, from `values(at:_:)`.
  /// - Returns: The gradients, `[batch] + input shape`.
  /// - Complexity: About the time of two evaluations.
  public func gradient<T: TensorAlgebra>(
    of rows: T, at values: Values<T>, _ parameters: Parameters<T>
  ) -> T {
    var pending = [T?](repeating: nil, count: network.nodes.count)
    pending[network.output] = rows
    for (id, rule) in rules.enumerated().reversed() {
      guard let rule, let rows = pending[id], let output = values.nodes[id] else { continue }
      pending[id] = nil
      let node = network.nodes[id]
      let parts: [T]
      switch rule {
      case .affine(let operation, let shapes):
        parts = operation.adjoint(rows, inputs: shapes, parameters)
      case .local(let operation):
        parts = operation.gradients(
          rows, inputs: node.inputs.compactMap { values.nodes[$0] }, output: output)
      }
      for (input, part) in zip(node.inputs, parts) {
        pending[input] = pending[input].map { $0 + part } ?? part
      }
    }
    if let gradient = pending[0] { return gradient }
    // The output does not depend on the input.
    return T.full(0, Shape([rows.shape[0]] + network.inputShape.dimensions))
  }
}
