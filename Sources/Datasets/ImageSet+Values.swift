import Files

extension ImageSet {
  /// Creates a set from values that a program has.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - split: The part that it is.
  ///   - shape: Channels, height and width of an image.
  ///   - classes: The name of every class, in the order of the labels.
  ///   - values: The images one after the other, values from 0 to 1 in the order channel, row, column.
  ///   - labels: The class of each image, an index into `classes`.
  /// - Throws: `InputError` when the values do not fill the images, or a label is no class.
  public init(
    named name: String, split: Split = .train, shape: [Int], classes: [String], values: [Float],
    labels: [Int]
  ) throws(InputError) {
    let size = shape.reduce(1, *)
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }), values.count == labels.count * size else {
      throw InputError(
        name, "\(values.count) values do not fill \(labels.count) images of shape \(shape)")
    }
    if let wrong = labels.firstIndex(where: { !classes.indices.contains($0) }) {
      throw InputError(
        name, place: "image \(wrong)", "label \(labels[wrong]) is none of \(classes.count) classes")
    }
    self.init(
      name: name, split: split, shape: shape, classes: classes, pixels: .floats(values),
      labels: labels.map(Int32.init))
  }
}
