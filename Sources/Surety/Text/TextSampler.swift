import Datasets
import Files
import Foundation
import ModelFiles
import Networks
import RandomNumbers
import Tensors

/// Continues texts with a transformer that predicts the next token.
///
///     let sampler = try TextSampler(folder: "runs/shakespeare")
///     print(try sampler.text(after: "ROMEO:", count: 200, seed: 1))
public struct TextSampler: Sendable {
  /// What tokens stand for.
  public let tokenizer: Tokenizer
  private let network: Network
  private let parameters: Parameters<Tensor<Float>>
  private let window: Int

  /// Reads `model.onnx` and `tokenizer.json` of a training run.
  ///
  /// - Throws: `InputError` when a file is missing or the two do not fit.
  public init(folder: String) throws(InputError) {
    try self.init(model: "\(folder)/model.onnx", tokenizer: "\(folder)/tokenizer.json")
  }

  /// Reads a model and what its tokens stand for.
  ///
  /// - Throws: `InputError` when a file is missing or the two do not fit.
  public init(model: String, tokenizer path: String) throws(InputError) {
    let tokenizer = try Tokenizer(contentsOf: path)
    // Attention as one step is much faster than its parts.
    let network = try Network(contentsOf: model).recognizingAttention().recognizingGates()
    let (input, output) = (network.inputShape, network.outputShape)
    guard input.count > 0, output.count == input.count * tokenizer.count,
      output[-1] == tokenizer.count
    else {
      throw InputError(
        model,
        "takes \(input) and gives \(output); expected an output for each of the \(tokenizer.count) tokens of "
          + "\(path) at each place")
    }
    self.tokenizer = tokenizer
    self.network = network
    window = input.count
    parameters = network.parameters(as: Tensor<Float>.self)
  }

  /// What a text begins with where nothing is said: a line end, or the first token of a network that knows none.
  public var usualPrompt: String {
    (try? tokenizer.tokens(of: "\n", source: "")) == nil ? tokenizer.text(of: [0]) : "\n"
  }

  /// A text and how it goes on.
  ///
  /// - Parameters:
  ///   - prompt: The text so far, one token at least; the model sees as much of its end as it reads.
  ///   - count: How many tokens are added.
  ///   - temperature: What logits are divided by; 0 for the likeliest token each time.
  ///   - seed: Where the random numbers start.
  ///   - isStopped: Asked after each token; the text so far is returned.
  /// - Throws: `InputError` when a character of the prompt has no token, or there is none.
  public func text(
    after prompt: String, count: Int, temperature: Double = 1, seed: UInt64,
    isStopped: () -> Bool = { false }
  ) throws(InputError) -> String {
    var tokens = try tokenizer.tokens(of: prompt, source: "prompt")
    guard !tokens.isEmpty else {
      throw InputError("prompt", "is empty; expected one character at least")
    }
    guard temperature >= 0, temperature.isFinite else {
      throw InputError("temperature", "\(temperature) is not a number of 0 or more")
    }
    var random = SplitMix64(seed: seed, path: [4])
    for _ in 0..<count {
      if isStopped() { break }
      let seen = tokens.suffix(window)
      // What comes after the last token is not seen by it.
      let padded = seen.map { Float($0) } + [Float](repeating: 0, count: window - seen.count)
      let output = network.evaluate(
        Tensor<Float>(Shape([1] + network.inputShape.dimensions), padded), parameters)
      let size = tokenizer.count
      let logits = output.withElements { Array($0[(seen.count - 1) * size..<seen.count * size]) }
      guard logits.allSatisfy(\.isFinite) else {
        throw InputError("model", "gives numbers that are not finite")
      }
      tokens.append(Self.choice(logits, temperature, random.uniform()))
    }
    return tokenizer.text(of: tokens)
  }

  /// The token at a quantile of the softmax of logits.
  static func choice(_ logits: [Float], _ temperature: Double, _ quantile: Double) -> Int32 {
    let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
    guard temperature > 0 else { return Int32(best) }
    let sizes = logits.map { exp(Double($0 - logits[best]) / temperature) }
    var left = quantile * sizes.reduce(0, +)
    for (token, size) in sizes.enumerated() {
      left -= size
      if left < 0 { return Int32(token) }
    }
    return Int32(best)
  }
}
