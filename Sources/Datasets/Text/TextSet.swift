import Digests
import Files
import Foundation
import RandomNumbers

/// A text as tokens, the end of it kept for judging.
public struct TextSet: Sendable {
  /// The file.
  public let name: String
  /// How the text was cut.
  public let tokenizer: Tokenizer
  /// The tokens to learn from.
  public let training: [Int32]
  /// The tokens to judge by, which come after those.
  public let validation: [Int32]
  /// The SHA-256 digest of the text.
  public let digest: String

  /// Reads a text file in UTF-8, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - kind: What a token stands for.
  ///   - share: The part that is kept for judging, the last of the text.
  /// - Throws: `InputError` when the file is missing or no UTF-8.
  public init(contentsOf path: String, _ kind: Tokenizer.Kind, validation share: Double)
    throws(InputError)
  {
    let data = try readFile(path, limit: 1 << 30)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw InputError(path, "is not UTF-8 text")
    }
    let tokenizer = Tokenizer(kind, of: text)
    let tokens = try tokenizer.tokens(of: text, source: path)
    guard !tokens.isEmpty else { throw InputError(path, "is empty") }
    let first = Self.learnt(share, of: tokens.count)
    name = (path as NSString).lastPathComponent
    self.tokenizer = tokenizer
    training = Array(tokens[..<first])
    validation = Array(tokens[first...])
    digest = sha256(of: data)
  }

  /// How many tokens of a text are learnt from where a share is kept for judging.
  public static func learnt(_ share: Double, of count: Int) -> Int {
    Int((Double(count) * (1 - share)).rounded(.down))
  }
}

/// Windows of a text for some steps of training.
public struct TextBatch: Sendable {
  /// The tokens that are read, window after window.
  public let inputs: [Int32]
  /// The tokens that follow each.
  public let targets: [Int32]
  /// The number of windows.
  public let count: Int
}

/// A text cut into windows, epoch after epoch.
///
/// In each epoch windows begin at another place, chosen by chance, lie side by side from there on, and come in an order chosen by chance.
/// A batch depends on the text, the sizes, the seed and its position alone.
public struct TextBatches: Sendable {
  /// The tokens.
  public let tokens: [Int32]
  /// The tokens of a window.
  public let window: Int
  /// The windows of a batch; what remains of an epoch after whole batches is left out.
  public let size: Int
  /// Decides where windows begin and their order.
  public let seed: UInt64

  /// Creates batches.
  ///
  /// - Throws: `InputError` when the text is too short for a batch.
  public init(_ tokens: [Int32], window: Int, size: Int, seed: UInt64, source: String)
    throws(InputError)
  {
    precondition(window > 0 && size > 0, "\(size) windows of \(window) tokens")
    self.tokens = tokens
    self.window = window
    self.size = size
    self.seed = seed
    guard windowCount >= size else {
      throw InputError(
        source,
        "has \(tokens.count) tokens to learn from, which is too short for a batch of \(size) "
          + "windows of \(window) tokens; choose a smaller batch")
    }
  }

  /// The windows of an epoch, wherever they begin.
  private var windowCount: Int { max(0, (tokens.count - window) / window) }

  /// The batches of an epoch.
  public var batchesPerEpoch: Int { windowCount / size }

  /// Makes one batch.
  public func batch(at position: BatchPosition) -> TextBatch {
    var random = SplitMix64(seed: seed, path: [2, UInt64(position.epoch)])
    let start = random.integer(below: window)
    let order = random.permutation(of: windowCount)
    let chosen = order[position.batch * size..<(position.batch + 1) * size]
    return Self.windows(of: tokens, at: chosen.map { start + $0 * window }, window)
  }

  /// The windows that begin at some places.
  public static func windows(of tokens: [Int32], at starts: [Int], _ window: Int) -> TextBatch {
    TextBatch(
      inputs: starts.flatMap { tokens[$0..<$0 + window] },
      targets: starts.flatMap { tokens[$0 + 1..<$0 + 1 + window] }, count: starts.count)
  }
}
