import Networks
import Tensors

extension Matrix {
  /// How far the outputs of the matrix can be apart.
  ///
  /// - Soundness: `|W d|_2 <= s(W) |d|_2`; an output moves by at most the sum of the sizes of its row times the linf distance, and by at
  ///   most its row's Euclidean norm times the l2 distance. Factors of the inputs are multiplied into the columns first.
  func reading(_ input: NodeReach, outputs: Int, repeats: Int = 1) -> NodeReading {
    let norm = spectralNorm
    let infinity = min(infinityNorm * input.baseInfinity, twoToInfinityNorm * input.baseTwo)
    let reach = NodeReach(two: norm.upper * input.baseTwo, infinity: infinity, count: outputs)
    return NodeReading(reach, "spectral norm (\(norm.method.rawValue))", norm: norm)
  }
}

extension Linear: LipschitzReadable {
  /// The norms of the weights; each line of the input is mapped by the same matrix.
  ///
  /// - Soundness: See `Matrix.reading`. With several lines, the matrix is repeated along a diagonal of blocks, which has the norm of one;
  ///   a column's factor is the largest of its lines'. Rows whose outputs nobody reads are left out: their differences are replaced by 0.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    var matrix = Matrix(
      transposing: context.parameters[weight], roundoff: context.roundoff(of: weight))
    let lines = context.inputShapes[0].count / max(1, matrix.columns)
    if let factors = inputs[0].factors {
      let columns = matrix.columns
      matrix = matrix.scalingColumns(
        by: (0..<columns).map { column in
          (0..<lines).reduce(0) { max($0, factors[$1 * columns + column]) }
        })
    }
    if lines == 1, let unread = context.unread {
      matrix = matrix.keepingRows(unread.indices.filter { !unread[$0] })
    }
    return matrix.reading(inputs[0], outputs: context.shape.count)
  }
}

extension ConvolutionMap {
  /// How far the images that the convolution makes can be apart.
  ///
  /// - Soundness: As for `Matrix.reading`. A row of the whole matrix has weights of one output channel, each at most once.
  func reading(_ input: NodeReach, outputs: Int) -> NodeReading {
    let norm = spectralNorm
    let rows = kernelMatrix
    let infinity = min(
      rows.infinityNorm * input.baseInfinity, rows.twoToInfinityNorm * input.baseTwo)
    let reach = NodeReach(two: norm.upper * input.baseTwo, infinity: infinity, count: outputs)
    return NodeReading(reach, "spectral norm (\(norm.method.rawValue))", norm: norm)
  }
}

extension Convolution: LipschitzReadable {
  /// The norms of the convolution, group by group.
  ///
  /// - Soundness: Groups read and write channels of their own, so the norm is the largest of theirs. Where pixels have factors, the
  ///   whole matrix takes them in if it is small, and otherwise each channel the largest of its pixels'.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let (shape, kernel) = (context.inputShapes[0], context.parameters[weight])
    guard shape[0] == 1 else {
      throw context.unsupported("it reads \(shape[0]) images at once")
    }
    let groups = geometry.groups
    let (outputs, channels, pixels) = (
      kernel.shape[0] / groups, kernel.shape[1], shape[2] * shape[3]
    )
    let weights = kernel.scalars
    let part = outputs * channels * kernel.shape[2] * kernel.shape[3]
    var readings: [NodeReading] = []
    for group in 0..<groups {
      var single = geometry
      single.groups = 1
      var map = ConvolutionMap(
        kernel: Tensor(
          [outputs, channels, kernel.shape[2], kernel.shape[3]],
          weights[group * part..<(group + 1) * part]),
        roundoff: context.roundoff(of: weight), geometry: single,
        input: [shape[2], shape[3]], output: [context.shape[2], context.shape[3]])
      let factors = inputs[0].factors.map {
        Array($0[group * channels * pixels..<(group + 1) * channels * pixels])
      }
      let size = context.shape.count / groups
      let unread = context.unread.map { Array($0[group * size..<(group + 1) * size]) }
      if map.fitsMatrix, factors != nil || unread != nil {
        var matrix = map.matrix
        if let factors { matrix = matrix.scalingColumns(by: factors) }
        if let unread { matrix = matrix.keepingRows(unread.indices.filter { !unread[$0] }) }
        readings.append(matrix.reading(inputs[0], outputs: size))
        continue
      }
      if let factors { map = map.scalingChannels(by: factors, pixels: pixels) }
      readings.append(map.reading(inputs[0], outputs: size))
    }
    var result = NodeReading(joiningGroups: readings, count: context.shape.count)
    // Frequencies of a torus belong to no image; the map itself is stretched.
    if inputs[0].factors == nil, result.norm?.method == .frequencies {
      result.norm?.lower = stretch(input: shape, context.parameters)
    }
    return result
  }
}

extension ConvolutionMap {
  /// The convolution with each input channel times the largest of its pixels' factors.
  func scalingChannels(by factors: [Double], pixels: Int) -> ConvolutionMap {
    let channels = (0..<inputs).map { factors[$0 * pixels..<($0 + 1) * pixels].max() ?? 0 }
    let scaled = kernelMatrix.scalingColumns(
      by: channels.flatMap { [Double](repeating: $0, count: tapCount) })
    var result = self
    result.kernel = Tensor(kernel.shape, scaled.values)
    result.roundoff = scaled.roundoff
    return result
  }
}

extension NodeReading {
  /// What groups do that read and write elements of their own.
  ///
  /// - Soundness: The norm of a diagonal of blocks is the largest of the blocks'; the distances of the inputs of all groups together
  ///   are those that were given to each.
  init(joiningGroups parts: [NodeReading], count: Int) {
    let norms = parts.compactMap(\.norm)
    let largest = norms.max { $0.upper < $1.upper }
    self.init(
      NodeReach(
        two: parts.map(\.reach.two).max() ?? .zero,
        infinity: parts.map(\.reach.infinity).max() ?? .zero, count: count),
      largest.map { "spectral norm (\($0.method.rawValue))" } ?? "no group",
      norm: largest.map { largest in
        NormEnclosure(
          upper: largest.upper, lower: norms.map(\.lower).max() ?? LowerBound(found: 0),
          method: largest.method)
      })
  }
}

extension TransposedConvolution: LipschitzReadable {
  /// The norm of the convolution that this transposes.
  ///
  /// - Soundness: A matrix and its transpose have one spectral norm; what output padding adds reads nothing further than the convolution
  ///   over the larger image does. An output's row has, of each input channel, every weight at most once.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let (shape, output) = (context.inputShapes[0], context.shape)
    let kernel = context.parameters[weight]
    guard shape[0] == 1 else {
      throw context.unsupported("it reads \(shape[0]) images at once")
    }
    var single = geometry
    single.groups = 1
    let groups = geometry.groups
    let (outputs, channels) = (kernel.shape[0] / groups, kernel.shape[1])
    let weights = kernel.scalars
    let part = kernel.count / groups
    let (two, infinity) = (inputs[0].two, inputs[0].infinity)
    let readings = (0..<groups).map { group -> NodeReading in
      let map = ConvolutionMap(
        kernel: Tensor(
          [outputs, channels, kernel.shape[2], kernel.shape[3]],
          weights[group * part..<(group + 1) * part]),
        roundoff: context.roundoff(of: weight), geometry: single,
        input: [output[2], output[3]], output: [shape[2], shape[3]])
      let norm = map.spectralNorm
      // Columns of the kernel matrix belong to an output channel and a tap; an output sums over input channels and taps.
      let columns = Matrix(
        rows: channels, columns: outputs * map.tapCount,
        map.kernel.transposed([1, 0, 2, 3]).scalars, roundoff: map.roundoff)
      return NodeReading(
        NodeReach(
          two: norm.upper * two,
          infinity: min(columns.infinityNorm * infinity, columns.twoToInfinityNorm * two),
          count: output.count), "", norm: norm)
    }
    var result = NodeReading(joiningGroups: readings, count: output.count)
    if result.norm?.method == .frequencies {
      result.norm?.lower = stretch(input: shape, context.parameters)
    }
    return result
  }
}
