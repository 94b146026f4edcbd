import Tensors

/// What a model file leaves open and its reader must choose.
public struct ModelChoices: Sendable {
  /// An input that gets a value instead of a region.
  public struct FixedInput: Sendable {
    /// The input's name.
    public var name: String
    /// The values, row-major.
    public var values: [Double]
    /// The shape; nil for that of the input.
    public var shape: Shape?
    /// Where the values come from, for messages.
    public var source: String

    /// Gives an input a value.
    public init(_ name: String, values: [Double], shape: Shape? = nil, source: String) {
      self.name = name
      self.values = values
      self.shape = shape
      self.source = source
    }
  }

  /// An extent for a symbol that stands in a shape of the file, or the whole shape of an input.
  public struct Extent: Sendable, Hashable {
    /// The symbol, or the name of the input.
    public var name: String
    /// The extent, or the extents of the input.
    public var extents: [Int]

    /// Gives a symbol an extent, or an input a shape.
    public init(_ name: String, _ extents: [Int]) {
      self.name = name
      self.extents = extents
    }
  }

  /// The output to analyse; nil for the first.
  public var output: String?
  /// The extents of symbols and the shapes of inputs. The first of several axes needs none: it is the batch, one example.
  public var extents: [Extent] = []
  /// The inputs that have fixed values.
  public var fixed: [FixedInput] = []
  /// Whether inputs that are left are one flat input, one after the other in the order of the file.
  public var joinsInputs = false

  /// Creates choices that leave all to the file.
  public init() {}

  /// The extent of a symbol, if one was chosen.
  func extent(of symbol: String) -> Int? {
    extents.first { $0.name == symbol && $0.extents.count == 1 }?.extents[0]
  }

  /// The shape of an input, if one was chosen.
  func shape(of input: String) -> [Int]? { extents.first { $0.name == input }?.extents }
}

extension ModelChoices {
  /// Whether nothing is chosen.
  public var areNone: Bool {
    output == nil && extents.isEmpty && fixed.isEmpty && !joinsInputs
  }
}
