import Foundation
import Properties
import Records

/// Finds how far an example's answer holds, by halving the room between what is certified and what is violated.
///
/// Work is reused: a counterexample counts at the distance where it lies, a method that failed at a radius is not tried at
/// larger ones, and the search starts at the radius of the examples before.
///
/// - Soundness: `certified` is a radius that the certifier gave the verdict `certified`, and `violated` the distance of a
///   counterexample that the network confirmed.
public struct RadiusSearch: Sendable {
  /// The largest radius to ask about.
  public var largest = 1.0
  /// The room to leave, as a part of the radius.
  public var tolerance = 0.01
  /// The seconds for an example; nil for as long as it takes.
  public var timeout: Duration?
  let certifier: Certifier
  /// Where to start: the middle of what was certified so far.
  private var seen: [Double] = []

  /// Creates a search.
  public init(_ certifier: Certifier) { self.certifier = certifier }

  /// What results state about the run; its distance is the largest radius.
  public var run: RunRecord {
    var run = certifier.run
    run.region.epsilon = largest
    return run
  }

  /// Takes up what an earlier run found, to start near it.
  public mutating func remember(_ radius: ExampleRadius) {
    if let certified = radius.certified, certified > 0 { seen.append(certified) }
  }

  /// What is known of one example.
  private struct Bracket {
    var example: Int
    var deadline: Date?
    /// The largest radius that is certified.
    var certified = 0.0
    var method: String?
    /// The smallest radius that is known not to be certified, or beyond every question.
    var open: Double
    /// The smallest radius with a counterexample.
    var violated: Double?
    var counterexample: ResultLine.Counterexample?
    var prediction: Int?
    var isMisclassified = false
    /// Why the example cannot be used.
    var problem: String?
    var isAttacked = false
    var probes = 0
    /// The smallest radius at which each method failed.
    var failures: [String: Double] = [:]

    /// Whether the network gave no answer to the example.
    var isUnanswered: Bool { prediction == nil && probes > 0 }

    /// Whether nothing more is to be asked.
    func isOver(_ isStopped: () -> Bool) -> Bool {
      isMisclassified || isUnanswered || problem != nil || isStopped()
        || deadline.map { $0 <= Date() } ?? false
    }
  }

  /// Searches for the radii of one example.
  ///
  /// - Parameter isStopped: Asked between questions; true ends the search with what is known.
  /// - Throws: `InputError` when the certifier cannot ask.
  public mutating func radius(
    of example: Int, isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(InputError) -> ExampleRadius {
    let begin = Date()
    var bracket = Bracket(
      example: example, deadline: timeout.map { Date(timeIntervalSinceNow: $0.seconds) },
      open: largest * (1 + 1e-9))
    // Counterexamples are cheap to look for, and bound the rest.
    try findViolation(&bracket, isStopped)
    // Double from the usual radius until something fails.
    let usual = seen.isEmpty ? largest / 64 : seen.sorted()[seen.count / 2]
    var next = min(usual, bracket.open / 2)
    while !bracket.isOver(isStopped), bracket.certified < next {
      try ask(&bracket, next, isStopped)
      // The largest radius itself, where nothing stands against it.
      let further = min(2 * next, largest)
      guard bracket.certified == next, further < bracket.open else { break }
      next = further
    }
    while !bracket.isOver(isStopped), bracket.open - bracket.certified > tolerance * bracket.open,
      bracket.open > 1e-6 * largest
    {
      // The first steps below a radius that failed at once go down fast.
      let middle =
        bracket.certified == 0 ? bracket.open / 4 : (bracket.certified + bracket.open) / 2
      try ask(&bracket, middle, isStopped)
    }
    if bracket.certified > 0 { seen.append(bracket.certified) }
    var result = ExampleRadius(example: example, label: certifier.label(of: example))
    result.name = certifier.images.name(of: example)
    result.prediction = bracket.prediction
    result.attacked = bracket.isAttacked
    result.probes = bracket.probes
    result.seconds = Date().timeIntervalSince(begin)
    result.problem = bracket.problem
    // Nor has an example a radius to which the network gives no answer.
    if bracket.isMisclassified || bracket.isUnanswered || bracket.problem != nil { return result }
    result.certified = bracket.certified
    result.method = bracket.method
    result.violated = bracket.violated
    result.counterexample = bracket.counterexample
    return result
  }

  /// Asks about one radius, and keeps what the answer says.
  private func ask(
    _ bracket: inout Bracket, _ radius: Double, onlyAttack: Bool = false,
    _ isStopped: @escaping @Sendable () -> Bool
  ) throws(InputError) {
    let names =
      onlyAttack
      ? []
      : certifier.run.methods.filter {
        bracket.failures[$0].map { radius < $0 } ?? true
      }
    let probe = certifier.with(
      epsilon: radius,
      // One question must not take the time of all others.
      timeout: bracket.deadline.map { .seconds(max(0.01, $0.timeIntervalSinceNow / 4)) },
      methods: names)
    bracket.probes += 1
    var answer: ResultLine?
    try probe.certify([bracket.example], isStopped: isStopped) { answer = $0 }
    guard let answer else { return }
    bracket.prediction = answer.prediction
    if answer.methodSeconds["attack"] != nil { bracket.isAttacked = true }
    switch answer.verdict {
    case .certified:
      bracket.certified = max(bracket.certified, radius)
      bracket.method = answer.method
      for name in names.prefix(while: { $0 != answer.method }) { bracket.failures[name] = radius }
    case .violated:
      let distance = answer.counterexample.map {
        min(radius, certifier.distance(of: $0.input, from: bracket.example))
      }
      if distance ?? radius < bracket.violated ?? .infinity {
        bracket.violated = distance ?? radius
        bracket.counterexample = answer.counterexample
      }
      bracket.open = min(bracket.open, distance ?? radius)
    case .undecided:
      if onlyAttack { return }
      bracket.open = min(bracket.open, radius)
      for name in names { bracket.failures[name] = radius }
    case .misclassified: bracket.isMisclassified = true
    case .error: bracket.problem = answer.reason
    }
  }

  /// Brings the smallest radius with a counterexample down as far as the attack can.
  private func findViolation(
    _ bracket: inout Bracket, _ isStopped: @escaping @Sendable () -> Bool
  ) throws(InputError) {
    // At least once, however short the time is: what the network answers decides whether there is a radius at all.
    if !isStopped() {
      try ask(&bracket, largest, onlyAttack: true, isStopped)
    }
    var safe = 0.0
    while !bracket.isOver(isStopped), let violated = bracket.violated,
      violated - safe > tolerance * violated
    {
      let middle = (safe + violated) / 2
      try ask(&bracket, middle, onlyAttack: true, isStopped)
      // No counterexample was found there; the next question is further out.
      if bracket.violated == violated { safe = middle }
    }
  }
}
