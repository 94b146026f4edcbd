import Bounds
import Files
import Foundation
import Networks
import Properties
import Tensors

/// Bounds of every output of a network over a region, and of margins where they were asked for.
public struct OutputBounds: Sendable, Hashable, Codable {
  /// Two bounds of each of several values.
  public struct Ends: Sendable, Hashable, Codable {
    /// The lower bounds.
    public var lower: [Double]
    /// The upper bounds.
    public var upper: [Double]
  }

  /// The bounds of the outputs, flattened row-major.
  public var outputs: Ends
  /// The bounds of `Y_label - Y_j`, every other `j` in order.
  public var margins: Ends?
  /// Whether every number on the way was finite; if not, the bounds must not be relied on.
  public var isFinite: Bool

  enum CodingKeys: String, CodingKey {
    case outputs, margins
    case isFinite = "finite"
  }

  /// The lower bounds of the outputs.
  public var lower: [Double] { outputs.lower }
  /// The upper bounds of the outputs.
  public var upper: [Double] { outputs.upper }
}

/// What to bound, and how.
public struct BoundRequest: Sendable {
  /// The method.
  public var method: BoundMethod
  /// The arithmetic.
  public var precision = Precision.double
  /// The label whose margins are wanted, if any.
  public var label: Int?
  /// The methods' options.
  public var options = BoundOptions()

  /// Creates a request with defaults that work.
  public init(_ method: BoundMethod) { self.method = method }
}

extension Network {
  /// Bounds every output over a region.
  ///
  /// - Soundness: For every input of the region each output lies between its bounds, up to the rounding
  ///   of double precision.
  /// - Throws: `InputError` when the region does not fit the network or the method has no rule for one of
  ///   its operations.
  public func bounds(
    over region: Region, by method: BoundMethod
  ) throws(InputError) -> OutputBounds {
    try bounds(over: region, BoundRequest(method))
  }

  /// Bounds every output over a region, and margins where they are asked for.
  ///
  /// Bounds of cheaper methods are intersected, unless the options say otherwise.
  public func bounds(
    over region: Region, _ request: BoundRequest
  ) throws(InputError) -> OutputBounds {
    let network = simplified()
    try network.check(region)
    if let label = request.label { try network.check(label: label) }
    let engine = request.precision.engine(for: network)
    let methods =
      request.options.intersectsCheaperBounds ? request.method.chain : [request.method]
    var best: OutputBounds?
    for method in methods {
      do throws(Unsupported) {
        var options = request.options
        // Intervals are one pass, and what there is to fall back on.
        if method == .ibp { options.deadline = nil }
        let found = try engine.outputBounds(
          over: region, by: method, label: request.label, options)
        // What was cut off before it had a bound says nothing, and takes nothing from what a cheaper method found.
        if best != nil, request.options.deadline.map({ $0 <= Date() }) ?? false, !found.isWhole {
          break
        }
        best = best?.intersection(found) ?? found
      } catch {
        throw InputError("--method \(request.method.rawValue)", error.description)
      }
    }
    guard var best else { preconditionFailure("No method among \(methods)") }
    best.isFinite = best.isWhole
    return best
  }

  /// The intervals that a method finds for every node over a region, in the order of computation.
  ///
  /// The nodes are those of the simplified network.
  ///
  /// - Throws: `InputError` as `bounds(over:_:)` does.
  public func layerBounds(
    over region: Region, _ request: BoundRequest
  ) throws(InputError) -> [LayerBounds] {
    let network = simplified()
    try network.check(region)
    do throws(Unsupported) {
      return try request.precision.engine(for: network)
        .layers(over: region, by: request.method, request.options)
    } catch {
      throw InputError("--method \(request.method.rawValue)", error.description)
    }
  }

  /// The outputs for a batch of flattened inputs, each with as many elements as the network takes.
  public func outputs(for inputs: [[Double]], precision: Precision = .double) -> [[Double]] {
    precondition(
      inputs.allSatisfy { $0.count == inputShape.count }, "Inputs of \(inputShape.count) elements")
    return precision.engine(for: self).outputs(inputs)
  }

  func check(_ region: Region) throws(InputError) { try check(inputCount: region.count) }

  /// Checks that an input has as many elements as the network takes.
  public func check(inputCount: Int, source: String = "input") throws(InputError) {
    guard inputCount == inputShape.count else {
      throw InputError(
        source,
        "has \(inputCount) elements, the network takes \(inputShape.count) (shape \(inputShape))")
    }
  }

  private func check(label: Int) throws(InputError) {
    let outputs = outputShape.count
    guard outputs >= 2, (0..<outputs).contains(label) else {
      throw InputError(
        "--margins", "label \(label) is not one of the network's \(outputs) outputs, counted from 0"
      )
    }
  }
}

extension OutputBounds {
  /// Whether every number on the way and every bound is finite.
  fileprivate var isWhole: Bool {
    isFinite && outputs.isFinite && margins.map(\.isFinite) ?? true
  }

  /// The closer of two bounds of each value.
  fileprivate func intersection(_ other: OutputBounds) -> OutputBounds {
    var result = self
    result.outputs = outputs.intersection(other.outputs)
    if let margins, let others = other.margins { result.margins = margins.intersection(others) }
    result.isFinite = isFinite && other.isFinite
    return result
  }
}

extension OutputBounds.Ends {
  fileprivate var isFinite: Bool { lower.allSatisfy(\.isFinite) && upper.allSatisfy(\.isFinite) }

  fileprivate func intersection(_ other: OutputBounds.Ends) -> OutputBounds.Ends {
    // NaN, once it is there, must not be hidden by a number that came before or after.
    OutputBounds.Ends(
      lower: zip(lower, other.lower).map { $0.isNaN || $0 >= $1 ? $0 : $1 },
      upper: zip(upper, other.upper).map { $0.isNaN || $0 <= $1 ? $0 : $1 })
  }
}
