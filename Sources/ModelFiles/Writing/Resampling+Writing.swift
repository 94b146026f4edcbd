import Networks
import Tensors

extension Resampling: ONNXWritable {
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem) {
    writer.addSums(self, rank: step.inputShapes[0].rank, of: step.inputs[0], as: step)
  }
}

extension ONNXWriter {
  /// Adds weighted sums along an axis: what is read, term by term on an axis of its own, times the weights, summed.
  fileprivate mutating func addSums(
    _ sums: Resampling, rank: Int, of source: String, as step: ONNXStep
  ) {
    let terms = sums.sources.count
    let ones = [Int](repeating: 1, count: rank - sums.axis - 1)
    let places = integers(
      sums.sources.flatMap { $0.map { Int(max(0, $0)) } }, [terms, sums.extent],
      named: "\(step.name).places")
    let weights = floats(
      Tensor(Shape([terms, sums.extent] + ones), sums.weights.flatMap { $0 }),
      named: "\(step.name).weights")
    let read = unique("\(step.name).read")
    add("Gather", [source, places], read, name: read, [.integer("axis", sums.axis)])
    let weighted = unique("\(step.name).weighted")
    add("Mul", [read, weights], weighted, name: weighted)
    let axes = integers([sums.axis], named: "\(step.name).axes")
    add(
      "ReduceSum", [weighted, axes], step.output, name: step.name, [.integer("keepdims", 0)])
  }

  /// Adds a mean over windows as weighted sums of pixels.
  mutating func addSums(_ pool: AveragePool, _ step: ONNXStep) {
    let image = PoolingWindow.image(of: step.inputShapes[0])
    let taps = pool.window.taps(image)
    let counts = pool.window.counts(image, countingPadding: pool.countsPadding)
    let sums = Resampling(
      axis: 2,
      sums: counts.indices.map { pixel in
        taps.map { Resampling.Term($0[pixel], 1 / Double(counts[pixel])) }
      })
    // A 0 keeps the extent, so the nodes take any batch.
    let flat = unique("\(step.name).flat")
    let joined = integers([0, 0, -1], named: "\(step.name).joined")
    add("Reshape", [step.inputs[0], joined], flat, name: flat)
    var pixels = step
    pixels.name = unique("\(step.name).means")
    pixels.output = pixels.name
    addSums(sums, rank: 3, of: flat, as: pixels)
    let extents = integers(
      [0, 0] + pool.window.outputExtents(image), named: "\(step.name).extents")
    add("Reshape", [pixels.output, extents], step.output, name: step.name)
  }
}
