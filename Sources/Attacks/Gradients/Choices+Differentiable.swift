import Networks
import Tensors

extension ElementClip: Differentiable {
  /// The rows where nothing is cut off.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    [rows * inputs[0].combined(.equal, output)]
  }
}

extension ParametricReLU: Differentiable {
  /// The rows where the input is positive, times the quotient of output and input elsewhere.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    let x = inputs[0]
    let isZero = x.combined(.equal, T.full(0, [1]))
    // At 0, where there is no quotient, 1.
    return [rows * ((output + isZero) / (x + isZero))]
  }
}

extension Maximum: Differentiable {
  /// The rows for the input that is taken; the first of equal ones.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    let (a, _) = Array(inputs.prefix(2)).alignedRanks()
    let first = rows * a.combined(.equal, output)
    let parts = [first, rows - first]
    return zip(parts, inputs).map { $0.unbroadcast(to: $1.shape.dropping(1)) }
      + inputs.dropFirst(2).map { T.full(0, $0.shape) }
  }
}

extension Choose: Differentiable {
  /// The rows for the branch that is taken, and for the choice the rows times the difference of the branches.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    func spread(_ x: T) -> T {
      let ones = [Int](repeating: 1, count: rows.shape.rank - x.shape.rank)
      return x.reshaped(Shape([x.shape[0]] + ones + x.shape.dropping(1).dimensions))
        .broadcast(to: rows.shape)
    }
    let choice = spread(inputs[0])
    let first = rows.masked(by: choice)
    let parts = [
      rows * (spread(inputs[1]) - spread(inputs[2])), first, rows - first,
    ]
    return zip(parts, inputs).map { $0.unbroadcast(to: $1.shape.dropping(1)) }
      + inputs.dropFirst(3).map { T.full(0, $0.shape) }
  }
}

extension LogSumExp: Differentiable {
  /// The rows times the softmax.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    [rows * (inputs[0] - output).applying(.exp)]
  }
}

extension TopTokens: Differentiable {
  /// Zeros: which tokens are kept is constant where it does not jump.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    inputs.map { T.full(0, $0.shape) }
  }
}
