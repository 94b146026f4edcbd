import Networks
import Tensors
import TestSupport

/// An affine operation with inputs and parameters to try it on.
struct AffineCase: Sendable, CustomStringConvertible {
  var label: String
  var operation: any AffineOperation
  var inputs: [Shape]
  var parameters: [Tensor<Double>] = []

  var description: String { label }

  /// The parameters as the operation reads them.
  var values: Parameters<Tensor<Double>> { Parameters(parameters) }

  var output: Shape {
    get throws { try operation.outputShape(inputs) { parameters[$0.index].shape } }
  }

  /// The matrix of the map, or of its absolute weights: rows for inputs, columns for outputs.
  func matrix(magnitude: Bool) -> Tensor<Double> {
    let counts = inputs.map(\.count)
    let total = counts.reduce(0, +)
    var from = 0
    let parts = zip(inputs, counts).map { shape, count in
      defer { from += count }
      var part = Tensor<Double>(repeating: 0, [total, count])
      for i in 0..<count { part[from + i, i] = 1 }
      return part.reshaped(Shape([total] + shape.dimensions))
    }
    let result = operation.linear(parts, values, magnitude: magnitude)
    return result.reshaped([total, result.count / total])
  }

  /// The matrix of the adjoint: rows for outputs, columns for inputs.
  func adjointMatrix() throws -> Tensor<Double> {
    let output = try output
    var rows = Tensor<Double>(repeating: 0, [output.count, output.count])
    for i in 0..<output.count { rows[i, i] = 1 }
    let results = operation.adjoint(
      rows.reshaped(Shape([output.count] + output.dimensions)), inputs: inputs, values)
    return Tensor.concatenated(
      results.map { $0.reshaped([output.count, $0.count / output.count]) }, axis: 1)
  }
}

extension SplitMix64 {
  /// A tensor of numbers drawn evenly between -1 and 1.
  mutating func tensor(_ shape: Shape) -> Tensor<Double> {
    Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &self) })
  }
}

extension AffineCase {
  /// Every affine operation, with the variants of its attributes.
  static let all: [AffineCase] = {
    var random = SplitMix64(seed: 11)
    func id(_ index: Int) -> ParameterID { ParameterID(index) }
    var cases = [
      AffineCase(
        label: "linear of a vector", operation: Linear(weight: id(0), bias: id(1)), inputs: [[4]],
        parameters: [random.tensor([4, 3]), random.tensor([3])]),
      AffineCase(
        label: "linear of a stack", operation: Linear(weight: id(0)), inputs: [[2, 3, 4]],
        parameters: [random.tensor([4, 2])]),
      AffineCase(label: "reshape", operation: Reshape(to: [4, 3]), inputs: [[2, 6]]),
      AffineCase(label: "transpose", operation: Transpose([2, 0, 1]), inputs: [[2, 3, 4]]),
      AffineCase(
        label: "selection with repeats and gaps",
        operation: Selection(axis: 1, indices: [2, -1, 0, 0, 1, -1]), inputs: [[2, 3, 2]]),
      AffineCase(
        label: "weighted sums with repeats and gaps",
        operation: Resampling(
          axis: 1,
          sums: [
            [.init(2, 0.5), .init(0, -1.5)], [], [.init(1, 2), .init(1, -0.5), .init(-1, 3)],
            [.init(0, 1), .init(1, -1), .init(2, 0.25)],
          ]), inputs: [[2, 3, 2]]),
      AffineCase(
        label: "average pooling of one axis, last window over the edge",
        operation: AveragePool(
          PoolingWindow(size: [3], stride: [3], padding: [1, 0], roundsUp: true),
          countsPadding: true), inputs: [[1, 2, 6]]),
      AffineCase(
        label: "average pooling of three axes",
        operation: AveragePool(
          PoolingWindow(
            size: [2, 2, 3], stride: [2, 1, 2], padding: [1, 0, 1, 0, 1, 0],
            dilation: [1, 2, 1], roundsUp: true)), inputs: [[1, 2, 3, 4, 4]]),
      AffineCase(
        label: "join", operation: Concatenate(axis: 1),
        inputs: [[2, 1, 2], [2, 3, 2], [2, 2, 2]]),
      AffineCase(label: "sum", operation: Add(), inputs: [[2, 3], [2, 3]]),
      AffineCase(
        label: "difference, broadcast", operation: Add(isDifference: true),
        inputs: [[2, 1, 3], [4, 1]]),
      AffineCase(
        label: "sum with a constant that enlarges", operation: AddConstant(id(0)),
        inputs: [[3, 1]], parameters: [random.tensor([2, 3, 4])]),
      AffineCase(
        label: "product with a constant", operation: MultiplyConstant(id(0)), inputs: [[2, 3]],
        parameters: [random.tensor([3])]),
      AffineCase(
        label: "quotient by a constant that enlarges",
        operation: MultiplyConstant(id(0), isQuotient: true), inputs: [[3]],
        parameters: [random.tensor([2, 3])]),
      AffineCase(label: "negation", operation: Negate(), inputs: [[2, 3]]),
      AffineCase(
        label: "sum over axes", operation: Reduce(axes: [0, 2], keepingAxes: false, isMean: false),
        inputs: [[2, 3, 4]]),
      AffineCase(
        label: "mean over an axis", operation: Reduce(axes: [1], keepingAxes: true, isMean: true),
        inputs: [[2, 3, 4]]),
      AffineCase(
        label: "batch normalisation of images",
        operation: BatchNormalization(scale: id(0), bias: id(1), mean: id(2), variance: id(3)),
        inputs: [[1, 3, 2, 2]],
        parameters: [
          random.tensor([3]), random.tensor([3]), random.tensor([3]),
          random.tensor([3]).magnitude(),
        ]),
      AffineCase(
        label: "batch normalisation of vectors",
        operation: BatchNormalization(
          scale: id(0), bias: id(1), mean: id(2), variance: id(3), epsilon: 0.1, rank: 2),
        inputs: [[2, 3]],
        parameters: [
          random.tensor([3]), random.tensor([3]), random.tensor([3]),
          random.tensor([3]).magnitude(),
        ]),
    ]
    for (label, geometry, channels) in ConvolutionCase.geometries {
      cases.append(
        AffineCase(
          label: "convolution, \(label)",
          operation: Convolution(weight: id(0), bias: id(1), geometry: geometry),
          inputs: [[1, channels, 5, 6]],
          parameters: [
            random.tensor([4, channels / geometry.groups, 3, 2]), random.tensor([4]),
          ]))
      cases.append(
        AffineCase(
          label: "transposed convolution, \(label)",
          operation: TransposedConvolution(
            weight: id(0), bias: id(1), geometry: geometry,
            outputPadding: geometry.stride.map { $0 - 1 }),
          inputs: [[1, channels, 4, 3]],
          parameters: [random.tensor([channels, 2, 3, 2]), random.tensor([2 * geometry.groups])]))
      var pooling = geometry
      pooling.groups = 1
      cases.append(
        AffineCase(
          label: "average pooling, \(label)",
          operation: AveragePool(
            PoolingWindow(size: [3, 2], geometry: pooling), countsPadding: pooling.stride == [2, 1]),
          inputs: [[1, 2, 5, 6]]))
    }
    return cases
  }()
}

/// Geometries of windows that differ in every attribute.
enum ConvolutionCase {
  static let geometries: [(String, ConvolutionGeometry, channels: Int)] = [
    ("plain", ConvolutionGeometry(), 2),
    ("strided", ConvolutionGeometry(stride: [2, 1]), 2),
    ("padded unevenly", ConvolutionGeometry(padding: [1, 0, 2, 1]), 2),
    ("dilated", ConvolutionGeometry(padding: [1, 1, 1, 1], dilation: [2, 3]), 2),
    ("grouped", ConvolutionGeometry(groups: 2), 4),
    (
      "all at once",
      ConvolutionGeometry(
        stride: [2, 3], padding: [2, 1, 1, 1], dilation: [2, 1], groups: 2), 4
    ),
  ]
}
