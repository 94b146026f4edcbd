import Tensors

/// The row of a table for each token: ONNX `Gather` of a constant by the input.
///
/// Tokens are whole numbers that choose rows; between two of them there is nothing.
public struct Embedding: Operation {
  /// The table, `[tokens, width]`.
  public var table: ParameterID

  /// Creates an embedding.
  public init(table: ParameterID) { self.table = table }

  public var name: String { "Embedding" }
  public var parameters: [ParameterID] { [table] }
  public var bend: Bend { .jumps }

  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    Embedding(table: place(table))
  }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    let table = parameters(table)
    guard table.rank == 2 else {
      throw ShapeMismatch("a table of shape \(table), expected a row for each token")
    }
    return Shape(shape.dimensions + [table[1]])
  }

  /// The rows; a number that is no token, or none of the table's, gives rows of NaN.
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let table = parameters[table]
    let tokens = inputs[0].values.scalars
    let known = tokens.map { token -> Int32 in
      guard token >= 0, token < Double(table.shape[0]), token == token.rounded() else { return -1 }
      return Int32(token)
    }
    var rows = table.gathered(known, axis: 0)
    if known.contains(-1) {
      let spoiled = known.map { $0 < 0 ? Double.nan : 0 }
      rows = rows + T(Tensor<Double>([known.count, 1], spoiled))
    }
    return rows.reshaped(Shape(inputs[0].shape.dimensions + [table.shape[1]]))
  }
}
