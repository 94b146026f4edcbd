import COpenSSL
import Files
import Foundation

/// A running digest of bytes, computed by OpenSSL's libcrypto.
struct Digest: ~Copyable {
  private let context: OpaquePointer

  /// Starts a digest.
  ///
  /// - Throws: `InputError` when the library does not offer the algorithm.
  init(_ algorithm: OpaquePointer?, named name: String) throws(InputError) {
    guard let context = EVP_MD_CTX_new() else { throw InputError(name, "libcrypto has no memory") }
    guard EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw InputError(name, "this build of libcrypto does not offer it")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes.
  func update(_ data: Data) {
    data.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  /// The digest in lowercase hexadecimal.
  consuming func finish() -> String {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    EVP_DigestFinal_ex(context, &bytes, &count)
    return hexadecimal(bytes[..<Int(count)])
  }
}

/// Bytes as lowercase hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// Digests the pieces of a file.
///
/// The file is read in pieces of one mebibyte, so its size does not matter. The bytes are taken as they
/// are stored: a `.gz` file is not decompressed.
func digest(
  ofFile path: String, _ algorithm: OpaquePointer?, named name: String
) throws(InputError) -> String {
  var isDirectory: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
    throw InputError(path, "no such file")
  }
  if isDirectory.boolValue { throw InputError(path, "is a folder, expected a file") }
  guard let file = FileHandle(forReadingAtPath: path) else {
    throw InputError(path, "cannot be read")
  }
  defer { try? file.close() }
  let digest = try Digest(algorithm, named: name)
  while true {
    let piece: Data?
    do { piece = try file.read(upToCount: 1 << 20) } catch {
      throw InputError(path, "cannot be read")
    }
    guard let piece, !piece.isEmpty else { return digest.finish() }
    digest.update(piece)
  }
}
