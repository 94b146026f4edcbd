import COpenSSL
import Files
import Foundation

/// Returns the SHA-256 digest of a file, as 64 lowercase hexadecimal digits.
///
/// The bytes are taken as they are stored: a `.gz` file is not decompressed.
///
/// - Throws: `InputError` when the file is missing, a folder, or cannot be read.
public func sha256(ofFile path: String) throws(InputError) -> String {
  try digest(ofFile: path, EVP_sha256(), named: "SHA-256")
}

/// Returns the SHA-256 digest of bytes in memory, as 64 lowercase hexadecimal digits.
public func sha256(of data: some DataProtocol) -> String {
  let bytes = [UInt8](data)
  var result = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  SHA256(bytes, bytes.count, &result)
  return hexadecimal(result)
}

/// Returns the SHA-256 digest of bytes in memory, without a copy of them.
public func sha256(of data: Data) -> String {
  var result = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  data.withUnsafeBytes { bytes in
    _ = SHA256(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &result)
  }
  return hexadecimal(result)
}
