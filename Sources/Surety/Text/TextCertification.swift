import Attacks
import Datasets
import Digests
import Files
import Foundation
import ModelFiles
import Networks
import Records
import Tensors
import Training

/// What is proved of a transformer's predictions on a text, with an attack beside it.
public struct TextCertification: Sendable {
  /// What came out.
  public struct Result: Sendable, Hashable, Codable {
    /// The distance of each embedded token, a root mean square.
    public var epsilon: Double
    /// The windows of the text.
    public var windows: Int
    /// The places in them.
    public var places: Int
    /// The places whose next token is predicted.
    public var correct = 0
    /// The places at which the prediction is proved not to change.
    public var certified = 0
    /// Those of them whose next token is predicted.
    public var certifiedAndCorrect = 0
    /// The pairs of different tokens whose rows of the embedding are within the distance: what it means as a substitution.
    public var substitutions = 0
    /// The places that were attacked.
    public var attacked = 0
    /// Those of them at which another prediction was found.
    public var changed = 0
    /// Those of these that are certified: none, if all is as it should be.
    public var contradicted = 0
    /// How far the features move at most that the last layer reads, for tokens that are 1 apart.
    public var bound: Double
    /// The proved distance that half of the places have; at most the distance.
    public var medianRadius = 0.0

    enum CodingKeys: String, CodingKey {
      case epsilon, windows, places, correct, certified, substitutions, attacked, changed
      case contradicted, bound
      case certifiedAndCorrect = "certified_and_correct"
      case medianRadius = "median_radius"
    }
  }

  /// Whether the network has the model's numbers without rounding.
  public let isReadExactly: Bool
  private let certifier: TokenCertifier
  private let attack: TokenAttack
  private let table: Tensor<Double>
  private let tokens: [Int32]
  private let window: Int

  /// Reads a run and a text.
  ///
  /// - Throws: `InputError` when a file is missing, the model is of another form or the text is too short.
  public init(folder: String, text: String, epsilon: Double) throws(InputError) {
    let model = "\(folder)/model.onnx"
    let network = try Network(contentsOf: model)
    let tokenizer = try Tokenizer(contentsOf: "\(folder)/tokenizer.json")
    let data = try readFile(text, limit: 1 << 30)
    guard let content = String(validating: data, as: UTF8.self) else {
      throw InputError(text, "is not UTF-8 text")
    }
    let all = try tokenizer.tokens(of: content, source: text)
    tokens = try Self.judged(all, of: data, folder)
    isReadExactly = network.isReadExactly
    window = network.inputShape.count
    guard tokens.count > window else {
      throw InputError(
        text, "has \(tokens.count) tokens to judge by; a window has \(window) and one that follows")
    }
    certifier = try TokenCertifier(network, epsilon: epsilon, source: model)
    guard certifier.vocabulary == tokenizer.count else {
      throw InputError(
        "\(folder)/tokenizer.json",
        "has \(tokenizer.count) tokens, the model's embedding \(certifier.vocabulary); they belong to different runs"
      )
    }
    do throws(Unsupported) {
      attack = try TokenAttack(certifier.embedded.recognizingAttention().recognizingGates())
    } catch {
      throw InputError(model, error.description)
    }
    guard let table = network.nodes.lazy.compactMap({ ($0.operation as? Embedding)?.table }).first
    else { throw InputError(model, "embeds no tokens") }
    self.table = network.parameters[table.index].value
  }

  /// The part of a text that a run did not learn from: that which its recipe keeps where it learnt from this text, all of another one.
  private static func judged(
    _ tokens: [Int32], of data: Data, _ folder: String
  ) throws(InputError) -> [Int32] {
    let record = "\(folder)/run.json"
    guard FileManager.default.fileExists(atPath: record) else { return tokens }
    let run = try TrainingRun(contentsOf: record)
    guard run.images.training.digest == sha256(of: data) else { return tokens }
    let recipe = try TextRecipe(yaml: run.recipe, source: record)
    return Array(tokens[TextSet.learnt(recipe.data.validation, of: tokens.count)...])
  }

  /// Certifies and attacks.
  ///
  /// - Parameters:
  ///   - windows: How many windows, side by side from the first on; as many as there are at most.
  ///   - attacked: How many places are attacked, spread over the windows.
  ///   - report: Called after each window with how many are done.
  /// - Throws: `InputError` when an operation has no interval rule.
  public func result(
    windows: Int, attacked: Int, _ report: (Int) -> Void = { _ in }
  ) throws(InputError) -> Result {
    let count = min(windows, (tokens.count - 1) / window)
    let attacked = min(attacked, count * window)
    var result = Result(
      epsilon: certifier.epsilon, windows: count, places: count * window,
      bound: certifier.features.distance.value)
    result.substitutions = substitutions
    var radii: [Double] = []
    for index in 0..<count {
      let seen = Array(tokens[index * window..<(index + 1) * window])
      let answers = try certifier.answers(for: seen)
      for answer in answers {
        let isRight = answer.prediction == Int(tokens[index * window + answer.place + 1])
        let isCertified = answer.prediction != nil && answer.radius >= certifier.epsilon
        result.correct += isRight ? 1 : 0
        result.certified += isCertified ? 1 : 0
        result.certifiedAndCorrect += isCertified && isRight ? 1 : 0
        radii.append(answer.radius)
      }
      // Of equal parts, the first get what is left over.
      let part = attacked / count + (index < attacked % count ? 1 : 0)
      attack(answers, seen, part, &result)
      report(index + 1)
    }
    radii.sort()
    result.medianRadius = radii.isEmpty ? 0 : radii[radii.count / 2]
    return result
  }

  /// Attacks some places of a window: certified ones and others in turn, late ones first, which see most tokens.
  private func attack(
    _ answers: [TokenCertifier.Answer], _ seen: [Int32], _ count: Int, _ result: inout Result
  ) {
    let known = answers.filter { $0.prediction != nil }.reversed()
    let certified = known.filter { $0.radius >= certifier.epsilon }
    let others = known.filter { $0.radius < certifier.epsilon }
    let chosen = Array(certified.prefix((count + 1) / 2))
    let all = chosen + others.prefix(count - chosen.count)
    guard !all.isEmpty else { return }
    let rows = certifier.rows(of: seen).map { Float($0) }
    for start in stride(from: 0, to: all.count, by: 8) {
      let part = all[start..<min(all.count, start + 8)]
      let changes = attack.changes(
        rows, places: part.map { ($0.place, $0.prediction ?? 0) }, within: certifier.epsilon)
      for (answer, isChanged) in zip(part, changes) {
        result.attacked += 1
        result.changed += isChanged ? 1 : 0
        result.contradicted += isChanged && answer.radius >= certifier.epsilon ? 1 : 0
      }
    }
  }

  /// The ordered pairs of different tokens within the distance.
  private var substitutions: Int {
    let (rows, width) = (table.shape[0], table.shape[1])
    let values = table.scalars
    var count = 0
    for a in 0..<rows {
      for b in 0..<a {
        var sum = 0.0
        for place in 0..<width {
          let difference = values[a * width + place] - values[b * width + place]
          sum += difference * difference
        }
        if (sum / Double(width)).squareRoot() <= certifier.epsilon { count += 2 }
      }
    }
    return count
  }
}
