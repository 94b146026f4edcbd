import Files
import Foundation

/// The images of many files, of one shape and one kind.
struct Pictures {
  private(set) var shape: [Int] = []
  private(set) var kind = ImageSet.Kind.pictures
  private(set) var pixels = ImageSet.Pixels.bytes([], scale: 255)
  /// The files that cannot be used, by place; zeros stand for their pixels.
  private(set) var problems: [Int: InputError] = [:]

  /// Reads the files on all processor cores.
  ///
  /// - Throws: `InputError` when every file is damaged, values are out of range, or two files have different
  ///   shapes.
  init(_ files: [String], _ resizing: Resizing? = nil) throws(InputError) {
    var parts = Self.read(files, resizing)
    for (index, part) in parts.enumerated() {
      switch part {
      case .success, nil: continue
      case .failure(.misread(let error)): throw error
      case .failure(.damaged(let error)): problems[index] = error
      }
    }
    if let first = problems[0], problems.count == files.count { throw first }
    let pictures = parts.map { try? $0?.get() }
    parts = []
    guard let first = pictures.firstIndex(where: { $0 != nil }), let model = pictures[first] else {
      return
    }
    // Gray pictures among coloured ones get three equal channels, as image libraries do.
    let isMixed = Set(pictures.compactMap { $0?.shape[0] }) == [1, 3]
    kind = model.kind
    shape = isMixed ? [3] + model.shape[1...] : model.shape
    let isFloat = pictures.contains { $0?.pixels.isFloat ?? false }
    let size = shape.reduce(1, *)
    var bytes: [UInt8] = []
    var floats: [Float] = []
    for (index, picture) in pictures.enumerated() {
      guard let picture else {
        if isFloat { floats += repeatElement(0, count: size) }
        if !isFloat { bytes += repeatElement(0, count: size) }
        continue
      }
      let own = isMixed ? [3] + picture.shape[1...] : picture.shape
      guard own == shape, picture.kind == kind else {
        throw InputError(
          files[index],
          "shape \(own); \(files[first]) has \(shape), and all must be the same"
            + (kind == .pictures ? " (see --resize and --crop)" : ""))
      }
      switch isMixed && picture.shape[0] == 1 ? picture.pixels.tripled : picture.pixels {
      case .bytes(let values, let scale) where isFloat: floats += values.map { Float($0) / scale }
      case .bytes(let values, _): bytes += values
      case .floats(let values): floats += values
      }
    }
    pixels = isFloat ? .floats(floats) : .bytes(bytes, scale: 255)
  }

  private static func read(
    _ files: [String], _ resizing: Resizing?
  ) -> [Result<PictureFile, PictureFile.Problem>?] {
    var results = [Result<PictureFile, PictureFile.Problem>?](repeating: nil, count: files.count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Each file writes to a place of its own.
      nonisolated(unsafe) let buffer = buffer
      DispatchQueue.concurrentPerform(iterations: files.count) { index in
        buffer[index] = Result { () throws(PictureFile.Problem) in
          let file = try PictureFile(files[index])
          return try resizing.map { (rule) throws(PictureFile.Problem) in
            try file.resized(by: rule, files[index])
          } ?? file
        }
      }
    }
    return results
  }
}

extension ImageSet.Pixels {
  fileprivate var isFloat: Bool {
    if case .floats = self { true } else { false }
  }

  /// One image of one channel, the channel repeated three times.
  fileprivate var tripled: Self {
    switch self {
    case .bytes(let values, let scale): .bytes(values + values + values, scale: scale)
    case .floats(let values): .floats(values + values + values)
    }
  }
}
