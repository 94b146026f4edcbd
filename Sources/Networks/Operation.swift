import Tensors

/// A step of a network: what it computes, not how it is analysed.
///
/// Tensors that pass through a network have the shape of one example with a batch axis in front. The
/// shape of one example is the ONNX shape, its own leading 1 included, so that an operation means exactly
/// what the file says, whichever axis it names.
///
/// An analysis is a protocol that refines this one, with a folder of conformances.
public protocol Operation: Sendable {
  /// The name that reports and errors use; the ONNX name where there is one.
  var name: String { get }
  /// The parameters that the operation reads.
  var parameters: [ParameterID] { get }
  /// The same operation with each parameter read from another place.
  func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self
  /// The shape of the output for one example.
  ///
  /// - Throws: `ShapeMismatch` when the inputs do not fit the operation.
  func outputShape(_ inputs: [Shape], _ parameters: (ParameterID) -> Shape) throws(ShapeMismatch)
    -> Shape
  /// The output for a batch.
  func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T
  /// What keeps the operation from being one affine function.
  var bend: Bend { get }
}

/// What keeps an operation from being one affine function, which says how a search would cut it and whether it can be learned
/// through.
public enum Bend: Sendable, Hashable {
  /// Nothing: it is affine.
  case none
  /// It is linear on either side of 0, and continuous: a ReLU.
  case atZero
  /// It is piecewise linear and continuous, with kinks elsewhere.
  case kinks
  /// It is curved.
  case curve
  /// It jumps.
  case jumps
  /// It is constant between jumps, so that its derivative is 0.
  case steps
}

extension Operation {
  /// A curve, as for every operation that does not know better.
  public var bend: Bend { .curve }

  /// No parameters, as most operations have.
  public var parameters: [ParameterID] { [] }

  /// Itself, as no parameters move.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    precondition(parameters.isEmpty, "\(name) does not say how its parameters move")
    return self
  }
}

/// Shapes that do not fit an operation, in words.
public struct ShapeMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  /// What does not fit.
  public var description: String

  /// Creates an error.
  public init(_ description: String) { self.description = description }
}

/// An operation whose output is a linear map of its inputs plus an offset.
///
/// Every analysis of an affine operation follows from its map, the map of absolute weights, its transpose
/// and its offset, so these are all a new affine operation has to supply.
public protocol AffineOperation: Operation {
  /// Applies the linear map, or with `magnitude` the map of absolute weights, to a batch.
  func linear<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool) -> T
  /// Applies the transposed map to rows of the output's shape; one result for each input.
  func adjoint<T: TensorAlgebra>(_ rows: T, inputs: [Shape], _ parameters: Parameters<T>) -> [T]
  /// What is added to the linear part, broadcastable to the shape of one output; nil for nothing.
  func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T?
  /// Whether an element of the output may depend on several elements of the inputs.
  var mixesElements: Bool { get }
  /// Whether every element of the output is one of the inputs', or 0.
  var movesElementsOnly: Bool { get }
  /// How many numbers meet in the sums of the map and of its transpose, which their rounding depends on.
  ///
  /// - Soundness: No sum has more terms, however it is ordered; the offset counts as one.
  func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms
  /// The sizes of the numbers that the offset is computed from, broadcastable as the offset is; nil for nothing.
  func offsetMagnitude<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T?
}

/// How many numbers meet in the sums of an affine map.
public struct SumTerms: Hashable, Sendable {
  /// In an element of the output, the offset included; 0 where nothing is computed.
  public var forward: Int
  /// In a coefficient that the transposed map makes; 0 where nothing is computed.
  public var backward: Int

  /// Creates counts.
  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }

  /// Nothing is computed.
  public static var none: SumTerms { SumTerms(forward: 0, backward: 0) }
}

extension AffineOperation {
  /// No bend.
  public var bend: Bend { .none }

  /// Yes, unless it only moves elements.
  public var mixesElements: Bool { !movesElementsOnly }

  /// No, as for most affine operations.
  public var movesElementsOnly: Bool { false }

  /// As many as there could be in any map of these shapes.
  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms {
    SumTerms(forward: inputs.reduce(1) { $0 + $1.count }, backward: output.count)
  }

  /// The absolute values of the offset.
  public func offsetMagnitude<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? {
    let offset: T? = offset(parameters)
    return offset?.magnitude()
  }

  /// No offset, as for most affine operations.
  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? { nil }

  /// The linear map plus the offset.
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let linear = linear(inputs, parameters, magnitude: false)
    guard let offset: T = offset(parameters) else { return linear }
    return linear + offset
  }
}

/// An operation that acts on every element alone.
public protocol ElementwiseOperation: Operation {
  /// The function of one element, rounded to nearest.
  func value(at x: Double) -> Double
  /// The function of every element.
  func apply<T: TensorAlgebra>(_ x: T) -> T
}

extension ElementwiseOperation {
  /// The shape of the input.
  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try inputs.only(name)
  }

  /// The function of every element.
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    apply(inputs[0])
  }
}

extension Array {
  /// The single element of a one-input operation's inputs.
  func only(_ name: String) throws(ShapeMismatch) -> Element {
    guard count == 1 else { throw ShapeMismatch("\(name) takes 1 input, got \(count)") }
    return self[0]
  }
}
