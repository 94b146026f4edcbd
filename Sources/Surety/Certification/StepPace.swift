/// How many examples of a batch take a step together.
///
/// Together costs less where an example takes next to nothing. Where it takes long, each result is to be kept before the next
/// is begun, so that a run that is stopped again and again gets on.
struct StepPace {
  /// The seconds that the examples of one call should take together.
  private static let seconds = 0.5
  private var perExample: [Step: Double] = [:]

  /// How many examples take a step together; one where nothing is known yet.
  ///
  /// Searches for counterexamples are made one by one: their random numbers do not depend on the other examples then.
  func count(for step: Step) -> Int {
    let isBound =
      switch step.stage {
      case .bounds, .constants, .joined: true
      case .attack, .complete: false
      }
    guard isBound, let known = perExample[step] else { return 1 }
    return max(1, Int(min(65_536, Self.seconds / max(1e-9, known))))
  }

  /// Takes note of how long a step took.
  mutating func note(_ seconds: Double, for count: Int, of step: Step) {
    guard count > 0 else { return }
    perExample[step] = seconds / Double(count)
  }
}
