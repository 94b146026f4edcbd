import Files
import Lipschitz
import Networks
import Properties

/// The distance around an input within which a network's answer cannot change, by a bound of how fast its outputs move.
public struct MarginRadius: Sendable, Hashable, Codable {
  /// The largest output at the input.
  public var label: Int
  /// The least distance by which it is the largest, rounding accounted for.
  public var margin: Double
  /// The distance, in the norm of the bound; 0 where nothing is shown.
  public var radius: Double
}

extension Network {
  /// Bounds how far apart outputs can be, for inputs that are 1 apart.
  ///
  /// - Parameters:
  ///   - norm: How the distance of the inputs is measured.
  ///   - region: Where both inputs lie; nil for everywhere.
  ///   - source: What to call the network in an error.
  /// - Soundness: As for `LipschitzAnalysis.bound`.
  /// - Throws: `InputError` when the region does not fit, or an operation has no reading.
  public func lipschitzBound(
    norm: Norm, over region: Region? = nil, source: String = "model"
  ) throws(InputError) -> LipschitzBound {
    if let region { try check(region) }
    do throws(Unsupported) {
      return try LipschitzAnalysis(self).bound(norm: norm, over: region)
    } catch {
      throw InputError(source, error.description)
    }
  }

  /// How fast the outputs were found to move; nil where an operation has no derivative.
  public func lipschitzSearch(norm: Norm, over region: Region? = nil) -> LowerBound? {
    (try? SlopeSearch(simplified(), norm: norm))?.largest(over: region)
  }

  /// The distance around an input within which the largest output stays the largest.
  ///
  /// - Parameters:
  ///   - bound: A bound over a region that the input lies in, or everywhere.
  ///   - limit: The radius of that region; nil where the bound holds everywhere.
  /// - Soundness: Margins at the input are lower bounds of CROWN over that one point, rounding accounted for; see `LipschitzBound.radius`.
  ///   What is no farther than the limit is in the region for which the bound holds.
  public func marginRadius(
    at input: [Double], by bound: LipschitzBound, within limit: Double? = nil
  ) throws(InputError) -> MarginRadius? {
    let outputs = try self(input)
    guard outputs.count >= 2, let label = outputs.indices.max(by: { outputs[$0] < outputs[$1] })
    else { return nil }
    var request = BoundRequest(.crown)
    request.label = label
    let point = try Region(lower: input, upper: input, source: "input")
    let bounds = try bounds(over: point, request)
    guard bounds.isFinite, let margins = bounds.margins?.lower, let least = margins.min() else {
      return MarginRadius(label: label, margin: 0, radius: 0)
    }
    let radius = bound.radius(label: label, margins: margins)
    return MarginRadius(label: label, margin: least, radius: min(radius, limit ?? .infinity))
  }

  /// The distance around an input within which the largest output stays the largest, by what a final softmax reads where that shows more.
  ///
  /// - Parameters:
  ///   - bound: A bound over the region, or everywhere.
  ///   - region: The region; nil for everywhere.
  ///   - limit: The radius of the region; nil where there is none.
  /// - Soundness: As for `marginRadius`; a softmax keeps the order of its inputs.
  public func answerRadius(
    at input: [Double], by bound: LipschitzBound, over region: Region? = nil,
    within limit: Double? = nil
  ) throws(InputError) -> MarginRadius? {
    let own = try marginRadius(at: input, by: bound, within: limit)
    guard let own, let logits = withLogits() else { return own }
    let inner = try logits.lipschitzBound(norm: bound.norm, over: region)
    guard let other = try logits.marginRadius(at: input, by: inner, within: limit),
      other.label == own.label, other.radius > own.radius
    else { return own }
    return other
  }
}
