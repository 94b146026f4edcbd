import CKernels

// The rows of a function over a block of examples are a block themselves, so that lane k of a block of rows
// belongs to lane k of a block of examples.
extension Lanes: BackwardAlgebra {
  public static var exampleBlock: Int { width }

  public static func relaxed(_ rows: RowBlock<Lanes>, _ lines: Lines<Lanes>, exampleOfRow: [Int32])
    -> (
      RowBlock<Lanes>, constant: Lanes
    )
  {
    guard let form = RowForm(rows.values.shape, lines, exampleOfRow) else {
      return relaxedByDefinition(rows, lines, exampleOfRow: exampleOfRow)
    }
    let (a, lines) = (rows.values.blocks, lines.map(\.blocks))
    let result = Buffer<Scalar>(count: a.count)
    let constant = Tensor<Scalar>(repeating: 0, [rows.count])
    form.forEachBlock { block, row, constantRow in
      Scalar.laneKernels.relax(
        a.buffer.pointer + row, form.functions, form.stride, form.features,
        lines.lowerSlope.buffer.pointer + row, lines.lowerIntercept.map { $0.buffer.pointer + row },
        lines.upperSlope.buffer.pointer + row, lines.upperIntercept.buffer.pointer + row,
        result.pointer + row, constant.buffer.pointer + constantRow, form.constantStride)
    }
    return (
      RowBlock(
        dense: Lanes(blocks: Tensor(shape: a.shape, buffer: result), rows.values.shape)),
      Lanes(plain: constant)
    )
  }

  public static func relaxedGradient(
    _ rows: Lanes, _ lines: Lines<Lanes>, exampleOfRow: [Int32], byResult: Lanes, byConstant: Lanes,
    needsLower: Bool
  ) -> RelaxedGradient<Lanes> {
    guard let form = RowForm(rows.shape, lines, exampleOfRow) else {
      return definedGradient(rows, lines, exampleOfRow, byResult, byConstant, needsLower)
    }
    let (a, g, k) = (rows.blocks, byResult.blocks, byConstant.plain)
    let shape = lines.upperSlope.shape
    let lines = lines.map(\.blocks)
    let result = Buffer<Scalar>(count: a.count)
    let zeros = { Tensor<Scalar>(repeating: 0, lines.upperSlope.shape) }
    let (slopes, intercepts) = (needsLower ? zeros() : nil, needsLower ? zeros() : nil)
    let upper = (slope: zeros(), intercept: zeros())
    form.forEachBlock { block, row, constantRow in
      Scalar.laneKernels.relaxGradient(
        a.buffer.pointer + row, g.buffer.pointer + row, k.buffer.pointer + constantRow,
        form.constantStride, form.functions, form.stride, form.features,
        lines.lowerSlope.buffer.pointer + row, lines.lowerIntercept.map { $0.buffer.pointer + row },
        lines.upperSlope.buffer.pointer + row, lines.upperIntercept.buffer.pointer + row,
        result.pointer + row, slopes.map { $0.buffer.pointer + row },
        intercepts.map { $0.buffer.pointer + row }, upper.slope.buffer.pointer + row,
        upper.intercept.buffer.pointer + row)
    }
    return RelaxedGradient(
      rows: Lanes(blocks: Tensor(shape: a.shape, buffer: result), rows.shape),
      lowerSlope: slopes.map { Lanes(blocks: $0, shape) },
      lowerIntercept: intercepts.map { Lanes(blocks: $0, shape) },
      upperSlope: Lanes(blocks: upper.slope, shape),
      upperIntercept: Lanes(blocks: upper.intercept, shape))
  }

  public static func minimum(
    _ rows: RowBlock<Lanes>, center: Lanes, radius: Lanes, exampleOfRow: [Int32]
  ) -> Lanes {
    guard let form = RowForm(rows.values.shape, center.shape, exampleOfRow) else {
      return minimumByDefinition(rows, center: center, radius: radius, exampleOfRow: exampleOfRow)
    }
    let (a, m, r) = (rows.values.blocks, center.blocks, radius.blocks)
    let result = Tensor<Scalar>(repeating: 0, [rows.count])
    form.forEachBlock { block, row, constantRow in
      Scalar.laneKernels.minimum(
        a.buffer.pointer + row, form.functions, form.stride, form.features, m.buffer.pointer + row,
        r.buffer.pointer + row, result.buffer.pointer + constantRow, form.constantStride)
    }
    return Lanes(plain: result)
  }

  public static func minimumGradient(
    _ rows: Lanes, center: Lanes, radius: Lanes, exampleOfRow: [Int32], byResult: Lanes
  ) -> Lanes {
    guard let form = RowForm(rows.shape, center.shape, exampleOfRow) else {
      return Lanes(
        plain: Tensor.minimumGradient(
          rows.plain, center: center.plain, radius: radius.plain, exampleOfRow: exampleOfRow,
          byResult: byResult.plain))
    }
    let (a, m, r, k) = (rows.blocks, center.blocks, radius.blocks, byResult.plain)
    let result = Buffer<Scalar>(count: a.count)
    form.forEachBlock { block, row, constantRow in
      Scalar.laneKernels.minimumGradient(
        a.buffer.pointer + row, k.buffer.pointer + constantRow, form.constantStride, form.functions,
        form.stride, form.features, m.buffer.pointer + row, r.buffer.pointer + row,
        result.pointer + row)
    }
    return Lanes(blocks: Tensor(shape: a.shape, buffer: result), rows.shape)
  }

  /// The derivative in plain operations.
  private static func definedGradient(
    _ rows: Lanes, _ lines: Lines<Lanes>, _ exampleOfRow: [Int32], _ byResult: Lanes,
    _ byConstant: Lanes,
    _ needsLower: Bool
  ) -> RelaxedGradient<Lanes> {
    let gradient = Tensor.relaxedGradient(
      rows.plain, lines.map(\.plain), exampleOfRow: exampleOfRow, byResult: byResult.plain,
      byConstant: byConstant.plain, needsLower: needsLower)
    return RelaxedGradient(
      rows: Lanes(plain: gradient.rows), lowerSlope: gradient.lowerSlope.map { Lanes(plain: $0) },
      lowerIntercept: gradient.lowerIntercept.map { Lanes(plain: $0) },
      upperSlope: Lanes(plain: gradient.upperSlope),
      upperIntercept: Lanes(plain: gradient.upperIntercept))
  }
}

/// How rows lie beside the examples they belong to, counted in elements of blocks.
private struct RowForm: Sendable {
  /// The functions of an example.
  let functions: Int
  /// The elements of a row.
  let features: Int
  /// The blocks of examples.
  let blocks: Int

  /// From a block of rows to that of the next function.
  var stride: Int { blocks * features * Int(SURETY_LANES) }
  /// The same among the rows' constants.
  var constantStride: Int { blocks * Int(SURETY_LANES) }

  /// The form, or nil when the rows are ordered in another way.
  init?(_ rows: Shape, _ examples: Shape, _ exampleOfRow: [Int32]) {
    let lanes = Int(SURETY_LANES)
    blocks = (examples[0] + lanes - 1) / lanes
    let padded = blocks * lanes
    guard padded > 0, rows[0] % padded == 0, rows.count / rows[0] == examples.count / examples[0],
      exampleOfRow.indices.allSatisfy({ Int(exampleOfRow[$0]) == min($0 % padded, examples[0] - 1) }
      )
    else { return nil }
    functions = rows[0] / padded
    features = rows.count / rows[0]
  }

  init?<S>(_ rows: Shape, _ lines: Lines<Lanes<S>>, _ exampleOfRow: [Int32]) {
    guard !lines.lowerIsPerRow else { return nil }
    self.init(rows, lines.upperSlope.shape, exampleOfRow)
  }

  /// Calls a function with each block of examples, where its rows start and where their constants do.
  func forEachBlock(_ body: @escaping @Sendable (Int, Int, Int) -> Void) {
    let (blocks, features, lanes) = (blocks, features, Int(SURETY_LANES))
    Workers.forEach(blocks) { block in body(block, block * features * lanes, block * lanes) }
  }
}
