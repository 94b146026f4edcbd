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

  /// Whether a name is that of a picture in a format that other tools read.
  static func isForeign(_ name: String) -> Bool {
    ["bmp", "gif", "pgm", "pnm", "ppm", "tif", "tiff", "webp", "jp2", "avif", "heic"]
      .contains { name.lowercased().hasSuffix(".\($0)") }
  }
}
