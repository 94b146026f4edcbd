import CZlib
import Foundation

/// Reads a whole file, decompressing it when its name ends in `.gz`.
///
/// A file named `.gz` that does not start with the gzip magic is refused, because a tool that
/// guesses hides a broken download. Where a file is missing and one of its name with `.gz` is there, as tables of
/// instances list them, that one is read.
///
/// - Parameters:
///   - path: The file.
///   - limit: The largest decompressed size accepted, in bytes; a compressed file that expands
///     beyond it is refused rather than allowed to fill the memory.
/// - Throws: `InputError` when the file is missing, unreadable, not gzip data, corrupt, or too
///   large.
public func readFile(_ path: String, limit: Int = 4 << 30) throws(InputError) -> Data {
  let raw: Data
  let packed = "\(path).gz"
  if !FileManager.default.fileExists(atPath: path), FileManager.default.fileExists(atPath: packed) {
    return try readFile(packed, limit: limit)
  }
  do {
    raw = try Data(contentsOf: URL(fileURLWithPath: path))
  } catch {
    throw InputError(path, fileProblem(path))
  }
  guard path.hasSuffix(".gz") else { return raw }
  guard raw.starts(with: [0x1f, 0x8b]) else {
    throw InputError(path, "not gzip data; remove .gz from the name or compress the file")
  }
  return try gunzip(raw, source: path, limit: limit)
}

private func fileProblem(_ path: String) -> String {
  var isDirectory: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
    return "no such file"
  }
  return isDirectory.boolValue ? "is a folder, expected a file" : "cannot be read"
}

/// Decompresses gzip data of one or more members.
///
/// - Throws: `InputError` naming `source` when the data is corrupt, cut short or expands beyond
///   `limit`.
public func gunzip(_ data: Data, source: String, limit: Int) throws(InputError) -> Data {
  var stream = z_stream()
  // 15 bits of window, plus 16: expect a gzip header and check its trailer.
  guard
    inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else {
    throw InputError(source, "zlib could not be started")
  }
  defer { inflateEnd(&stream) }
  var output = Data()
  var input = [UInt8](data)
  var chunk = [UInt8](repeating: 0, count: 1 << 18)
  var status = Z_OK
  var fed = 0
  let outcome: String? = input.withUnsafeMutableBufferPointer { input in
    while true {
      if stream.avail_in == 0 && fed < input.count {
        // zlib counts in 32 bits, so larger data goes in by pieces.
        let piece = min(input.count - fed, 1 << 30)
        stream.next_in = input.baseAddress.map { $0 + fed }
        stream.avail_in = UInt32(piece)
        fed += piece
      }
      let produced = chunk.withUnsafeMutableBufferPointer { chunk -> Int in
        stream.next_out = chunk.baseAddress
        stream.avail_out = UInt32(chunk.count)
        status = inflate(&stream, Z_NO_FLUSH)
        return chunk.count - Int(stream.avail_out)
      }
      output.append(contentsOf: chunk[0..<produced])
      if output.count > limit { return "expands beyond \(limit) bytes" }
      let isAtEnd = stream.avail_in == 0 && fed == input.count
      if status == Z_STREAM_END {
        if isAtEnd { return nil }
        guard inflateReset(&stream) == Z_OK else { return "corrupt gzip data" }
        continue
      }
      if isAtEnd && produced == 0 && (status == Z_OK || status == Z_BUF_ERROR) {
        return "corrupt gzip data: it ends too early"
      }
      if status != Z_OK { return "corrupt gzip data" }
    }
  }
  if let outcome { throw InputError(source, outcome) }
  return output
}
