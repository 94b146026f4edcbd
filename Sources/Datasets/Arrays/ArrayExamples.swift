import Files

/// The examples in an array: pictures or rows of a table, channels first.
struct ArrayExamples {
  /// The shape of one example: channels, height, width.
  var shape: [Int]
  var kind: ImageSet.Kind
  var pixels: ImageSet.Pixels
  /// The examples with a value that is not a number, by place.
  var problems: [Int: InputError] = [:]

  /// What shapes an array may have, for messages.
  static let stackShapes = "(N, H, W), (N, C, H, W) or (N, H, W, C) for pictures, (N, F) for rows"
  static let singleShapes = "(H, W), (C, H, W) or (H, W, C) for a picture, (F) for a row"

  /// Reads a stack of examples along the first axis.
  ///
  /// - Throws: `InputError` when the shape is none of `stackShapes`, or the values are not pixels.
  init(stack array: NumpyArray) throws(InputError) {
    guard (2...4).contains(array.shape.count), !array.shape.contains(0) else {
      throw InputError(array.path, "shape \(array.shape); expected \(Self.stackShapes)")
    }
    try self.init(array, count: array.shape[0], example: Array(array.shape[1...]))
  }

  /// Reads a single example.
  ///
  /// - Throws: `InputError` when the shape is none of `singleShapes`, or the values are not pixels.
  init(single array: NumpyArray) throws(InputError) {
    guard (1...3).contains(array.shape.count), !array.shape.contains(0) else {
      throw InputError(array.path, "shape \(array.shape); expected \(Self.singleShapes)")
    }
    try self.init(array, count: 1, example: array.shape)
    if let problem = problems[0] { throw problem }
  }

  private init(_ array: NumpyArray, count: Int, example: [Int]) throws(InputError) {
    if example.count == 1 {
      (shape, kind) = ([example[0], 1, 1], .rows)
      pixels = .floats(try array.rowValues())
    } else {
      (shape, kind) = (example.count == 2 ? [1] + example : example, .pictures)
      pixels = try array.pixels()
      if Self.isChannelsLast(example) {
        pixels = pixels.channelsFirst(count: count, stored: example)
        shape = [example[2], example[0], example[1]]
      }
    }
    problems = Self.problems(pixels, count, array.path)
    if !problems.isEmpty { pixels = pixels.zeroed(Set(problems.keys), of: count) }
  }

  /// Whether the last axis can hold the channels of a picture and the first cannot.
  ///
  /// Pictures have one channel or three. Where both axes could be meant, the array is read as documented, channels
  /// first, and must then have the network's shape.
  static func isChannelsLast(_ shape: [Int]) -> Bool {
    shape.count == 3 && [1, 3].contains(shape[2]) && ![1, 3].contains(shape[0])
  }

  private static func problems(
    _ pixels: ImageSet.Pixels, _ count: Int, _ path: String
  ) -> [Int: InputError] {
    guard case .floats(let values) = pixels, count > 0 else { return [:] }
    let size = values.count / count
    var found: [Int: InputError] = [:]
    for example in 0..<count {
      let range = example * size..<(example + 1) * size
      guard let wrong = values[range].firstIndex(where: { !$0.isFinite }) else { continue }
      found[example] = InputError(
        path, place: "example \(example), element \(wrong - range.lowerBound)",
        "\(values[wrong]) is not a finite 32-bit number")
    }
    return found
  }
}

extension NumpyArray {
  /// The values of a table as they are.
  ///
  /// - Throws: `InputError` for bytes, which are pictures as a rule and would be divided by 255.
  fileprivate func rowValues() throws(InputError) -> [Float] {
    switch values {
    case .floats(let numbers): return numbers.map { Float($0) }
    case .integers(let numbers): return numbers.map { Float($0) }
    case .booleans(let flags): return flags.map { $0 ? 1 : 0 }
    case .bytes:
      throw InputError(
        path,
        "shape \(shape) of bytes; give pictures their own axes, as in (N, H, W), and save the rows of "
          + "a table as float32")
    }
  }

  /// The values as pixels: bytes as they are, floats checked to be from 0 to 1, flags as 0 and 1.
  ///
  /// What is not a number is passed on.
  fileprivate func pixels() throws(InputError) -> ImageSet.Pixels {
    switch values {
    case .booleans(let flags): return .floats(flags.map { $0 ? 1 : 0 })
    case .bytes(let bytes):
      guard bytes.max() != 1 else {
        throw InputError(
          path,
          "bytes of 0 and 1 only; a byte is read as a 255th, so save them as float32 or bool if 1 is "
            + "white")
      }
      return .bytes(bytes, scale: 255)
    case .integers:
      throw InputError(
        path,
        "holds integers of more than 8 bits, which may mean 0 to 255 or anything else; save pixels as "
          + "uint8, or as float32 from 0 to 1")
    case .floats(let numbers):
      guard let wrong = numbers.firstIndex(where: { $0.isFinite && !(0...1).contains($0) }) else {
        return .floats(numbers.map { Float($0) })
      }
      let (least, most) = numbers.reduce((0.0, 0.0)) {
        $1.isFinite ? (min($0.0, $1), max($0.1, $1)) : $0
      }
      throw InputError(
        path, place: "element \(wrong)",
        "\(numbers[wrong]) is not from 0 to 1; "
          + (least == 0 && most <= 255 && most > 2
            ? "divide pixels by 255, or save them as uint8"
            : "store pixels as they are and give --mean and --std"))
    }
  }
}

extension ImageSet.Pixels {
  /// The pixels of pictures stored as height, width, channels, in the order channel, row, column.
  ///
  /// - Parameter stored: Height, width and channels.
  func channelsFirst(count: Int, stored: [Int]) -> Self {
    let (area, channels) = (stored[0] * stored[1], stored[2])
    func moved<Value>(_ values: [Value]) -> [Value] {
      guard channels > 1 else { return values }
      var result: [Value] = []
      result.reserveCapacity(values.count)
      for first in stride(from: 0, to: count * area * channels, by: area * channels) {
        for channel in 0..<channels {
          for pixel in 0..<area { result.append(values[first + pixel * channels + channel]) }
        }
      }
      return result
    }
    switch self {
    case .bytes(let bytes, let scale): return .bytes(moved(bytes), scale: scale)
    case .floats(let floats): return .floats(moved(floats))
    }
  }

  /// Zeros in place of some examples.
  func zeroed(_ examples: Set<Int>, of count: Int) -> Self {
    guard case .floats(var values) = self else { return self }
    let size = values.count / max(1, count)
    for example in examples {
      for index in example * size..<(example + 1) * size { values[index] = 0 }
    }
    return .floats(values)
  }
}
