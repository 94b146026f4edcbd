import Files

extension ImageSet {
  /// Returns the set with its first images only.
  ///
  /// - Throws: `InputError` when there are not as many, or none are asked for.
  public func first(_ number: Int) throws(InputError) -> ImageSet {
    guard (1...count).contains(number) else {
      throw InputError(
        name, "has \(count) images, \(number) are not a part of it; expected 1 to \(count)")
    }
    return part(0..<number)
  }

  /// Returns the set with some of its images, one after the other.
  ///
  /// - Precondition: The range is within `0..<count`.
  public func part(_ range: Range<Int>) -> ImageSet {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) in \(name)")
    let values = range.lowerBound * imageSize..<range.upperBound * imageSize
    let part: Pixels =
      switch pixels {
      case .bytes(let bytes, let scale): .bytes(Array(bytes[values]), scale: scale)
      case .floats(let floats): .floats(Array(floats[values]))
      }
    var result = ImageSet(
      name: name, split: split, shape: shape, classes: classes, pixels: part,
      labels: Array(labels[range]))
    (result.kind, result.numbering) = (kind, numbering)
    for (place, problem) in problems where range.contains(place) {
      result.problems[place - range.lowerBound] = problem
    }
    (result.exampleNames, result.valueNames) = (exampleNames.map { Array($0[range]) }, valueNames)
    return result
  }

  /// The same examples with other pixels.
  func with(_ pixels: Pixels, shape: [Int]) -> ImageSet {
    var result = ImageSet(
      name: name, split: split, shape: shape, classes: classes, pixels: pixels, labels: labels)
    (result.kind, result.numbering, result.problems) = (kind, numbering, problems)
    // Values of another shape are other values.
    (result.exampleNames, result.valueNames) = (
      exampleNames, shape == self.shape ? valueNames : nil
    )
    return result
  }
}

extension ImageSet.Pixels {
  /// The pixels of one image, to be looked up one by one.
  ///
  /// - Parameter table: What each stored byte stands for, as `byteValues` gives it.
  func withImage<R>(
    _ range: Range<Int>, table: [Float], _ body: (PixelSource) -> R
  ) -> R {
    switch self {
    case .bytes(let bytes, _):
      bytes.withUnsafeBufferPointer { bytes in
        table.withUnsafeBufferPointer {
          body(.bytes(UnsafeBufferPointer(rebasing: bytes[range]), $0))
        }
      }
    case .floats(let values):
      values.withUnsafeBufferPointer { body(.floats(UnsafeBufferPointer(rebasing: $0[range]))) }
    }
  }

  /// What each stored byte stands for; empty where values are stored.
  var byteValues: [Float] {
    guard case .bytes(_, let scale) = self else { return [] }
    return (0...255).map { Float($0) / scale }
  }
}

/// The stored values of one image.
enum PixelSource {
  case bytes(UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Float>)
  case floats(UnsafeBufferPointer<Float>)
}
