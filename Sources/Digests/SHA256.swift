import Crypto
import Files
import Foundation

/// Returns the SHA-256 digest of a file, as 64 lowercase hexadecimal digits.
///
/// The file is read in pieces of one mebibyte, so its size does not matter. The bytes are taken as they
/// are stored: a `.gz` file is not decompressed.
///
/// - Throws: `InputError` when the file is missing, a folder, or cannot be read.
public func sha256(ofFile path: String) throws(InputError) -> String {
  var isDirectory: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
    throw InputError(path, "no such file")
  }
  if isDirectory.boolValue { throw InputError(path, "is a folder, expected a file") }
  guard let file = FileHandle(forReadingAtPath: path) else {
    throw InputError(path, "cannot be read")
  }
  defer { try? file.close() }
  var hash = SHA256()
  do {
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      hash.update(data: piece)
    }
  } catch {
    throw InputError(path, "cannot be read")
  }
  return hexadecimal(hash.finalize())
}

/// Returns the SHA-256 digest of bytes in memory, as 64 lowercase hexadecimal digits.
public func sha256(of data: some DataProtocol) -> String {
  hexadecimal(SHA256.hash(data: data))
}

private func hexadecimal(_ digest: SHA256.Digest) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(64)
  for byte in digest {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
