import Differentiation
import Networks
import Tensors

/// The mean and the variance of a batch at the input of one normalisation.
struct BatchMoments<T: TensorAlgebra>: Sendable {
  var normalization: BatchNormalization
  /// `[channels]`.
  var mean: T
  /// The biased variance, `[channels]`.
  var variance: T
  /// The number of values a channel has in the batch.
  var count: Int
}

/// A forward pass in training mode.
struct NormalizedPass<T: TensorAlgebra>: Sendable {
  /// The parameters, with the batch's statistics in place of the running ones.
  var parameters: Parameters<T>
  /// The statistics, in the order of the nodes.
  var moments: [BatchMoments<T>]
  /// The output, `[batch] + output shape`.
  var output: T
}

extension Network {
  /// Evaluates the network on a batch with every normalisation by the batch's own mean and variance.
  ///
  /// The statistics are computed values like all others: whatever is computed with the returned parameters is
  /// differentiated through them, as the published training does.
  ///
  /// - Parameters:
  ///   - x: The batch, `[batch] + input shape`.
  ///   - values: The parameters in order.
  func normalizedPass<T: TensorAlgebra>(_ x: T, _ values: [T]) -> NormalizedPass<T> {
    var values = values
    var nodes = [T?](repeating: nil, count: self.nodes.count)
    var moments: [BatchMoments<T>] = []
    var parameters = Parameters(values)
    let needed = isNeeded
    let readers = readerCounts
    nodes[0] = x
    for (id, node) in self.nodes.enumerated() where id > 0 && needed[id] {
      guard let operation = node.operation else { continue }
      if operation is ReLU, let source = node.inputs.first, nodes[source] == nil {
        nodes[id] = rectified(source, nodes, parameters)
        continue
      }
      let inputs = node.inputs.compactMap { nodes[$0] }
      if let normalization = operation as? BatchNormalization {
        // Axis 0 is the batch, axis 1 the example's own leading axis.
        let measured = inputs[0].channelMoments(axis: normalization.channelAxis)
        nodes[node.inputs[0]] = measured.values
        let (mean, variance) = (measured.mean, measured.variance)
        values[normalization.mean.index] = mean
        values[normalization.variance.index] = variance
        parameters = Parameters(values)
        moments.append(
          BatchMoments(
            normalization: normalization, mean: mean, variance: variance,
            count: inputs[0].shape.count / max(1, mean.shape.count)))
        // A ReLU that alone reads a normalisation does both in one pass.
        let isRectified = readers[id] == 1 && self.nodes.contains { $0.isReLU(of: id) }
        nodes[id] = isRectified ? nil : operation.evaluate([measured.values], parameters)
        continue
      }
      nodes[id] = operation.evaluate(inputs, parameters)
    }
    guard let result = nodes[output] else { preconditionFailure("The output was not computed") }
    return NormalizedPass(parameters: parameters, moments: moments, output: result)
  }

  /// The positive part of a normalisation.
  private func rectified<T: TensorAlgebra>(
    _ source: Int, _ nodes: [T?], _ parameters: Parameters<T>
  ) -> T {
    guard let normalization = self.nodes[source].operation as? BatchNormalization,
      let x = nodes[self.nodes[source].inputs[0]]
    else { preconditionFailure("Node \(source) was not computed") }
    return x.channelRectified(
      normalization.factor(parameters), adding: normalization.shift(parameters),
      axis: normalization.channelAxis)
  }

  /// The weights of linear layers and convolutions, without biases.
  var weightParameters: [ParameterID] {
    trainableParameters.filter { self.parameters[$0.index].value.shape.rank > 1 }
  }

  /// The node at which the region is measured: the input after a normalisation of the pixels.
  var measuredInput: Int {
    var id = 0
    while true {
      let readers = nodes.indices.filter { nodes[$0].inputs.contains(id) }
      guard readers.count == 1, let operation = nodes[readers[0]].operation,
        operation is AddConstant || operation is MultiplyConstant
      else { return id }
      id = readers[0]
    }
  }

  /// The ReLUs, in order.
  var relus: [Int] {
    let needed = isNeeded
    return nodes.indices.filter { needed[$0] && nodes[$0].operation is ReLU }
  }
}

extension Network.Node {
  /// Whether this is a ReLU that reads a node.
  fileprivate func isReLU(of id: Int) -> Bool { operation is ReLU && inputs == [id] }
}

extension Parameters {
  /// The same values, not to be differentiated by.
  func constants<Base>() -> Parameters where T == Tracked<Base> { map(\.detached) }
}
