import Files
import Foundation

extension Property {
  /// Reads a VNN-LIB 1.0 file, plain or compressed.
  ///
  /// - Throws: `InputError` naming the file, the line and what would be right.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(parsing: readFile(path), source: path)
  }

  /// Reads the text of a VNN-LIB 1.0 file.
  ///
  /// Decimals become the nearest doubles. A lower bound above its upper bound is not an error but
  /// an empty region: it appears in `warnings`, and no disjunct remains of it.
  ///
  /// - Parameters:
  ///   - data: The text in UTF-8.
  ///   - source: What to call the text in errors, usually a path.
  /// - Throws: `InputError` naming the line and what would be right.
  public init(parsing data: Data, source: String) throws(InputError) {
    var parser = Parser([UInt8](data), source: source)
    try parser.parse()
    self = try Assembly(parser).property()
  }
}
