/// Rows of a linear function of one node: the coefficients of the backward pass.
///
/// Each row belongs to one example of the batch. Rows are dense, `[rows] + node shape`, or windows: the
/// part of an image node that can be nonzero, `[rows, h, w, channels]`, with its place in the image. A
/// number system without window kernels never makes a window.
public struct RowBlock<T: TensorAlgebra>: Sendable {
  /// The coefficients.
  public var values: T
  /// Where the windows lie; nil for dense rows.
  public var placement: Placement?

  /// Creates dense rows.
  public init(dense values: T) { self.values = values }

  /// Creates rows from windows.
  public init(_ values: T, at placement: Placement) {
    self.values = values
    self.placement = placement
  }

  /// The number of rows.
  public var count: Int { values.shape[0] }
}
