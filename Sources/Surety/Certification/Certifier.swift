import Attacks
import Bounds
import Datasets
import Files
import Foundation
import Lipschitz
import Networks
import Properties
import Records
import Tensors

/// Decides for the examples of a data set whether any input within a distance gets another label.
///
/// Every example is decided by the cheapest method that can, in the order of `RunRecord.cascade`. An example that fails
/// becomes `undecided` with the reason, and the others go on. Where there is a time limit, each example has its own.
public struct Certifier: Sendable {
  /// What to certify, and how.
  public private(set) var options: CertifierOptions
  /// What each result states about the run.
  public private(set) var run: RunRecord
  /// The examples.
  public let images: ImageSet
  let network: Network
  let decider: Decider
  /// Whether the network wants the channels of pictures last.
  let isMovedToChannelsLast: Bool

  /// Creates a certifier.
  ///
  /// - Parameter modelDigest: The SHA-256 digest of the model file.
  /// - Throws: `InputError` when the images do not fit the network, or no method has a rule for each of
  ///   its operations.
  public init(
    _ network: Network, modelDigest: String, images: ImageSet, options: CertifierOptions
  ) throws(InputError) {
    self.options = options
    let fitted = try ExampleNetwork(
      network, for: images, options.normalization, threshold: options.threshold)
    let images = fitted.images
    self.images = images
    self.network = fitted.network
    isMovedToChannelsLast =
      ExampleLayout(network: network.inputShape.dimensions, pictures: images.shape) == .channelsLast
    // Labels and margins ask for the order of the outputs, which a final softmax keeps.
    let logits = self.network.withLogits()
    let simplified = (logits ?? self.network).simplified()
    let attack = Result { [original = self.network] () throws(Unsupported) in
      try Attack(simplified, replay: original, logits: logits)
    }
    var decider = Decider(
      simplified, attack: attack, precision: options.precision ?? network.ownPrecision)
    (decider.memory, decider.seed) = (options.memory, options.seed)
    decider.attacks = options.attackSteps > 0 && options.attackRestarts > 0
    // Results state the best margin of every class.
    decider.boundsAll = true
    self.decider = decider
    if options.usesConstants {
      do throws(Unsupported) {
        _ = try decider.constants.bound(options.norm == .infinity ? .infinity : .two)
      } catch {
        throw InputError("network", error.description)
      }
    } else if !options.joinsConstants {
      try Self.checkSupport(simplified, options.methods)
    }
    if options.joinsConstants, let first = decider.constants.analysis.unread.first {
      throw InputError("network", first.description)
    }
    run = RunRecord(
      modelDigest: modelDigest, data: "\(images.name):\(images.split.rawValue)",
      dataDigest: images.digest,
      region: RegionRecord(
        norm: options.norm.rawValue, epsilon: options.epsilon,
        mean: options.normalization.mean.map(Double.init),
        std: options.normalization.std.map(Double.init), range: images.range),
      methods: (options.usesConstants ? [Stage.constants.name] : [])
        + options.methods.map(\.rawValue)
        + (options.joinsConstants ? [Stage.joined.name] : [])
        + [options.completeMethod?.rawValue].compactMap { $0 },
      arithmetic: decider.precision.arithmetic, threshold: fitted.threshold)
    run.effort = EffortRecord(
      timeout: options.timeout?.seconds, attackSteps: options.attackSteps,
      attackRestarts: options.attackRestarts, seed: options.seed)
    run.version = Release.version
  }

  private static func checkSupport(
    _ network: Network, _ methods: [BoundMethod]
  ) throws(InputError) {
    let support = network.support.filter { methods.map(\.rawValue).contains($0.method) }
    guard !methods.isEmpty, !support.contains(where: \.isSupported) else { return }
    let gaps = Set(support.flatMap(\.missing)).map { "\($0.operation) (node \($0.node))" }.sorted()
    throw InputError(
      "network", "no method of --methods has a rule for \(gaps.joined(separator: ", "))")
  }

  /// The same certifier for another distance and time limit of an example.
  public func with(epsilon: Double, timeout: Duration?) -> Certifier {
    var other = self
    other.options.epsilon = epsilon
    if epsilon != options.epsilon { other.options.epsilonText = nil }
    other.options.timeout = timeout
    other.run.region.epsilon = epsilon
    other.run.effort?.timeout = timeout?.seconds
    return other
  }

  /// The same certifier for another distance and time limit of an example, with some of its methods.
  func with(epsilon: Double, timeout: Duration?, methods: [String]) -> Certifier {
    var other = with(epsilon: epsilon, timeout: timeout)
    other.options.methods = options.methods.filter { methods.contains($0.rawValue) }
    other.options.usesConstants =
      options.usesConstants && methods.contains(Stage.constants.name)
    other.options.joinsConstants =
      options.joinsConstants && methods.contains(Stage.joined.name)
    other.options.completeMethod = options.completeMethod.flatMap {
      methods.contains($0.rawValue) ? $0 : nil
    }
    other.run.methods = run.methods.filter(methods.contains)
    return other
  }

  /// The right label of an example.
  public func label(of example: Int) -> Int { images.label(example) }

  /// The names of the classes, in the order of the labels.
  var classes: [String] { images.classes }

  /// The blocks that most tokens skip; nil where there are none.
  var routing: [RoutingRecord]? {
    let all = network.routings.map {
      RoutingRecord(node: $0.node, kept: $0.kept, tokens: $0.tokens)
    }
    return all.isEmpty ? nil : all
  }

  /// An example with the network's outputs for it, for pages.
  ///
  /// - Parameter isEvaluated: Whether the outputs are computed, for which a thread that ends the program has no time.
  func record(of example: Int, isEvaluated: Bool = true) -> ExampleRecord {
    let values = images.image(example)
    let output = isEvaluated ? decider.engine.outputs([values.map(Double.init)])[0] : []
    var record = ExampleRecord(
      example: example, shape: images.shape, values: values,
      output: output.allSatisfy(\.isFinite) ? output : [])
    record.names = images.valueNames
    return record
  }

  /// How far an input is from an example, in the norm of the options.
  func distance(of input: [Double], from example: Int) -> Double {
    options.norm.distance(input, images.image(example).map(Double.init))
  }

  /// Certifies examples in batches.
  ///
  /// A batch takes the steps that cost little one after another; what is left then is done for example after example.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - report: Called with each result as soon as it is there, whatever the order of the examples.
  ///   - isStopped: Asked all the time; true ends the run early.
  public func certify(
    _ examples: [Int], isStopped: @escaping @Sendable () -> Bool = { false },
    report: (ResultLine) throws(InputError) -> Void
  ) throws(InputError) {
    var pace = StepPace()
    for first in stride(from: 0, to: examples.count, by: max(1, options.batch)) {
      guard !isStopped() else { return }
      let part = Array(examples[first..<min(first + max(1, options.batch), examples.count)])
      let places = part.count > 1 ? Places(part) : nil
      var batch = ExampleBatch(
        part.map { example in
          var line = ResultLine(run: run, example: example, label: images.label(example))
          (line.batch, line.name) = (places, images.name(of: example))
          return line
        }, limit: options.timeout?.seconds, isStopped: isStopped)
      try certify(&batch, &pace, report)
    }
  }

  private func certify(
    _ batch: inout ExampleBatch, _ pace: inout StepPace,
    _ report: (ResultLine) throws(InputError) -> Void
  ) throws(InputError) {
    for index in batch.open {
      guard let problem = images.problem(of: batch.lines[index].example) else { continue }
      batch.refuse(index, problem)
    }
    prepare(&batch)
    let steps = self.steps
    let shared = steps.prefix { $0.isShared }
    for line in proved(batch.results(), isStopped: batch.isStopped) { try report(line) }
    for step in shared {
      var rest = batch.ready[...]
      while !rest.isEmpty, !batch.isStopped() {
        let part = Array(rest.prefix(pace.count(for: step)))
        rest = rest.dropFirst(part.count)
        let begin = Date()
        take(step, &batch, part)
        pace.note(Date().timeIntervalSince(begin), for: part.count, of: step)
        for line in proved(batch.results(), isStopped: batch.isStopped) { try report(line) }
      }
    }
    for index in batch.open {
      for step in steps.dropFirst(shared.count) where batch.isReady(index) {
        take(step, &batch, [index])
      }
      // What an interruption left open is no result; the next run does it.
      guard !batch.isStopped() else { break }
      batch.close(index)
      for line in proved(batch.results(), isStopped: batch.isStopped) { try report(line) }
    }
    for line in proved(batch.results(), isStopped: batch.isStopped) { try report(line) }
  }

  /// What is tried, in the order of `RunRecord.cascade`.
  var steps: [Step] {
    let names = run.cascade
    return names.enumerated().compactMap { place, name in
      step(named: name, isLast: place == names.count - 1)
    }
  }

  private func step(named name: String, isLast: Bool) -> Step? {
    if name == AttackEffort.short.name {
      var effort = AttackEffort.short
      effort.steps = min(options.attackSteps, effort.steps)
      return Step(stage: .attack(effort), share: 0.1)
    }
    if name == Stage.constants.name { return Step(stage: .constants) }
    if name == Stage.joined.name { return Step(stage: .joined) }
    if let method = BoundMethod(rawValue: name) {
      // A search that comes after optimised slopes does without them where they take too long.
      return Step(stage: .bounds(method), share: method == .alphaCROWN && !isLast ? 0.5 : 1)
    }
    if let completion = CompleteMethod(rawValue: name) { return Step(stage: .complete(completion)) }
    let effort = AttackEffort(steps: options.attackSteps, restarts: options.attackRestarts)
    // Bounds that come after it are to have some of the time.
    return name == effort.name ? Step(stage: .attack(effort), share: isLast ? 1 : 0.5) : nil
  }
}

extension Step {
  /// Whether all examples of a batch take the step before any takes the next.
  ///
  /// What may take long comes after those: each example is then taken to its end.
  fileprivate var isShared: Bool {
    switch stage {
    case .attack(let effort): effort.name == AttackEffort.short.name
    case .bounds(let method): method != .alphaCROWN
    case .constants, .joined: true
    case .complete: false
    }
  }
}
