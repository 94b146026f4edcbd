/// Solves the programs of parts one after another on one thread, each from where the last ended.
final class PhaseWorker {
  /// What became of a part.
  enum Outcome {
    /// No input of it meets the condition.
    case impossible
    /// It is open; a point that the program allows, and the ReLU to take apart, none where every sign is known or the
    /// point bends every ReLU rightly.
    case open(point: [Double]?, split: (neuron: Int32, activeFirst: Bool)?)
    /// A limit came.
    case unfinished
  }

  private let encoded: NetworkProgram
  /// The program with the ends of the part that was taken last.
  private var program: LinearProgram
  private let simplex: Simplex
  private var applied: [PhaseProblem.Phase] = []
  /// How far the minimum must be above 0 to count.
  private let tolerance: Double

  init(_ encoded: NetworkProgram, tolerance: Double) {
    self.encoded = encoded
    self.tolerance = tolerance
    program = encoded.program
    simplex = Simplex(encoded.program)
    simplex.setObjective(encoded.objective, 1)
  }

  /// Bounds a part.
  ///
  /// - Soundness: `impossible` follows from multipliers by `LinearProgram.lowerBound(of:multipliers:)` alone, with the
  ///   tolerance left for the rounding of what the program was written from.
  func process(_ problem: PhaseProblem, until isOver: () -> Bool) -> Outcome {
    apply(problem.phases)
    // A little above what is needed, so that what rounding takes away from the proof does no harm.
    let cutoff = 2 * tolerance + 1e-7
    let end = simplex.minimize(cutoff: cutoff, keepsOptimality: true, until: isOver)
    switch end {
    case .optimal, .above:
      let bound = program.lowerBound(
        of: [(encoded.objective, 1)], multipliers: simplex.multipliers)
      if bound > tolerance { return .impossible }
    case .infeasible:
      if let ray = simplex.ray, isRefuted(by: ray) { return .impossible }
    case .failed:
      if isOver() { return .unfinished }
    }
    let values = end == .optimal ? simplex.values : nil
    return .open(point: values.map(encoded.input), split: split(problem, values))
  }

  /// Whether a ray shows that the program has no point.
  ///
  /// - Soundness: Multipliers prove that 0, a function, is above 0 at every point of the program, so there is none. Any may be tried,
  ///   and which sign of the ray is right depends on GLPK.
  private func isRefuted(by ray: [Double]) -> Bool {
    program.lowerBound(of: [], multipliers: ray) > 0
      || program.lowerBound(of: [], multipliers: ray.map { -$0 }) > 0
  }

  private func apply(_ phases: [PhaseProblem.Phase]) {
    let kept = Set(phases)
    for phase in applied where !kept.contains(phase) {
      let neuron = encoded.neurons[Int(phase.neuron)]
      setColumn(neuron.input, encoded.program.lower, encoded.program.upper)
      setColumn(neuron.output, encoded.program.lower, encoded.program.upper)
      setRow(neuron.floor, encoded.program.rowUpper[neuron.floor])
    }
    for phase in phases {
      let neuron = encoded.neurons[Int(phase.neuron)]
      if phase.isActive {
        // y = z, not negative.
        program.lower[Int(neuron.input)] = max(0, encoded.program.lower[Int(neuron.input)])
        setRow(neuron.floor, 0)
      } else {
        program.upper[Int(neuron.input)] = min(0, encoded.program.upper[Int(neuron.input)])
        program.upper[Int(neuron.output)] = 0
      }
      setColumn(neuron.input, program.lower, program.upper)
      setColumn(neuron.output, program.lower, program.upper)
    }
    applied = phases
  }

  private func setColumn(_ column: Int32, _ lower: [Double], _ upper: [Double]) {
    program.lower[Int(column)] = lower[Int(column)]
    program.upper[Int(column)] = upper[Int(column)]
    simplex.setColumn(column, lower[Int(column)], upper[Int(column)])
  }

  private func setRow(_ row: Int, _ upper: Double) {
    program.rowUpper[row] = upper
    simplex.setRow(row, program.rowLower[row], upper)
  }

  /// The ReLU whose triangle costs the most: the height of its line at 0 times the line's multiplier.
  private func split(
    _ problem: PhaseProblem, _ values: [Double]?
  ) -> (neuron: Int32, activeFirst: Bool)? {
    let known = Set(problem.phases.map(\.neuron))
    let multipliers = values == nil ? [] : simplex.multipliers
    var best: (neuron: Int32, activeFirst: Bool)?
    var most = 0.0
    for (place, neuron) in encoded.neurons.enumerated() where !known.contains(Int32(place)) {
      guard let values else { return (Int32(place), true) }
      let (z, y) = (values[Int(neuron.input)], values[Int(neuron.output)])
      let gap = y - max(0, z)
      // A bend that is right up to rounding is no reason to split.
      guard gap > 1e-9 * (1 + abs(z)) else { continue }
      let height = program.rowUpper[neuron.line]
      let score = abs(multipliers[neuron.line]) * height + 1e-3 * gap
      if score > most { (best, most) = ((Int32(place), z > 0), score) }
    }
    return best
  }
}
