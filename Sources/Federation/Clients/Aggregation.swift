import Tensors

/// The arithmetic of an aggregation: means of what clients have trained, weighed by their examples.
public enum Aggregation {
  /// The mean of several clients' tensors.
  ///
  /// Sums go from the first client to the last in double precision and are divided and rounded once. So equal tensors give the same tensor,
  /// bit for bit, and a client counts as its examples do: n of 3 examples as one of 3n.
  ///
  /// Source: McMahan et al., "Communication-efficient learning of deep networks from decentralized data" (2017), algorithm 1.
  ///
  /// - Parameter clients: The tensors of each client, all of the same shapes, and its examples, at least one.
  /// - Precondition: There is a client.
  public static func mean(
    _ clients: [(tensors: [Tensor<Float>], examples: Int)]
  ) -> [Tensor<Float>] {
    precondition(
      !clients.isEmpty && clients.allSatisfy { $0.examples > 0 }, "A mean of nothing")
    let all = Double(clients.reduce(0) { $0 + $1.examples })
    return clients[0].tensors.indices.map { index in
      let shape = clients[0].tensors[index].shape
      var sums = [Double](repeating: 0, count: shape.count)
      for (tensors, examples) in clients {
        precondition(tensors[index].shape == shape, "Tensor \(index) of a client is not \(shape)")
        for (place, value) in tensors[index].scalars.enumerated() {
          sums[place] += Double(examples) * Double(value)
        }
      }
      return Tensor(shape, sums.map { Float($0 / all) })
    }
  }
}
