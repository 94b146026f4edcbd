import TestSupport
import Testing

@testable import Exact

@Suite("What multipliers prove of a linear program")
struct LinearProgramTests {
  private func random(_ seed: UInt64, scale: Double = 1) -> (
    program: LinearProgram, objective: [(column: Int32, value: Double)]
  ) {
    var random = SplitMix64(seed: seed, stream: 9)
    var program = LinearProgram()
    let count = Int.random(in: 1...6, using: &random)
    var inside: [Double] = []
    for _ in 0..<count {
      let (a, b) = (
        scale * Double.random(in: -2...2, using: &random),
        scale * Double.random(in: -2...2, using: &random)
      )
      _ = program.addColumn(min(a, b), max(a, b))
      inside.append(Double.random(in: min(a, b)...max(a, b), using: &random))
    }
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let entries = (0..<count).map { (Int32($0), Double.random(in: -1...1, using: &random)) }
      let sum = zip(entries, inside).reduce(0) { $0 + $1.0.1 * $1.1 }
      let room = scale * Double.random(in: 0...1, using: &random)
      switch Int.random(in: 0...3, using: &random) {
      case 0: program.addRow(entries, from: sum - room, to: .infinity)
      case 1: program.addRow(entries, from: -.infinity, to: sum + room)
      case 2: program.addRow(entries, from: sum - room, to: sum + 1)
      default: program.addRow(entries, from: sum, to: sum)
      }
    }
    let objective = (0..<count).map {
      (column: Int32($0), value: Double.random(in: -1...1, using: &random))
    }
    return (program, objective)
  }

  @Test("The multipliers of a minimum prove it, almost", arguments: [1e-6, 1, 1e6])
  func optimum(scale: Double) {
    for seed in 0..<400 as Range<UInt64> {
      let (program, objective) = random(seed, scale: scale)
      let simplex = Simplex(program)
      for (column, value) in objective { simplex.setObjective(column, value) }
      guard case .optimal = simplex.minimize(keepsOptimality: false) else {
        Issue.record("seed \(seed): not solved")
        continue
      }
      let minimum = zip(objective, simplex.values).reduce(0) { $0 + $1.0.value * $1.1 }
      let bound = program.lowerBound(of: objective, multipliers: simplex.multipliers)
      #expect(bound <= minimum + 1e-6 * scale, "seed \(seed)")
      #expect(bound >= minimum - 1e-6 * scale, "seed \(seed): \(bound), \(minimum)")
    }
  }

  @Test("Any multipliers prove something true")
  func anything() {
    for seed in 0..<400 as Range<UInt64> {
      let (program, objective) = random(seed)
      let simplex = Simplex(program)
      for (column, value) in objective { simplex.setObjective(column, value) }
      guard case .optimal = simplex.minimize(keepsOptimality: false) else {
        continue
      }
      let minimum = zip(objective, simplex.values).reduce(0) { $0 + $1.0.value * $1.1 }
      var random = SplitMix64(seed: seed, stream: 10)
      for _ in 0..<20 {
        let multipliers = (0..<program.rows.count).map { _ in
          Double.random(in: -3...3, using: &random)
        }
        #expect(program.lowerBound(of: objective, multipliers: multipliers) <= minimum + 1e-9)
      }
    }
  }

  @Test("A program without a point is refuted by a ray, and one with a point never")
  func ray() {
    var refuted = 0
    for seed in 0..<400 as Range<UInt64> {
      var (program, objective) = random(seed)
      guard program.rows.count > 0 else { continue }
      let simplex = Simplex(program)
      for (column, value) in objective { simplex.setObjective(column, value) }
      guard case .optimal = simplex.minimize(keepsOptimality: false) else {
        continue
      }
      // The first row is moved up step by step until nothing fits any more.
      var wasPossible = true
      for step in 1...12 {
        program.rowLower[0] = -4 + Double(step)
        program.rowUpper[0] = .infinity
        simplex.setRow(0, program.rowLower[0], .infinity)
        let end = simplex.minimize(keepsOptimality: true)
        let multipliers = simplex.ray ?? []
        let isRefuted =
          multipliers.count == program.rows.count
          && [multipliers, multipliers.map { -$0 }]
            .contains { program.lowerBound(of: [], multipliers: $0) > 0 }
        if case .optimal = end {
          #expect(!isRefuted && wasPossible, "seed \(seed)")
        } else {
          wasPossible = false
          refuted += isRefuted ? 1 : 0
        }
      }
    }
    #expect(refuted > 500, "\(refuted)")
  }

  @Test("A long run stops when it is asked to, and goes on from there")
  func interruption() throws {
    var random = SplitMix64(seed: 5, stream: 9)
    var program = LinearProgram()
    let count = 300
    for _ in 0..<count { _ = program.addColumn(-1, 1) }
    for _ in 0..<count {
      program.addRow(
        (0..<count).map { (Int32($0), Double.random(in: -1...1, using: &random)) },
        from: -.infinity, to: Double.random(in: 0...1, using: &random))
    }
    let objective = (0..<count).map {
      (column: Int32($0), value: Double.random(in: -1...1, using: &random))
    }
    let simplex = Simplex(program)
    // Less than the program takes to be read, so that a run that never waits longer would never begin.
    simplex.slice = 1
    for (column, value) in objective { simplex.setObjective(column, value) }
    var asked = 0
    let first = simplex.minimize(keepsOptimality: false) {
      asked += 1
      return true
    }
    // After the first slice, and once more before a second try.
    guard case .failed = first, asked == 2 else {
      Issue.record("it went on after it was asked to stop")
      return
    }
    asked = 0
    let second = simplex.minimize(keepsOptimality: false) {
      asked += 1
      return false
    }
    guard case .optimal = second, asked > 1 else {
      Issue.record("the run did not go on to the end, slice by slice")
      return
    }
    let value = zip(objective, simplex.values).reduce(0) { $0 + $1.0.value * $1.1 }
    let proved = program.lowerBound(of: objective, multipliers: simplex.multipliers)
    #expect(proved <= value + 1e-9 && proved >= value - 1e-5, "\(proved), \(value)")
  }

  @Test("Sums that cancel are rounded down")
  func cancellation() {
    var sum = RoundedDownSum()
    sum.add(1e16, 1)
    sum.add(1, 1)
    sum.add(-1e16, 1)
    #expect(sum.value <= 1 && sum.value > -50)
    var overflow = RoundedDownSum()
    overflow.add(1e308, 10)
    overflow.add(-1e308, 10)
    #expect(overflow.value == -.infinity)
  }
}
