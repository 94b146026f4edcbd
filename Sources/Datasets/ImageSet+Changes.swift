import Files

extension ImageSet {
  /// The set with every pixel value `x` replaced by `1 - x`.
  ///
  /// - Precondition: The examples are pictures.
  public func inverted() -> ImageSet {
    changed(shape: shape) { image in image.map { 1 - $0 } }
  }

  /// The set with every image turned by a quarter, against the clock.
  ///
  /// - Precondition: The examples are pictures.
  public func rotated() -> ImageSet {
    let (height, width) = (shape[1], shape[2])
    // Row y and column x of the result are column width - 1 - y and row x of the image.
    return changed(shape: [shape[0], width, height]) { image in
      (0..<image.count).map { place in
        let (channel, rest) = (place / (height * width), place % (height * width))
        let (y, x) = (rest / height, rest % height)
        return image[channel * height * width + x * width + width - 1 - y]
      }
    }
  }

  /// The set with images of another size, each pixel the mean of the image over the area that it covers.
  ///
  /// - Precondition: The examples are pictures, and the size is positive.
  public func resized(height: Int, width: Int) -> ImageSet {
    precondition(height > 0 && width > 0, "images of \(height) x \(width) pixels")
    let (from, channels) = ((shape[1], shape[2]), shape[0])
    let (rows, columns) = (Self.covered(from.0, by: height), Self.covered(from.1, by: width))
    return changed(shape: [channels, height, width]) { image in
      var result: [Float] = []
      for channel in 0..<channels {
        for row in rows {
          for column in columns {
            var sum = 0.0
            for (y, down) in row {
              for (x, right) in column {
                sum += down * right * Double(image[(channel * from.0 + y) * from.1 + x])
              }
            }
            result.append(Float(min(max(sum, 0), 1)))
          }
        }
      }
      return result
    }
  }

  /// One of several parts of the images, as even as can be, in their order.
  ///
  /// - Parameters:
  ///   - part: The part, from 1.
  ///   - parts: How many there are.
  /// - Throws: `InputError` when there is no such part, or it would be empty.
  public func part(_ part: Int, of parts: Int) throws(InputError) -> ImageSet {
    guard (1...max(1, parts)).contains(part), parts <= count else {
      throw InputError(
        name,
        "part \(part) of \(parts) of \(count) images; expected 1 to \(count) parts, and one of them"
      )
    }
    let range = count * (part - 1) / parts..<count * part / parts
    return ImageSet(
      name: name, split: split, shape: shape, classes: classes,
      pixels: .floats(range.flatMap(image)), labels: range.map { labels[$0] })
  }

  private func changed(shape: [Int], _ change: ([Float]) -> [Float]) -> ImageSet {
    precondition(kind == .pictures, "\(name) holds no pictures")
    return with(.floats((0..<count).flatMap { change(image($0)) }), shape: shape)
  }

  /// For each pixel of a new axis the old ones that it covers, with the parts of it that they make up.
  private static func covered(_ old: Int, by new: Int) -> [[(place: Int, weight: Double)]] {
    let step = Double(old) / Double(new)
    return (0..<new).map { place in
      let (start, end) = (Double(place) * step, Double(place + 1) * step)
      return (Int(start)..<min(old, Int(end.rounded(.up)))).compactMap { source in
        let overlap = min(end, Double(source + 1)) - max(start, Double(source))
        return overlap > 0 ? (source, overlap / step) : nil
      }
    }
  }
}
