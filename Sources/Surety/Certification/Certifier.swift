import Attacks
import Bounds
import Certificates
import Datasets
import Files
import Foundation
import Networks
import Properties
import Tensors

/// Decides for the examples of a data set whether any input within a distance gets another label.
///
/// Every example is decided by the cheapest method that can: the network's own answer, bounds of one pass,
/// a search for a counterexample, then the costlier bounds in turn. An example that fails becomes
/// `undecided` with the reason, and the others go on.
public struct Certifier: Sendable {
  /// What to certify, and how.
  public private(set) var options: CertifierOptions
  /// What each result states about the run.
  public private(set) var run: RunRecord
  /// The examples.
  public let images: ImageSet
  let network: Network
  let simplified: Network
  let engine: any BoundEngine
  private let careful: (any BoundEngine)?
  private let probe: RoundingProbe
  let attack: Result<Attack, Unsupported>

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
    // Labels and margins ask for the order of the outputs, which a final softmax keeps.
    let logits = self.network.withLogits()
    let simplified = (logits ?? self.network).simplified()
    self.simplified = simplified
    attack = Result { [original = self.network] () throws(Unsupported) in
      try Attack(simplified, replay: original, logits: logits)
    }
    engine = options.precision.engine(for: simplified)
    careful = options.precision == .float ? Precision.double.engine(for: simplified) : nil
    probe = RoundingProbe(simplified)
    try Self.checkSupport(simplified, options.methods)
    run = RunRecord(
      modelDigest: modelDigest, data: "\(images.name):\(images.split.rawValue)",
      dataDigest: images.digest,
      region: RegionRecord(
        norm: options.norm.rawValue, epsilon: options.epsilon,
        mean: options.normalization.mean.map(Double.init),
        std: options.normalization.std.map(Double.init), range: images.range),
      methods: options.methods.map(\.rawValue) + [options.completion?.rawValue].compactMap { $0 },
      arithmetic: options.precision.arithmetic, threshold: fitted.threshold)
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
    other.options.timeout = timeout
    other.run.region.epsilon = epsilon
    other.run.effort?.timeout = timeout?.seconds
    return other
  }

  /// The same certifier for another distance and time limit of an example, with some of its methods.
  func with(epsilon: Double, timeout: Duration?, methods: [String]) -> Certifier {
    var other = with(epsilon: epsilon, timeout: timeout)
    other.options.methods = options.methods.filter { methods.contains($0.rawValue) }
    other.options.completion = options.completion.flatMap {
      methods.contains($0.rawValue) ? $0 : nil
    }
    return other
  }

  /// The right label of an example.
  public func label(of example: Int) -> Int { images.label(example) }

  /// The names of the classes, in the order of the labels.
  var classes: [String] { images.classes }

  /// An example with the network's outputs for it, for pages.
  ///
  /// - Parameter isEvaluated: Whether the outputs are computed, for which a thread that ends the program has no time.
  func record(of example: Int, isEvaluated: Bool = true) -> ExampleRecord {
    let values = images.image(example)
    let output = isEvaluated ? engine.outputs([values.map(Double.init)])[0] : []
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
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - report: Called with each result as soon as it is there.
  ///   - isStopped: Asked between batches; true ends the run early.
  public func certify(
    _ examples: [Int], isStopped: @escaping @Sendable () -> Bool = { false },
    report: (ResultLine) throws(InputError) -> Void
  ) throws(InputError) {
    for first in stride(from: 0, to: examples.count, by: max(1, options.batch)) {
      guard !isStopped() else { return }
      let part = Array(examples[first..<min(first + max(1, options.batch), examples.count)])
      for line in lines(for: part, isStopped) {
        // What an interruption left open is no result; the next run does it.
        if line.verdict == .undecided, isStopped() { continue }
        try report(line)
      }
    }
  }

  /// The results of one batch.
  private func lines(
    for examples: [Int], _ isStopped: @escaping @Sendable () -> Bool
  ) -> [ResultLine] {
    var batch = ExampleBatch(
      examples.map {
        var line = ResultLine(run: run, example: $0, label: images.label($0))
        line.name = images.name(of: $0)
        return line
      },
      deadline: options.timeout.map {
        Date(timeIntervalSinceNow: $0.seconds * Double(examples.count))
      }, isStopped: isStopped)
    for index in batch.open {
      guard let problem = images.problem(of: batch.lines[index].example) else { continue }
      batch.refuse(index, problem)
    }
    predict(&batch)
    makeRegions(&batch)
    // What one pass certifies needs no attack: a certified example has no counterexample.
    let cheap = options.methods.prefix { $0 == .ibp || $0 == .crownIBP }
    for method in cheap where !batch.open.isEmpty && !isStopped() { bound(&batch, by: method) }
    if !batch.open.isEmpty, !isStopped() { attack(&batch) }
    for method in options.methods.dropFirst(cheap.count) where !batch.open.isEmpty {
      guard !batch.isOverdue else { break }
      bound(&batch, by: method)
    }
    if let completion = options.completion { complete(&batch, by: completion, isStopped) }
    return batch.finished()
  }

  // MARK: Steps

  private func predict(_ batch: inout ExampleBatch) {
    let members = batch.open
    let inputs = members.map { images.image(batch.lines[$0].example).map(Double.init) }
    for (index, output) in zip(members, engine.outputs(inputs)) {
      guard output.allSatisfy(\.isFinite) else {
        batch.fail(index, "the network's output for the example is not finite")
        continue
      }
      let prediction = output.indices.max { output[$0] < output[$1] }
      batch.lines[index].prediction = prediction
      batch.lines[index].cleanMargin = ResultLine.margin(
        of: batch.lines[index].label, in: output)
      if prediction != batch.lines[index].label {
        batch.decide(index, .misclassified, by: nil)
      }
    }
  }

  private func makeRegions(_ batch: inout ExampleBatch) {
    for index in batch.open {
      let image = images.image(batch.lines[index].example).map(Double.init)
      do throws(InputError) {
        batch.regions[index] = try Region.ball(
          around: image, radius: options.epsilon, norm: options.norm, clippedTo: images.range)
      } catch {
        batch.fail(index, error.description)
      }
    }
    let members = batch.open
    let samples = probe.samples(over: members.compactMap { batch.regions[$0] })
    for (index, sample) in zip(members, samples) { batch.samples[index] = sample }
  }

  private func attack(_ batch: inout ExampleBatch) {
    let begin = Date()
    let members = batch.open
    options.onStage("attack on \(members.count)")
    do throws(Unsupported) {
      var attack = try attack.get()
      attack.options.steps = options.attackSteps
      attack.options.restarts = options.attackRestarts
      attack.options.seed = options.seed
      attack.options.deadline = options.timeout.map {
        Date(timeIntervalSinceNow: $0.seconds * Double(members.count) / 2)
      }
      attack.options.isCancelled = batch.isStopped
      let found = attack.counterexamples(
        labels: members.map { batch.lines[$0].label },
        regions: members.compactMap { batch.regions[$0] })
      for (index, witness) in zip(members, found) {
        guard let witness else { continue }
        batch.decide(index, violatedBy: witness, found: "attack")
      }
      // Seconds of an attack say that there was one.
      batch.add(Date().timeIntervalSince(begin), to: members, of: "attack")
    } catch {
      for index in members { batch.reasons[index].insert(error.description) }
    }
  }

  private func bound(_ batch: inout ExampleBatch, by method: BoundMethod) {
    let begin = Date()
    let members = batch.open
    options.onStage("\(method.rawValue) on \(members.count)")
    var boundOptions = BoundOptions().suited(to: network)
    boundOptions.memory = options.memory
    boundOptions.deadline = batch.deadline
    boundOptions.isCancelled = batch.isStopped
    do throws(Unsupported) {
      let near = try bound(&batch, members, by: method, boundOptions, with: engine)
      if let careful, !near.isEmpty {
        _ = try bound(&batch, near, by: method, boundOptions, with: careful)
      }
    } catch {
      for index in members { batch.reasons[index].insert(error.description) }
    }
    batch.add(Date().timeIntervalSince(begin), to: members, of: method.rawValue)
  }

  /// - Returns: The examples with a margin too near zero for this arithmetic.
  private func bound(
    _ batch: inout ExampleBatch, _ members: [Int], by method: BoundMethod, _ options: BoundOptions,
    with engine: any BoundEngine
  ) throws(Unsupported) -> [Int] {
    let regions = members.compactMap { batch.regions[$0] }
    precondition(regions.count == members.count, "An open example without a region")
    let functions = OutputFunctions<Tensor<Double>>.margins(
      labels: members.map { batch.lines[$0].label }, classes: network.outputShape.count)
    let found = try engine.lowerBounds(
      of: functions.coefficients, over: regions, by: method, options)
    var near: [Int] = []
    for (place, index) in members.enumerated() {
      guard found.isFinite[place], found.lower[place].allSatisfy(\.isFinite) else {
        batch.reasons[index].insert("a bound by \(method.rawValue) is not finite")
        continue
      }
      let judgements = batch.judge(index, found.lower[place], engine.precision)
      if judgements.allSatisfy({ $0 == .impossible }) {
        batch.decide(index, .certified, by: method.rawValue)
      } else if !judgements.contains(.possible) {
        near.append(index)
      }
    }
    return near
  }
}
