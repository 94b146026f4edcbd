import Attacks
import Datasets
import Digests
import Files
import Foundation
import ModelFiles
import Networks
import Proofs
import Records
import Tensors
import Training

/// What is proved of a transformer's predictions on a text, with an attack beside it.
public struct TextCertification: Sendable {
  /// What came out.
  public struct Result: Sendable, Hashable, Codable {
    /// What may change: `vectors`, every embedded token at once, or `token`, one token for another.
    public var change: String
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
    /// The certificates that were written; nil where none were asked for.
    public var certificates: Int?
    /// The texts with one other token that were tried; nil where every embedded token may change.
    public var tried: Int?
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
      case change, epsilon, windows, places, correct, certified, substitutions, certificates
      case tried, attacked, changed, contradicted, bound
      case certifiedAndCorrect = "certified_and_correct"
      case medianRadius = "median_radius"
    }
  }

  /// Whether the network has the model's numbers without rounding.
  public let isReadExactly: Bool
  private let question: TextQuestion
  private let certifier: TokenCertifier
  private let prover: TokenProver?
  private let attack: TokenAttack
  private let substitution: SubstitutionAttack
  private let neighbours: EmbeddingNeighbours
  private let tokens: [Int32]
  private let window: Int

  /// Reads a run and a text.
  ///
  /// - Throws: `InputError` when a file is missing, the model is of another form or the text is too short.
  public init(folder: String, text: String, _ question: TextQuestion) throws(InputError) {
    let model = "\(folder)/model.onnx"
    let file = try ModelFile(model)
    let network = try file.network()
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
    self.question = question
    certifier = try TokenCertifier(network, epsilon: question.epsilon, source: model)
    // The checker goes by the sizes of the very text, row by row, which says more than the bound of all texts; it does not know every network.
    do throws(InputError) {
      prover = try TokenProver(network, of: file)
    } catch {
      guard !question.isProved, question.change != .token else { throw error }
      prover = nil
    }
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
    substitution = SubstitutionAttack(network)
    guard let table = network.nodes.lazy.compactMap({ ($0.operation as? Embedding)?.table }).first
    else { throw InputError(model, "embeds no tokens") }
    neighbours = EmbeddingNeighbours(
      network.parameters[table.index].value, within: question.epsilon)
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
  ///   - attacked: How many places are attacked, or texts with one other token tried, spread over the windows.
  ///   - keep: Called with each certificate, a line of JSON.
  ///   - report: Called after each window with how many are done.
  /// - Throws: `InputError` when an operation has no interval rule.
  public func result(
    windows: Int, attacked: Int, keep: (String) -> Void = { _ in },
    _ report: (Int) -> Void = { _ in }
  ) throws(InputError) -> Result {
    let count = min(windows, (tokens.count - 1) / window)
    var result = Result(
      change: question.change.rawValue, epsilon: question.epsilon, windows: count,
      places: count * window, bound: certifier.features.distance.value)
    result.substitutions = neighbours.pairs
    if question.isProved { result.certificates = 0 }
    if question.change == .token { result.tried = 0 }
    var radii: [Double] = []
    for index in 0..<count {
      let seen = Array(tokens[index * window..<(index + 1) * window])
      let answers = try certifier.answers(for: seen)
      let proved = prove(seen, &result, keep)
      for answer in answers {
        let isRight = answer.prediction == Int(tokens[index * window + answer.place + 1])
        let isCertified = isCertified(answer, proved)
        result.correct += isRight ? 1 : 0
        result.certified += isCertified ? 1 : 0
        result.certifiedAndCorrect += isCertified && isRight ? 1 : 0
        radii.append(isCertified ? max(answer.radius, question.epsilon) : answer.radius)
      }
      // Of equal parts, the first get what is left over.
      let part = attacked / count + (index < attacked % count ? 1 : 0)
      switch question.change {
      case .vectors: attack(answers, seen, min(part, window), proved, &result)
      case .token: substitute(answers, seen, part, proved, &result)
      }
      report(index + 1)
    }
    radii.sort()
    result.medianRadius = radii.isEmpty ? 0 : radii[radii.count / 2]
    return result
  }

  /// Whether a prediction does not change: by the bound of all texts or by what the checker shows of this one.
  private func isCertified(_ answer: TokenCertifier.Answer, _ proved: [Int?]) -> Bool {
    guard let prediction = answer.prediction else { return false }
    if answer.radius >= question.epsilon { return true }
    return proved.indices.contains(answer.place) && proved[answer.place] == prediction
  }

  /// What the checker shows of each place, with a certificate of each.
  private func prove(
    _ seen: [Int32], _ result: inout Result, _ keep: (String) -> Void
  ) -> [Int?] {
    guard let prover else { return [] }
    let region = prover.region(seen, within: question.exactEpsilon, question.change)
    let predictions = prover.predictions(over: region)
    guard question.isProved else { return predictions }
    for (place, token) in predictions.enumerated() {
      guard let token else { continue }
      keep(prover.certificate(token, at: place, over: region).line)
      result.certificates = (result.certificates ?? 0) + 1
    }
    return predictions
  }

  /// Tries texts with one other token, evenly from all that there are.
  private func substitute(
    _ answers: [TokenCertifier.Answer], _ seen: [Int32], _ count: Int, _ proved: [Int?],
    _ result: inout Result
  ) {
    let all = seen.enumerated().flatMap { place, token in
      neighbours.of[Int(token)].map { SubstitutionAttack.Substitution(place: place, token: $0) }
    }
    guard !all.isEmpty, count > 0 else { return }
    let chosen = (0..<min(count, all.count)).map {
      // Evenly from the first to the last, of whatever number there are.
      all[Int((Double($0) * Double(all.count) / Double(min(count, all.count))))]
    }
    let changes = substitution.changes(seen, chosen, predictions: answers.map(\.prediction))
    result.tried = (result.tried ?? 0) + chosen.count
    for (answer, isChanged) in zip(answers, changes) where answer.prediction != nil {
      result.attacked += 1
      result.changed += isChanged ? 1 : 0
      result.contradicted += isChanged && isCertified(answer, proved) ? 1 : 0
    }
  }

  /// Attacks some places of a window: certified ones and others in turn, late ones first, which see most tokens.
  private func attack(
    _ answers: [TokenCertifier.Answer], _ seen: [Int32], _ count: Int, _ proved: [Int?],
    _ result: inout Result
  ) {
    let known = answers.filter { $0.prediction != nil }.reversed()
    let certified = known.filter { isCertified($0, proved) }
    let others = known.filter { !isCertified($0, proved) }
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
        result.contradicted += isChanged && isCertified(answer, proved) ? 1 : 0
      }
    }
  }
}
