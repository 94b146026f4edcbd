import Files

/// The labels of a stack of examples.
struct ArrayLabels {
  let values: [Int32]
  /// The names of the classes.
  let classes: [String]

  /// Reads one label an example: whole numbers from 0, as integers or floats, or rows of zeros with a single one.
  ///
  /// - Parameters:
  ///   - array: Of shape (N), (N, 1), or (N, K) for K classes.
  ///   - count: The number of examples.
  ///   - order: Only a list of names has a meaning here.
  /// - Throws: `InputError` naming the element that is no label.
  init(_ array: NumpyArray, count: Int, _ order: ClassOrder?) throws(InputError) {
    guard order != .alphabetical else {
      throw InputError(
        "--classes alphabetical", "is for names; the labels in \(array.path) are numbers")
    }
    let numbers: [Double] =
      switch array.values {
      case .bytes(let values): values.map { Double($0) }
      case .integers(let values): values.map { Double($0) }
      case .floats(let values): values
      case .booleans(let values): values.map { $0 ? 1 : 0 }
      }
    guard array.shape.count <= 2, array.shape.first == count else {
      throw InputError(array.path, "shape \(array.shape); expected [\(count)], a label per example")
    }
    let width = array.shape.count == 2 ? array.shape[1] : 1
    values =
      try width == 1 ? Self.plain(numbers, array.path) : Self.marked(numbers, width, array.path)
    let last = width > 1 ? width - 1 : Int(values.max() ?? 0)
    guard case .list(let names) = order else {
      classes = (0...last).map(String.init)
      return
    }
    classes = names
    if let wrong = values.firstIndex(where: { $0 >= names.count }) {
      throw InputError(
        array.path, place: "element \(wrong)",
        "label \(values[wrong]), and --classes has \(names.count) names (0 to \(names.count - 1))")
    }
  }

  private static func plain(_ numbers: [Double], _ path: String) throws(InputError) -> [Int32] {
    var labels: [Int32] = []
    for (index, number) in numbers.enumerated() {
      guard let label = Int32(exactly: number), (0..<10_000).contains(label) else {
        let text = Int(exactly: number).map(String.init) ?? "\(number)"
        throw InputError(
          path, place: "element \(index)", "label \(text) is not a whole number from 0 to 9999")
      }
      labels.append(label)
    }
    return labels
  }

  /// The place of the one in each row.
  private static func marked(
    _ numbers: [Double], _ width: Int, _ path: String
  ) throws(InputError) -> [Int32] {
    try stride(from: 0, to: numbers.count, by: width).map { (start) throws(InputError) in
      let row = numbers[start..<start + width]
      guard let one = row.firstIndex(of: 1), row.count(where: { $0 == 0 }) == width - 1 else {
        throw InputError(
          path, place: "row \(start / width)",
          "\(width) numbers that are not a single 1 among zeros; expected a label per example")
      }
      return Int32(one - start)
    }
  }
}
