/// A part of a case: signs of some ReLUs' inputs.
struct PhaseProblem: Sendable {
  /// A ReLU whose input's sign is given.
  struct Phase: Sendable, Hashable {
    /// Its place among the program's neurons.
    var neuron: Int32
    /// Whether the input is at least 0; at most 0 if not.
    var isActive: Bool
  }

  /// The signs that are given.
  var phases: [Phase] = []
  /// The part of the case that it is, by halves.
  var share = 1.0

  /// The two parts that one more sign makes, the one to look at first last.
  func children(_ neuron: Int32, activeFirst: Bool) -> [PhaseProblem] {
    [!activeFirst, activeFirst].map { isActive in
      PhaseProblem(phases: phases + [Phase(neuron: neuron, isActive: isActive)], share: share / 2)
    }
  }

  /// The bytes that it takes.
  var bytes: Int { MemoryLayout<Self>.stride + 32 + phases.count * MemoryLayout<Phase>.stride }
}
