import Bounds

/// Planes below neurons and below their negations, two for each neuron, over the box from -1 to 1.
struct PlaneRows: Sendable {
  /// How many inputs can move.
  let width: Int
  /// The coefficients.
  private(set) var normals: [Float] = []
  /// The values in the middle, with room for rounding.
  private(set) var offsets: [Double] = []

  init(width: Int) { self.width = width }

  /// Rows as they were made before; nil where the numbers are none of rows.
  init?(width: Int, normals: [Float], offsets: [Double]) {
    guard normals.count == width * offsets.count,
      normals.allSatisfy(\.isFinite), offsets.allSatisfy(\.isFinite)
    else { return nil }
    self.width = width
    self.normals = normals
    self.offsets = offsets
  }

  /// Adds planes over a region.
  ///
  /// - Parameters:
  ///   - planes: The coefficients of the input and the constants, row after row.
  ///   - noise: What single precision loses at the neurons' node.
  /// - Returns: False where a number is not finite.
  /// - Soundness: A row stays below what its plane is below of: offsets are moved down by what the sums may have lost in double,
  ///   the plane in its own arithmetic, and the coefficients when they are rounded to single precision.
  mutating func append(
    _ planes: (coefficients: [Double], constants: [Double]), _ frame: RegionFrame, noise: Double
  ) -> Bool {
    let count = planes.coefficients.count / max(1, planes.constants.count)
    for (row, constant) in planes.constants.enumerated() {
      let (middle, scale, moved) = frame.centered(
        planes.coefficients[row * count..<(row + 1) * count])
      let offset = constant + middle
      let size = moved.reduce(0) { $0 + $1.magnitude }
      guard size.isFinite, offset.isFinite else { return false }
      normals += moved.map { Float($0) }
      let lost =
        HalfSpace.lost(count) * (constant.magnitude + scale + size) + 100 * noise * 0x1p-29
      offsets.append(offset - lost - size * 0x1p-23 - Double(width) * 0x1p-148)
    }
    return true
  }

  /// What the side of a neuron tells.
  ///
  /// - Soundness: The half-space contains every input of the region that gives the neuron its side.
  func halfSpace(_ place: Int, _ split: NeuronSplit) -> HalfSpace {
    // The plane below the negation says how large the neuron can be, and that is at least the point.
    let row = split.isPositive ? 2 * place + 1 : 2 * place
    let point = Double(split.point) * (split.isPositive ? 1 : -1)
    let lost = 1e-15 * (offsets[row].magnitude + point.magnitude)
    return HalfSpace(
      rounded: normals[row * width..<(row + 1) * width].map { -$0 },
      offset: -offsets[row] - point + lost)
  }

  /// Tightens the ends of one neuron; false when none are left.
  ///
  /// - Parameters:
  ///   - neuron: Its place among the ends.
  ///   - place: Its place among these planes.
  /// - Soundness: As for `Dual.bound`; the ends are rounded outward.
  func tighten(
    _ ends: inout [Float], of neuron: Int, by place: Int, _ halfSpaces: [HalfSpace],
    _ dual: inout Dual
  ) -> Bool {
    let lower = Float(bound(2 * place, halfSpaces, &dual)).nextDown
    let upper = Float(-bound(2 * place + 1, halfSpaces, &dual)).nextUp
    if lower > ends[2 * neuron] { ends[2 * neuron] = lower }
    if upper < ends[2 * neuron + 1] { ends[2 * neuron + 1] = upper }
    return ends[2 * neuron] <= ends[2 * neuron + 1]
  }

  /// A lower bound of a plane over the part of the box in some half-spaces.
  private func bound(_ row: Int, _ halfSpaces: [HalfSpace], _ dual: inout Dual) -> Double {
    normals.withUnsafeBufferPointer { normals in
      dual.bound(
        UnsafeBufferPointer(rebasing: normals[row * width..<(row + 1) * width]), offsets[row],
        halfSpaces)
    }
  }
}
