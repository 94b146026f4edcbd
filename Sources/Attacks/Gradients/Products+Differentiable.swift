import Networks
import Tensors

extension Multiply: Differentiable {
  /// The rows times the other factor, summed where the factor was repeated.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    let (a, b) = inputs.alignedRanks()
    return [
      (rows * b).unbroadcast(to: inputs[0].shape.dropping(1)),
      (rows * a).unbroadcast(to: inputs[1].shape.dropping(1)),
    ]
  }
}

extension MatrixProduct: Differentiable {
  /// `G B^T` and `A^T G`, summed where a factor was repeated.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    let (a, b) = inputs.alignedRanks()
    return [
      rows.product(b, transposingLeft: false, transposingRight: true)
        .unbroadcast(to: inputs[0].shape.dropping(1)),
      a.product(rows, transposingLeft: true, transposingRight: false)
        .unbroadcast(to: inputs[1].shape.dropping(1)),
    ]
  }
}

extension Softmax: Differentiable {
  /// `y (g - sum(g y))` along the axis.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    [output * (rows - (rows * output).reduced(.sum, axis: axis + 1))]
  }
}

extension MaxPool: Differentiable {
  /// Each row goes to the first pixel of its window that has the maximum.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    let shape = inputs[0].shape
    let pixels = shape.dropping(3).count
    let x = inputs[0].flatteningImage()
    let maximum = output.flatteningImage()
    var remaining = rows.flatteningImage()
    var sum: T?
    for tap in taps(of: shape.dropping(1)) {
      let taken = remaining * x.gathered(tap, axis: 3).combined(.equal, maximum)
      remaining = remaining - taken
      let part = taken.scattered(tap, axis: 3, extent: pixels)
      sum = sum.map { $0 + part } ?? part
    }
    return [(sum ?? x * 0).reshaped(shape)]
  }
}

extension Attention: Differentiable {
  /// The gradients by queries, keys and values.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    let all = T.attentionGradient(inputs[0], inputs[1], inputs[2], form, rows: rows)
    return [all.queries, all.keys, all.values]
  }
}
