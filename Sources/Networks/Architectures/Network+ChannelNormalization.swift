import Files
import Tensors

extension Network {
  /// The network with a normalisation of groups of channels behind every batch normalisation of images.
  ///
  /// An example's channels fall into groups, each of which is normalised by its own mean and variance, over channels and pixels,
  /// and gets a factor and a shift that are trained. It is made of operations that exist, so that bounds, gradients and model files need
  /// nothing new; unlike a batch normalisation it does not fold, and its bounds are those of a product with an inverse root.
  ///
  /// Source: Qiao et al., "Micro-batch training with batch-channel normalization and weight standardization" (2019), section 3.
  ///
  /// - Parameter groups: The number of groups.
  /// - Throws: `InputError` when there is no batch normalisation of images, or groups do not divide its channels.
  public func addingChannelNormalization(groups: Int) throws(InputError) -> Network {
    let places = nodes.indices.filter {
      nodes[$0].operation is BatchNormalization && nodes[$0].shape.rank == 4
    }
    guard !places.isEmpty else {
      throw InputError(
        "network.channel-groups", "there is no batch normalisation of images to put them behind")
    }
    for id in places where groups < 1 || nodes[id].shape[1] % groups != 0 {
      throw InputError(
        "network.channel-groups", place: nodes[id].name,
        "\(groups) groups do not divide its \(nodes[id].shape[1]) channels")
    }
    return rewritten { node, rebuilder in
      rebuilder.keep(node)
      guard places.contains(node) else { return }
      let (name, shape) = (nodes[node].name, nodes[node].shape)
      func constant(_ part: String, _ value: Double, _ shape: Shape) -> ParameterID {
        rebuilder.addParameter("\(name).channels.\(part)", Tensor(repeating: value, shape))
      }
      func mean(_ source: Int) -> Int {
        rebuilder.add(
          Reduce(axes: [2], keepingAxes: true, isMean: true), [source], for: node)
      }
      let grouped = rebuilder.add(
        Reshape(to: [shape[0], groups, shape.count / (shape[0] * groups)]),
        [rebuilder.newNode(node)], for: node)
      let distance = rebuilder.add(
        Add(isDifference: true), [grouped, mean(grouped)], for: node)
      let variance = mean(rebuilder.add(Power(exponent: 2), [distance], for: node))
      let shifted = rebuilder.add(
        AddConstant(constant("epsilon", Double(Float(1e-5)), [1])), [variance], for: node)
      // One operation, whose lines are tighter than those of a root and a quotient.
      let inverse = rebuilder.add(Power(exponent: -0.5), [shifted], for: node)
      let standard = rebuilder.add(Multiply(), [distance, inverse], for: node)
      let scaled = rebuilder.add(
        MultiplyConstant(constant("scale", 1, [groups, 1]), isTrained: true), [standard], for: node)
      let result = rebuilder.add(
        AddConstant(constant("shift", 0, [groups, 1]), isTrained: true), [scaled], for: node)
      rebuilder.stand(rebuilder.add(Reshape(to: shape), [result], for: node), for: node)
    }
  }
}
