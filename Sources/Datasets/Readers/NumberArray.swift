import Files

/// The numbers of an array file in NumPy's format, whatever their type.
public struct NumberArray: Sendable, Hashable {
  /// The extents.
  public var shape: [Int]
  /// The values, row-major.
  public var values: [Double]

  /// Creates an array.
  public init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// Reads a `.npy` file.
  ///
  /// - Throws: `InputError` when the file is missing or is not such an array.
  public init(npy path: String) throws(InputError) {
    let array = try NumpyArray(path: path)
    shape = array.shape
    switch array.values {
    case .bytes(let bytes): values = bytes.map(Double.init)
    case .floats(let numbers): values = numbers
    case .integers(let numbers): values = numbers.map(Double.init)
    case .booleans(let flags): values = flags.map { $0 ? 1 : 0 }
    }
  }
}
