import Files
import Foundation

/// The pixels of many JPEG files of one size, gray ones with three equal channels.
struct ColourPictures {
  /// Three channels, height, width.
  let shape: [Int]
  /// The values in the order image, channel, row, column.
  let bytes: [UInt8]

  /// Reads the files on all processor cores.
  ///
  /// - Throws: `InputError` about the first file, in their order, that is damaged or has another size.
  init(_ files: [String]) throws(InputError) {
    guard let first = files.first else {
      (shape, bytes) = ([3, 0, 0], [])
      return
    }
    let model = try JPEGImage(path: first)
    let size = 3 * model.height * model.width
    let problems = Problems()
    bytes = [UInt8](unsafeUninitializedCapacity: files.count * size) { buffer, count in
      // Each file writes to a place of its own.
      nonisolated(unsafe) let buffer = buffer
      DispatchQueue.concurrentPerform(iterations: files.count) { index in
        // A file after a damaged one need not be read.
        guard index < problems.first else { return }
        do throws(InputError) {
          let picture = try JPEGImage(path: files[index])
          guard picture.height == model.height, picture.width == model.width else {
            throw InputError(
              files[index],
              "\(picture.width)x\(picture.height) pixels; \(first) has \(model.width)x\(model.height)"
                + ", and all must be the same")
          }
          let place = UnsafeMutableBufferPointer(
            rebasing: buffer[index * size..<(index + 1) * size])
          let plane = size / 3
          for channel in 0..<3 {
            let from = picture.channels == 1 ? 0 : channel * plane
            _ = place[(channel * plane)...].initialize(from: picture.planes[from..<from + plane])
          }
        } catch {
          problems.add(error, at: index)
        }
      }
      count = problems.error == nil ? files.count * size : 0
    }
    if let error = problems.error { throw error }
    shape = [3, model.height, model.width]
  }
}

/// The first of the errors that several threads meet.
private final class Problems: @unchecked Sendable {
  // Guarded by `lock`.
  private var found: (index: Int, error: InputError)?
  private let lock = NSLock()

  /// The place of the first error so far; beyond every place without one.
  var first: Int { lock.withLock { found?.index ?? .max } }

  var error: InputError? { lock.withLock { found?.error } }

  func add(_ error: InputError, at index: Int) {
    lock.withLock {
      if index < found?.index ?? .max { found = (index, error) }
    }
  }
}
