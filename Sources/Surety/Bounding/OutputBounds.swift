import Bounds
import Files
import Foundation
import Networks
import Properties
import Tensors

/// Bounds of every output of a network over a region, and of margins where they were asked for.
public struct OutputBounds: Sendable, Hashable {
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

extension BoundMethod {
  /// The methods whose bounds contain this method's, cheapest first; it is the last itself.
  public var chain: [BoundMethod] {
    switch self {
    case .ibp: [.ibp]
    case .forward: [.ibp, .forward]
    case .crownIBP: [.ibp, .crownIBP]
    case .crown: [.ibp, .crownIBP, .crown]
    case .alphaCROWN: [.ibp, .crownIBP, .crown, .alphaCROWN]
    }
  }
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
    let outputs = network.outputShape.count
    let functions = try network.outputFunctions(label: request.label)
    let count = functions.shape[1]
    let engine = request.precision.engine(for: network)
    let methods =
      request.options.intersectsCheaperBounds ? request.method.chain : [request.method]
    var best = [Double](repeating: -.infinity, count: count)
    var isFinite = true
    for method in methods {
      let found: FunctionBounds
      do throws(Unsupported) {
        found = try engine.lowerBounds(
          of: functions, over: [region], by: method, request.options)
      } catch {
        throw InputError("--method \(request.method.rawValue)", error.description)
      }
      isFinite = isFinite && found.isFinite[0]
      for (index, value) in found.lower[0].enumerated() {
        // NaN, once it is there, must not be hidden by a number that came before.
        if value.isNaN || value > best[index] { best[index] = value }
      }
    }
    func ends(_ from: Int, _ size: Int) -> OutputBounds.Ends {
      OutputBounds.Ends(
        lower: Array(best[from..<from + size]),
        upper: best[from + size..<from + 2 * size].map { 0 - $0 })
    }
    return OutputBounds(
      outputs: ends(0, outputs),
      margins: request.label == nil ? nil : ends(2 * outputs, outputs - 1),
      isFinite: isFinite && best.allSatisfy(\.isFinite))
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

  /// The outputs and their negations, then margins and their negations: `[1, functions, outputs]`.
  private func outputFunctions(label: Int?) throws(InputError) -> Tensor<Double> {
    let outputs = outputShape.count
    let plain = OutputFunctions<Tensor<Double>>.outputsAndNegations(outputs, examples: 1)
      .coefficients
    guard let label else { return plain }
    guard outputs >= 2, (0..<outputs).contains(label) else {
      throw InputError(
        "--margins", "label \(label) is not one of the network's \(outputs) outputs, counted from 0"
      )
    }
    let margins = OutputFunctions<Tensor<Double>>.margins(labels: [label], classes: outputs)
      .coefficients
    return Tensor.concatenated([plain, margins, margins * -1], axis: 1)
  }
}
