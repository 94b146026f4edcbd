import Files
import Foundation
import Tensors

/// How many tokens the blocks of a mixture of depths keep: fewer the deeper they are.
///
/// Block `l` of `L`, from 0, has the ratio `cos(pi l / (L - 1)) / 2 + factor`. Blocks of a ratio of more than 0.85 keep all tokens; no ratio
/// is below 0.15.
///
/// Source: Zhang et al., "p-MoD: building mixture-of-depths MLLMs via progressive ratio decay" (ICCV 2025), whose factor is 0.5.
public struct MixtureOfDepths: Sendable, Hashable {
  /// What is added to half a cosine.
  public var factor: Double
  /// The largest ratio of a block that leaves tokens out.
  public static var largestRatio: Double { 0.85 }
  /// The least ratio.
  public static var leastRatio: Double { 0.15 }
  /// How far a gate may be from 1.
  public static var gateReach: Double { Double(Float(0.2)) }

  /// Creates a schedule.
  public init(factor: Double) { self.factor = factor }

  /// The share of its tokens that each block keeps; nil where it keeps all, without a choice.
  public func ratios(layers: Int) -> [Double?] {
    (0..<layers).map { layer in
      let depth = Double(layer) / Double(max(1, layers - 1))
      let ratio = 0.5 * cos(.pi * depth) + factor
      return ratio > Self.largestRatio ? nil : max(Self.leastRatio, ratio)
    }
  }

  /// The number of tokens that a ratio keeps, rounded down.
  ///
  /// A ratio that is a whole number of tokens up to the rounding of its cosine counts as that number.
  public static func kept(_ ratio: Double, of tokens: Int) -> Int {
    Int((ratio * Double(tokens) + 1e-9).rounded(.down))
  }
}

extension VisionTransformer {
  /// How many tokens each block keeps; nil where it has all of them.
  ///
  /// - Throws: `InputError` where a block would keep none, or all have everything.
  func keptTokens(of tokens: Int) throws(InputError) -> [Int?] {
    guard let modFactor else { return [Int?](repeating: nil, count: layers) }
    func problem(_ text: String) -> InputError {
      InputError("architecture \"\(name)\"", place: "mod-factor", text)
    }
    guard modFactor.isFinite, modFactor > 0 else {
      throw problem("\(modFactor); expected a number above 0")
    }
    let ratios = MixtureOfDepths(factor: modFactor).ratios(layers: layers)
    guard ratios.contains(where: { $0 != nil }) else {
      throw problem(
        "\(modFactor) with \(layers) layers leaves tokens out of no block; expected a smaller one")
    }
    let kept = ratios.map { ratio in ratio.map { MixtureOfDepths.kept($0, of: tokens) } }
    guard !kept.contains(0) else {
      throw problem(
        "\(modFactor) keeps none of \(tokens) tokens in a block; expected a larger one, or smaller patches"
      )
    }
    return kept
  }

  /// The products that one image needs, of layers and of attention, where blocks compute nothing for the tokens that they leave out.
  ///
  /// - Throws: `InputError` as `network(for:)` does.
  public func multiplyAdds(for task: ImageTask) throws(InputError) -> Int {
    _ = try network(for: task)
    let tokens = task.shape[1] / patch * (task.shape[2] / patch)
    let patches = tokens * task.shape[0] * patch * patch * width
    return try keptTokens(of: tokens).reduce(patches + width * task.classes) { sum, kept in
      let count = kept ?? tokens
      let layers = count * width * width * (4 + 2 * expansion)
      let attention = 2 * count * count * width
      // The router scores every token, and multiplies each by its gate.
      let routing = kept == nil ? 0 : 2 * tokens * width
      return sum + layers + attention + routing
    }
  }
}
