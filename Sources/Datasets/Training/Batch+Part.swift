extension Batch {
  /// Some of the batch's images, in their order.
  ///
  /// - Precondition: The range is within `0..<count`.
  public func part(_ range: Range<Int>) -> Batch {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "images \(range) of a batch of \(count)")
    guard range.count < count else { return self }
    let size = pixels.count / count
    return Batch(
      position: position, examples: Array(examples[range]), labels: Array(labels[range]),
      shape: [range.count] + shape.dropFirst(),
      pixels: Array(pixels[range.lowerBound * size..<range.upperBound * size]))
  }
}
