import Differentiation
import Networks
import Tensors

/// The mean and the variance at the input of one normalisation: those of a batch, or estimates with that batch in them.
struct BatchMoments<T: TensorAlgebra>: Sendable {
  var normalization: BatchNormalization
  /// `[channels]`.
  var mean: T
  /// The biased variance, `[channels]`.
  var variance: T
  /// The number of values a channel has in the batch.
  var count: Int
  /// Whether these are estimates over many batches already.
  var isEstimate = false
}

/// A forward pass in training mode.
struct NormalizedPass<T: TensorAlgebra>: Sendable {
  /// The parameters, with the batch's statistics in place of the running ones.
  var parameters: Parameters<T>
  /// The statistics, in the order of the nodes.
  var moments: [BatchMoments<T>]
  /// The output, `[batch] + output shape`.
  var output: T
  /// The values of the node that was to be kept, `[batch] + node shape`.
  var kept: T?
}

extension Network {
  /// Evaluates the network on a batch with every normalisation by the batch's own mean and variance.
  ///
  /// The statistics are computed values like all others: whatever is computed with the returned parameters is
  /// differentiated through them, as the published training does. Estimates carry no gradient.
  ///
  /// - Parameters:
  ///   - x: The batch, `[batch] + input shape`.
  ///   - values: The parameters in order.
  ///   - speed: Where normalisations are by running estimates, the weight that the batch has in these; nil for the batch's own
  ///     statistics.
  ///   - kept: A node whose values are wanted as well.
  func normalizedPass<T: TensorAlgebra>(
    _ x: T, _ values: [T], estimating speed: Double? = nil, keeping kept: Int? = nil
  ) -> NormalizedPass<T> {
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
        let (read, found) = statistics(inputs[0], normalization, values, speed)
        nodes[node.inputs[0]] = read
        values[normalization.mean.index] = found.mean
        values[normalization.variance.index] = found.variance
        parameters = Parameters(values)
        moments.append(found)
        // A ReLU that alone reads a normalisation does both in one pass.
        let isRectified = readers[id] == 1 && self.nodes.contains { $0.isReLU(of: id) }
        nodes[id] = isRectified ? nil : operation.evaluate([read], parameters)
        continue
      }
      nodes[id] = operation.evaluate(inputs, parameters)
    }
    guard let result = nodes[output] else { preconditionFailure("The output was not computed") }
    return NormalizedPass(
      parameters: parameters, moments: moments, output: result, kept: kept.flatMap { nodes[$0] })
  }

  /// The statistics by which a normalisation goes, and its input to read from then on.
  ///
  /// Estimates are `m + s (mean - m)` and `v + s (mean of (x - m)^2 - v)` with the batch already in them, of weight `s`. The first
  /// batch, of weight 1, gives its own mean and variance.
  ///
  /// Source: Qiao et al., "Micro-batch training with batch-channel normalization and weight standardization" (2019),
  /// section 3.3.
  private func statistics<T: TensorAlgebra>(
    _ x: T, _ normalization: BatchNormalization, _ values: [T], _ speed: Double?
  ) -> (read: T, BatchMoments<T>) {
    // Axis 0 is the batch, axis 1 the example's own leading axis.
    let measured = x.channelMoments(axis: normalization.channelAxis)
    var moments = BatchMoments(
      normalization: normalization, mean: measured.mean, variance: measured.variance,
      count: x.shape.count / max(1, measured.mean.shape.count))
    guard let speed else { return (measured.values, moments) }
    // Numbers without a history carry no gradient.
    let (mean, variance) = (T(measured.mean.values), T(measured.variance.values))
    moments.isEstimate = true
    guard speed < 1 else {
      (moments.mean, moments.variance) = (mean, variance)
      return (x, moments)
    }
    let (oldMean, oldVariance) = (
      values[normalization.mean.index], values[normalization.variance.index]
    )
    let move = mean - oldMean
    moments.mean = oldMean + move * speed
    moments.variance = oldVariance + (variance + move.applying(.square) - oldVariance) * speed
    return (x, moments)
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
    let constants = trainedConstants
    return trainableParameters.filter {
      self.parameters[$0.index].value.shape.rank > 1 && !constants.contains($0)
    }
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
