import Files
import Foundation

/// The pixels of many JPEG files of one size, gray ones with three equal channels.
struct ColourPictures {
  /// Three channels, height, width.
  let shape: [Int]
  /// The values in the order image, channel, row, column; zeros for a damaged file.
  let bytes: [UInt8]
  /// The files that are damaged, by place.
  let problems: [Int: InputError]

  /// Reads the files on all processor cores.
  ///
  /// - Throws: `InputError` about the first file, in their order, that has another size, or when all are damaged.
  init(_ files: [String]) throws(InputError) {
    guard !files.isEmpty else {
      (shape, bytes, problems) = ([3, 0, 0], [], [:])
      return
    }
    let (first, model) = try Self.firstReadable(files)
    let size = 3 * model.height * model.width
    let found = Problems()
    bytes = [UInt8](unsafeUninitializedCapacity: files.count * size) { buffer, count in
      buffer.initialize(repeating: 0)
      // Each file writes to a place of its own.
      nonisolated(unsafe) let buffer = buffer
      DispatchQueue.concurrentPerform(iterations: files.count) { index in
        do throws(InputError) {
          let picture = try JPEGImage(path: files[index])
          guard picture.height == model.height, picture.width == model.width else {
            found.add(
              InputError(
                files[index],
                "\(picture.width)x\(picture.height) pixels; \(files[first]) has "
                  + "\(model.width)x\(model.height), and all must be the same"), at: index,
              isFatal: true)
            return
          }
          let plane = size / 3
          for channel in 0..<3 {
            let from = picture.channels == 1 ? 0 : channel * plane
            for pixel in 0..<plane {
              buffer[index * size + channel * plane + pixel] = picture.planes[from + pixel]
            }
          }
        } catch {
          found.add(error, at: index, isFatal: false)
        }
      }
      count = files.count * size
    }
    if let error = found.fatal { throw error }
    shape = [3, model.height, model.width]
    problems = found.all
  }

  /// - Throws: The first file's `InputError` when all are damaged.
  private static func firstReadable(
    _ files: [String]
  ) throws(InputError) -> (Int, JPEGImage) {
    var problem: InputError?
    for (index, file) in files.enumerated() {
      do throws(InputError) {
        return (index, try JPEGImage(path: file))
      } catch {
        problem = problem ?? error
      }
    }
    throw problem ?? InputError("pictures", "there are none")
  }
}

/// The errors that several threads meet.
private final class Problems: @unchecked Sendable {
  // Guarded by `lock`.
  private var damaged: [Int: InputError] = [:]
  private var first: (index: Int, error: InputError)?
  private let lock = NSLock()

  /// The first error that ends the reading.
  var fatal: InputError? { lock.withLock { first?.error } }

  /// The files that cannot be used.
  var all: [Int: InputError] { lock.withLock { damaged } }

  func add(_ error: InputError, at index: Int, isFatal: Bool) {
    lock.withLock {
      if !isFatal {
        damaged[index] = error
      } else if index < first?.index ?? .max {
        first = (index, error)
      }
    }
  }
}
