import Networks
import Tensors

extension Trainer {
  /// The plain network that trained parameters stand for, statistics of normalisations as they are.
  ///
  /// - Parameter parameters: Every parameter, in order, kernels as they are trained, and the gains of those.
  public func network(of parameters: [Tensor<Float>]) -> Network {
    step.trained.folded(into: network, parameters)
  }
}
