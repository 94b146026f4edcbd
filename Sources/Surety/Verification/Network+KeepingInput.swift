import Networks
import Properties
import Tensors

extension Network {
  /// The network with its flattened input joined to its flattened output.
  ///
  /// A constraint that mixes inputs and outputs is a plain row of this network's output, so bounds of the
  /// sum are found in one pass instead of adding two bounds.
  func keepingInput() throws(ShapeMismatch) -> Network {
    var network = self
    let output = network.output
    let flatOutput = try network.add(Reshape(to: [outputShape.count]), [output])
    let flatInput = try network.add(Reshape(to: [inputShape.count]), [0])
    let joined = try network.add(Concatenate(axis: 0), [flatOutput, flatInput])
    network.setOutput(joined, named: outputName)
    return network
  }
}
