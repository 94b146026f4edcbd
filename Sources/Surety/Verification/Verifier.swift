import Attacks
import Bounds
import Files
import Foundation
import Networks
import Properties
import Tensors

/// Decides properties of one network: searches for counterexamples and rules out violations by bounds.
///
///     let verifier = try Verifier(network)
///     let result = try verifier.verify(property)
///     print(result.answer.word, result.reason)
public struct Verifier: Sendable {
  /// The methods that are tried, in order, unless told otherwise.
  public static let methods: [BoundMethod] = [.ibp, .crownIBP, .crown, .alphaCROWN]

  /// How properties are verified.
  public var options: VerifierOptions
  let network: Network
  private let simplified: Network
  /// The search for counterexamples, confirmed on the network as it was read; or why there is none.
  let attack: Result<Attack, Unsupported>
  /// The same where the network ends with a softmax, for questions about the order of its outputs: the network that ends
  /// before it, simplified, and the search in that.
  ///
  /// What is meant is the function without rounding, which keeps the order. So a witness must hold for the outputs of
  /// the file and for what its softmax reads: that two shares are equal because both are rounded to 0 or 1 is none.
  private let order: (bounded: Network, attack: Result<Attack, Unsupported>)?

  /// Creates a verifier.
  public init(_ network: Network, options: VerifierOptions = .init()) {
    self.network = network
    self.options = options
    let simplified = network.simplified()
    self.simplified = simplified
    attack = Result { () throws(Unsupported) in try Attack(simplified, replay: network) }
    order = network.withLogits().map { logits in
      let ordered = logits.simplified()
      return (
        ordered,
        Result { () throws(Unsupported) in
          try Attack(ordered, replay: network, logits: logits)
        }
      )
    }
  }

  /// Decides a property.
  ///
  /// - Parameter progress: Called before each step with a line that says what begins.
  /// - Returns: The answer; `holds` states that the bounds said so in the arithmetic that the result names,
  ///   and `violated` that running the network confirmed it.
  /// - Throws: `InputError` when the property has other counts of inputs or outputs than the network.
  public func verify(
    _ property: Property, progress: @escaping (String) -> Void = { _ in }
  ) throws(InputError) -> Verification {
    try property.matches(inputs: network.inputShape.count, outputs: network.outputShape.count)
    let run: VerificationRun
    if let untied = property.untied() {
      run = try self.run(untied)
    } else {
      let ordered = property.comparesOutputs ? order : nil
      run = VerificationRun(
        attack: ordered?.attack ?? attack,
        bounded: try bounded(ordered?.bounded ?? simplified, for: property), property: property,
        options: options)
    }
    run.progress = progress
    return run.result()
  }

  /// The network to bound, with its input among the outputs where the property speaks about both.
  func bounded(
    _ network: Network, for property: Property
  ) throws(InputError) -> Network {
    guard property.mixesInputsAndOutputs else { return network }
    do throws(ShapeMismatch) {
      return try network.keepingInput()
    } catch {
      throw InputError(property.source, error.description)
    }
  }
}

/// One run of the pipeline.
final class VerificationRun {
  var progress: (String) -> Void = { _ in }
  let attack: Result<Attack, Unsupported>
  let property: Property
  var options: VerifierOptions
  let start = Date()
  let deadline: Date?
  let precision: Precision
  private let engine: any BoundEngine
  let bounded: Network
  var open: [OpenRegion]
  /// The least amount by which a violation was ruled out.
  private var smallestMargin = Double.infinity
  private var steps: [Verification.Step] = []
  /// The methods that were tried on everything open, without being cut short.
  private var finished: Set<BoundMethod> = []
  var notes: [String] = []

  init(
    attack: Result<Attack, Unsupported>, bounded: Network, property: Property,
    options: VerifierOptions
  ) {
    self.attack = attack
    self.bounded = bounded
    self.property = property
    self.options = options
    deadline = options.timeout.map { Date(timeIntervalSinceNow: $0.seconds) }
    precision = options.precision ?? bounded.ownPrecision
    engine = precision.engine(for: bounded)
    open = property.openRegions
  }

  var isOverdue: Bool { deadline.map { $0 <= Date() } ?? false }
  private var secondsLeft: Double { deadline?.timeIntervalSinceNow ?? .infinity }

  func result() -> Verification {
    guard !property.isEmpty else {
      return end(.holds, "no input satisfies the assertions, so nothing can violate the property")
    }
    measure()
    let stages = options.stages(isSmall: bounded.hasFewActivations && !searchesInputs)
    let main = stages.firstIndex(where: \.isMain) ?? 0
    let begun = takeUpPrologue()
    for (number, stage) in stages.enumerated() {
      // What an earlier run began and was ended in is not begun again; the search needs none of it.
      if number < min(begun, main) { continue }
      if number <= main, let why = note(number, isMain: number == main) {
        return end(.unknown, "stopped, because \(why); \(state)")
      }
      if isOverdue { return late() }
      if options.isCancelled() { return end(.unknown, "interrupted; \(state)") }
      switch stage {
      case .attack(let effort):
        if let witness = search(effort) { return violated(witness) }
      case .bounds(let method, let patience):
        if method == .alphaCROWN && searchesInputs { continue }
        ruleOut(by: method, within: patience)
        if open.isEmpty {
          return end(
            .holds, "\(method.rawValue) bounds rule out every violation, in \(arithmetic)",
            method: method.rawValue)
        }
      case .completion(let completion, let patience):
        if let answer = complete(by: completion, within: patience) { return answer }
      }
    }
    if options.isCancelled() { return end(.unknown, "interrupted; \(state)") }
    return isOverdue ? late() : undecided()
  }

  // MARK: Steps

  private func measure() {
    let samples = RoundingProbe(bounded).samples(over: open.map(\.region))
    for (index, sample) in samples.enumerated() { open[index].sample = sample }
  }

  private func search(_ effort: AttackEffort) -> Witness? {
    guard options.attacks, !isOverdue else { return nil }
    let begin = Date()
    announce("attack")
    defer { record("attack", since: begin, ruledOut: 0) }
    do throws(Unsupported) {
      var attack = try attack.get()
      attack.options = effort.options(secondsLeft: secondsLeft)
      attack.options.seed = options.seed &+ effort.seed
      attack.options.isCancelled = options.isCancelled
      return attack.counterexample(to: property)
    } catch {
      notes.append(error.description)
      return nil
    }
  }

  private func ruleOut(by method: BoundMethod, within patience: Double?) {
    // A first try that ran to its end would only be repeated.
    guard patience != nil || !finished.contains(method) else { return }
    let begin = Date()
    announce(method.rawValue)
    var boundOptions = BoundOptions().suited(to: bounded)
    boundOptions.memory = options.memory
    boundOptions.deadline = [deadline, patience.map(Date.init(timeIntervalSinceNow:))]
      .compactMap { $0 }.min()
    boundOptions.isCancelled = options.isCancelled
    let careful = precision == .float ? Precision.double.engine(for: bounded) : nil
    var refutation = Refutation(engine: engine, careful: careful, options: boundOptions)
    var ruledOut: [Removal] = []
    do throws(Unsupported) {
      if method == .alphaCROWN {
        // Slopes for the output alone cost little; often they suffice.
        refutation.options.optimizesIntermediateBounds = false
        ruledOut.append(try refutation.ruleOut(&open, by: method))
        refutation.options.optimizesIntermediateBounds = true
      }
      // A complete search optimises the intermediate layers itself, and keeps them.
      if method != .alphaCROWN || options.completion == nil {
        ruledOut.append(try refutation.ruleOut(&open, by: method))
      }
    } catch {
      notes.append(error.description)
    }
    if !refutation.isOverdue { finished.insert(method) }
    let count = ruledOut.reduce(0) { $0 + $1.count }
    smallestMargin = ruledOut.reduce(smallestMargin) { min($0, $1.smallestMargin) }
    record(method.rawValue, since: begin, ruledOut: count)
  }

  func announce(_ method: String) {
    let seconds = Int(Date().timeIntervalSince(start))
    progress("\(seconds) s: \(method), \(openCount) of \(property.disjuncts.count) violations open")
  }

  func record(_ method: String, since begin: Date, ruledOut: Int) {
    steps.append(
      Verification.Step(
        method: method, seconds: Date().timeIntervalSince(begin), ruledOut: ruledOut))
  }

  // MARK: Answers

  var arithmetic: String { precision.arithmetic }

  var bestMargin: Double? {
    let margins = open.flatMap { $0.conditions.map(\.margin) } + [smallestMargin]
    return margins.min().flatMap { $0.isFinite ? $0 : nil }
  }

  private var openCount: Int { open.reduce(0) { $0 + $1.conditions.count } }

  private func violated(_ witness: Witness) -> Verification {
    end(
      .violated(witness), "an input violates the property, and running the network confirms it",
      method: "attack")
  }

  private func late() -> Verification {
    end(.timeout, "the time limit came first; \(state); a longer --timeout would help")
  }

  private func undecided() -> Verification {
    let because = notes.isEmpty ? "" : "; \(Set(notes).sorted().joined(separator: "; "))"
    return end(
      .unknown,
      "no counterexample found, and \(state)\(because); a smaller region or a complete search "
        + "would help")
  }

  private var state: String {
    let margin =
      bestMargin.map { ", best margin so far \(Float($0))" } ?? ", without a finite bound"
    let total = property.disjuncts.count
    return "\(openCount) of \(total) violation\(total == 1 ? "" : "s") not ruled out\(margin)"
  }

  func end(
    _ answer: Verification.Answer, _ reason: String, method: String? = nil
  ) -> Verification {
    switch answer {
    case .holds, .violated: options.checkpoint?.remove()
    case .unknown, .timeout: break
    }
    return Verification(
      answer: answer, reason: reason, method: method, bestMargin: bestMargin,
      arithmetic: arithmetic, steps: steps, seconds: Date().timeIntervalSince(start))
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
