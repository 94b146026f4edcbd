import Files

/// One example in a file of its own.
struct PictureFile {
  /// The formats that are read.
  enum Format: String, CaseIterable {
    case png, jpg, jpeg, npy

    /// The format that a name says, in capitals or not.
    init?(_ name: String) {
      guard let dot = name.lastIndex(of: ".") else { return nil }
      self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }
  }

  /// The shape: channels, height, width.
  let shape: [Int]
  let kind: ImageSet.Kind
  let pixels: ImageSet.Pixels

  /// What is wrong with a file.
  enum Problem: Error {
    /// The file cannot be used; others may be.
    case damaged(InputError)
    /// The values do not mean what they should, so those of the other files do not either.
    case misread(InputError)
  }

  /// Reads a file in the format that its name says.
  init(_ path: String) throws(Problem) {
    switch Format(path) {
    case .npy: try self.init(array: path)
    case .jpg, .jpeg: try self.init(jpeg: path)
    case .png, nil: try self.init(png: path)
    }
  }

  private init(array path: String) throws(Problem) {
    let array: NumpyArray
    do {
      array = try NumpyArray(path: path)
    } catch {
      throw .damaged(error)
    }
    let examples: ArrayExamples
    do {
      examples = try ArrayExamples(single: array)
    } catch {
      throw .misread(error)
    }
    if let problem = examples.problems[0] { throw .damaged(problem) }
    (shape, kind, pixels) = (examples.shape, examples.kind, examples.pixels)
  }

  private init(jpeg path: String) throws(Problem) {
    do {
      let image = try JPEGImage(path: path)
      shape = [image.channels, image.height, image.width]
      kind = .pictures
      pixels = .bytes(image.planes, scale: 255)
    } catch {
      throw .damaged(error)
    }
  }

  private init(png path: String) throws(Problem) {
    do {
      let image = try PNGImage(path: path)
      shape = [image.channels, image.height, image.width]
      kind = .pictures
      pixels = image.pixels
    } catch {
      throw .damaged(error)
    }
  }

  /// The picture resized.
  ///
  /// - Throws: When its values are no bytes, which the rule is made for, or the window is larger.
  func resized(by rule: Resizing, _ path: String) throws(Problem) -> PictureFile {
    guard case .bytes(let bytes, let scale) = pixels, kind == .pictures else {
      throw .misread(
        InputError(path, "has no 8-bit pixels, which --resize and --crop are for"))
    }
    guard let result = rule.apply(to: bytes, shape) else {
      throw .misread(
        InputError(path, "shape \(shape) is smaller than the window of --crop; see --resize"))
    }
    return PictureFile(
      shape: result.shape, kind: kind, pixels: .bytes(result.planes, scale: scale))
  }

  private init(shape: [Int], kind: ImageSet.Kind, pixels: ImageSet.Pixels) {
    (self.shape, self.kind, self.pixels) = (shape, kind, pixels)
  }

  /// Whether a name is that of a picture in a format that other tools read.
  static func isForeign(_ name: String) -> Bool {
    ["bmp", "gif", "pgm", "pnm", "ppm", "tif", "tiff", "webp", "jp2", "avif", "heic"]
      .contains { name.lowercased().hasSuffix(".\($0)") }
  }
}
