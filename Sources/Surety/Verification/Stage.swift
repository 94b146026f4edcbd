import Bounds

/// A step of the cascade that verifies a property.
enum Stage {
  /// A search for a counterexample.
  case attack(AttackEffort)
  /// Bounds of every violation that is open still; cut short after some seconds, if given.
  case bounds(BoundMethod, patience: Double?)
  /// A complete search over parts of the region; cut short after some seconds, if given.
  case completion(Completion, patience: Double?)

  /// Whether this is the search that goes on until it has an answer, and that has a checkpoint of its own.
  var isMain: Bool {
    guard case .completion(_, patience: nil) = self else { return false }
    return true
  }
}

extension VerifierOptions {
  /// What is tried, in order, until something decides.
  ///
  /// Cheap things come first, whichever answer they can give: a glance for counterexamples, intervals, and
  /// CROWN for as long as a search would take. What is left then deserves a search before each method that
  /// may take long, because violations are cheaper to find than to fail to exclude.
  ///
  /// - Parameter isSmall: Whether the network has few activations.
  func stages(isSmall: Bool) -> [Stage] {
    let cheap: [BoundMethod] = [.ibp, .forward, .crownIBP]
    let costly = methods.filter { !cheap.contains($0) }
    var stages: [Stage] = [.attack(.glance)]
    stages += methods.filter(cheap.contains).map { .bounds($0, patience: nil) }
    stages += costly.prefix(1).map { .bounds($0, patience: 0.25) }
    stages.append(.attack(.quick))
    for method in costly {
      if method == .alphaCROWN { stages.append(.attack(.thorough)) }
      stages.append(.bounds(method, patience: nil))
    }
    if let completion {
      // Programs of few ReLUs are solved at once, and find what no gradient leads to.
      if completion == .branchAndBound && Completion.mixedInteger.isAvailable && isSmall {
        stages.append(.completion(.mixedInteger, patience: 1))
      }
      stages.append(.completion(completion, patience: nil))
    }
    return stages + [.attack(.last)]
  }
}
