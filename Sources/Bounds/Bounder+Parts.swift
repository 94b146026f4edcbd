import Networks
import Tensors

extension Bounder {
  /// Bounds parts of a batch independently, on all workers.
  ///
  /// A part that stays in one thread needs no meeting of threads at every operation, and its values stay
  /// in that thread's cache. Batches too small to be cut are passed on whole, with all workers inside.
  ///
  /// - Parameters:
  ///   - smallest: The fewest examples worth a part; products with few rows are slow.
  ///   - body: Bounds a part; the range says which examples it has.
  /// - Returns: The results in the order of the examples.
  public func inParts<Result: Sendable>(
    _ inputs: InputSet<T>, smallest: Int,
    _ body: @Sendable (InputSet<T>, Range<Int>) throws(Unsupported) -> Result
  ) throws(Unsupported) -> [Result] {
    let threads = Workers.available
    let parts = inputs.count / max(1, smallest)
    guard threads > 1, parts >= threads else { return [try body(inputs, 0..<inputs.count)] }
    let even = parts / threads * threads
    let ranges = (0..<even).map {
      inputs.count * $0 / even..<inputs.count * ($0 + 1) / even
    }
    return try concurrently(ranges) { (range) throws(Unsupported) -> Result in
      try body(inputs.examples(range), range)
    }
  }
}

extension OutputFunctions {
  /// The functions of some of the examples.
  public func examples(_ range: Range<Int>) -> OutputFunctions {
    range.count == coefficients.shape[0]
      ? self : OutputFunctions(coefficients.sliced(range, axis: 0))
  }
}
