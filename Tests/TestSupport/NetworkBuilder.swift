import Networks
import Tensors

/// Builds small networks with random weights.
public struct NetworkBuilder {
  /// What is built so far.
  public var network: Network
  /// Where the weights come from.
  public var generator: SplitMix64
  /// The node that the next step reads unless told otherwise.
  public private(set) var last = 0

  public init(input shape: Shape, seed: UInt64) {
    network = Network(input: shape)
    generator = SplitMix64(seed: seed)
  }

  public mutating func parameter(_ shape: Shape, _ range: ClosedRange<Double> = -0.6...0.6)
    -> ParameterID
  {
    // Rounded to 32 bits, so that both precisions run the same network.
    let values = (0..<shape.count).map { _ in
      Double(Float(Double.random(in: range, using: &generator)))
    }
    return network.addParameter("p\(network.parameters.count)", Tensor(shape, values))
  }

  @discardableResult
  public mutating func add(_ operation: any Operation, _ inputs: Int...) throws -> Int {
    last = try network.add(operation, inputs.isEmpty ? [last] : inputs)
    return last
  }

  @discardableResult
  public mutating func linear(_ outputs: Int, from node: Int? = nil) throws -> Int {
    let node = node ?? last
    let weight = parameter([network.nodes[node].shape[-1], outputs])
    return try add(Linear(weight: weight, bias: parameter([outputs])), node)
  }

  @discardableResult
  public mutating func convolution(
    _ outputs: Int, kernel: Int, _ geometry: ConvolutionGeometry = .init(padding: [1, 1, 1, 1]),
    from node: Int? = nil
  ) throws -> Int {
    let node = node ?? last
    let channels = network.nodes[node].shape[1] / geometry.groups
    let weight = parameter([outputs, channels, kernel, kernel])
    return try add(
      Convolution(weight: weight, bias: parameter([outputs]), geometry: geometry), node)
  }

  /// Goes on from the network's output.
  public mutating func takeOutput() { last = network.output }

  public mutating func normalization() throws {
    let shape = network.nodes[last].shape
    let channels: Shape = [shape[1]]
    try add(
      BatchNormalization(
        scale: parameter(channels), bias: parameter(channels), mean: parameter(channels),
        variance: parameter(channels, 0.2...1), rank: shape.rank))
  }

  public mutating func flatten() throws {
    try add(Reshape(to: [1, network.nodes[last].shape.count]))
  }
}
