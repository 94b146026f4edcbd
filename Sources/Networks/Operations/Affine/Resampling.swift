import Tensors

/// Weighted sums of the entries of one axis, with constant weights: resizing, sampling at fixed places.
public struct Resampling: AffineOperation {
  /// One summand of an entry of the result.
  public struct Term: Hashable, Sendable {
    /// The entry of the input.
    public var source: Int32
    /// What it is multiplied by.
    public var weight: Double

    /// Creates a summand.
    public init(_ source: Int32, _ weight: Double) {
      self.source = source
      self.weight = weight
    }
  }

  /// The axis of one example.
  public let axis: Int
  /// Term by term, which entry each entry of the result reads; -1 for none.
  public let sources: [[Int32]]
  /// Term by term, the factor of what is read; 0 where nothing is.
  public let weights: [[Double]]
  /// The number of entries of the result.
  public let extent: Int

  /// Creates an operation from the summands of each entry of the result.
  ///
  /// Terms that read the same entry are added up, so that each weight is one of the linear map.
  public init(axis: Int, sums: [[Term]]) {
    self.axis = axis
    extent = sums.count
    let merged = sums.map(Self.merged)
    let count = max(1, merged.map(\.count).max() ?? 1)
    sources = (0..<count).map { k in merged.map { k < $0.count ? $0[k].source : -1 } }
    weights = (0..<count).map { k in merged.map { k < $0.count ? $0[k].weight : 0 } }
  }

  private static func merged(_ terms: [Term]) -> [Term] {
    var result: [Term] = []
    for term in terms where term.source >= 0 {
      if let known = result.firstIndex(where: { $0.source == term.source }) {
        result[known].weight += term.weight
      } else {
        result.append(term)
      }
    }
    return result.filter { $0.weight != 0 }
  }

  public var name: String { "Resample" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    var shape = try inputs.only(name)
    guard axis >= 0, axis < shape.rank else {
      throw ShapeMismatch("axis \(axis) does not exist in input \(shape)")
    }
    for places in sources {
      for place in places where place >= Int32(shape[axis]) {
        throw ShapeMismatch("entry \(place) is outside axis \(axis) of input \(shape)")
      }
    }
    shape[axis] = extent
    return shape
  }

  /// The weights of a term, or their absolute values, as they multiply tensors of a rank, batch axis included.
  private func factors<T: TensorAlgebra>(_ term: Int, rank: Int, magnitude: Bool = false) -> T {
    let values = magnitude ? weights[term].map { abs($0) } : weights[term]
    let ones = [Int](repeating: 1, count: rank - axis - 2)
    return T(Tensor(Shape([extent] + ones), values))
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let x = inputs[0]
    func part(_ term: Int) -> T {
      x.gathered(sources[term], axis: axis + 1)
        * factors(term, rank: x.shape.rank, magnitude: magnitude)
    }
    var sum = part(0)
    for term in sources.indices.dropFirst() { sum = sum + part(term) }
    return sum
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    SumTerms(forward: sources.count + 1, backward: sources.count * extent + 1)
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    func part(_ term: Int) -> T {
      (rows * factors(term, rank: rows.shape.rank))
        .scattered(sources[term], axis: axis + 1, extent: inputs[0][axis])
    }
    var sum = part(0)
    for term in sources.indices.dropFirst() { sum = sum + part(term) }
    return [sum]
  }
}
