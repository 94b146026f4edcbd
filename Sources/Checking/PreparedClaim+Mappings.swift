import Tensors

extension PreparedClaim {
  /// A linear map whose norm a proof by the rule `lipschitz` states.
  public struct LinearMapping: Sendable {
    /// The affine node, by its tensor.
    public var node: String
    /// Where the map comes from, by its tensor.
    public var source: String
    /// The map itself.
    public var form: Form
  }

  /// What a linear map is.
  public enum Form: Sendable {
    /// A matrix, row by row, with a row for each element of the node.
    ///
    /// The coefficients may be `error` from the true ones, in the Frobenius norm.
    case matrix(rows: Int, columns: Int, values: [Double], error: Double)
    /// A convolution that is too large to be written out.
    case convolution(Convolution)
  }

  /// A convolution, with the factors of channels before and behind it in its kernels.
  public struct Convolution: Sendable {
    /// The coefficients, `outputs x inputs / groups x height x width`.
    public var kernels: [Double]
    /// That shape.
    public var shape: [Int]
    /// Strides, padding, dilation and groups.
    public var geometry: ConvolutionGeometry
    /// The height and width of the image.
    public var input: [Int]
    /// The height and width of the result.
    public var output: [Int]
    /// How many roundings lie between a coefficient and the true one, each of at most 2^-53 of it.
    public var roundings: Int
  }

  /// Convolutions of more coefficients than this stay convolutions, and such with more rows and columns.
  private static let mostWritten = 1 << 21
  private static let mostOrder = 1100

  /// The linear maps that a proof by the rule `lipschitz` states norms of, for whoever writes one. A node without a name has none.
  ///
  /// - Throws: `Rejection` where one of them is too large to be written out, and is no convolution.
  public func linearMappings() throws(Rejection) -> [LinearMapping] {
    var mappings: [LinearMapping] = []
    for node in measuredNodes {
      guard let name = analysis.steps[node].tensors.first else { continue }
      let sources = analysis.sources(of: node)
      let rows = analysis.steps[node].layout.count
      if sources.count == 1, let source = sources.first,
        let tensor = analysis.steps[source].tensors.first,
        max(
          rows * analysis.steps[source].layout.count / Self.mostWritten,
          min(rows, analysis.steps[source].layout.count) / Self.mostOrder) > 0,
        let own = analysis.convolution(to: node, from: source, factors: factors(of: source))
      {
        mappings.append(.init(node: name, source: tensor, form: .convolution(own.described)))
        continue
      }
      let block = try analysis.block(of: node)
      for part in block.parts {
        guard let source = analysis.steps[part.source].tensors.first else { continue }
        let own = part.scalingColumns(by: factors(of: part.source))
        mappings.append(
          .init(
            node: name, source: source,
            form: .matrix(
              rows: block.rows, columns: own.columns, values: own.values, error: own.error)))
      }
    }
    return mappings
  }

  /// What the places of a node that maps come from are multiplied by; none for 1.
  func factors(of source: Int) -> [Double] {
    source == 0 ? analysis.region.hull.factors : []
  }
}

extension ScaledConvolution {
  fileprivate var described: PreparedClaim.Convolution {
    PreparedClaim.Convolution(
      kernels: kernels,
      shape: [map.outputs * map.groups, map.inputs, map.kernel.height, map.kernel.width],
      geometry: map.geometry, input: [map.input.height, map.input.width],
      output: [map.output.height, map.output.width], roundings: roundings)
  }
}
