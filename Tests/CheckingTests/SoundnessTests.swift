import Networks
import Proofs
import Properties
import TestSupport
import Testing

@testable import Checking

/// Bounds against values that tests compute by code of their own, without rounding or in single precision.
@Suite("The checker's bounds hold")
struct SoundnessTests {
  /// The checked network with all passes, over the whole region.
  private func analysis(
    _ hostile: HostileNetwork, isSingle: Bool, isPlain: Bool
  ) throws -> (Analysis, PartState) {
    let network = CheckedNetwork(hostile.network, sha256: noDigest, isPlain: isPlain)
    let claim = try network.prepare(
      network.claim(
        .box(lower: NumberArray(hostile.lower), upper: NumberArray(hostile.upper)), .label(0),
        isSingle ? [.binary32] : [.real]))
    let passes = network.tensors.dropFirst().compactMap { $0.map { LinearProof.Pass($0) } }
    let state = try #require(try claim.state(after: passes))
    return (claim.analysis, state)
  }

  @Test(
    "Intervals, passes, rows with any slopes and multipliers are below the exact values",
    arguments: HostileNetwork.Kind.allCases)
  func exactValuesAreInside(kind: HostileNetwork.Kind) throws {
    var checked = 0
    for seed in 0..<(kind == .image ? 60 : 300) as Range<UInt64> {
      var hostile = try HostileNetwork(seed: seed, kind)
      let state: PartState
      let analysis: Analysis
      do {
        (analysis, state) = try self.analysis(hostile, isSingle: false, isPlain: seed % 2 == 0)
      } catch is Rejection { continue }
      let functions = functions(analysis)
      var hints = RowHints()
      for (id, step) in analysis.steps.enumerated() {
        guard case .rectifier(let slope) = step.kind, let input = state.enclosures[step.inputs[0]],
          let lines = state.lines[id]
        else { continue }
        for row in functions.indices where row % 2 == 0 {
          hints.slopes[id, default: [:]][row] = input.lower.indices.map { place in
            input.lower[place] < 0 && input.upper[place] > 0
              ? Rectifier(slope: slope).stated(Double(hostile.slope())) : lines.lowerSlope[place]
          }
        }
      }
      let rows = functions.map(\.row)
      let plain = analysis.leastValues(functions.map(\.row), over: state)
      let sloped = analysis.leastValues(rows, over: state, hints)
      hints = RowHints(stopsAtBends: true)
      let short = analysis.leastValues(rows, over: state, hints)
      for _ in 0..<6 {
        let point = hostile.point()
        var arithmetic = ExactArithmetic()
        let values = evaluated(hostile.network, at: point, &arithmetic)
        expectInside(values, analysis, state, "seed \(seed)") { Rational($0) }
        for (row, function) in functions.enumerated() {
          let value = function.value(values[0], values[analysis.output])
          for bound in [plain[row], sloped[row], short[row]] {
            guard let bound = Rational(bound) else { continue }
            #expect(bound <= value, "seed \(seed), row \(row)")
            checked += 1
          }
        }
      }
    }
    #expect(checked > 1000)
  }

  @Test(
    "Executions in single precision are inside, in any order of sums",
    arguments: HostileNetwork.Kind.allCases)
  func executionsAreInside(kind: HostileNetwork.Kind) throws {
    var checked = 0
    for seed in 0..<(kind == .image ? 60 : 300) as Range<UInt64> {
      var hostile = try HostileNetwork(seed: seed + 1000, kind)
      let state: PartState
      let analysis: Analysis
      do {
        (analysis, state) = try self.analysis(hostile, isSingle: true, isPlain: seed % 2 == 0)
      } catch is Rejection { continue }
      let functions = functions(analysis)
      let bounds = analysis.leastValues(functions.map(\.row), over: state)
      for trial in 0..<30 as Range<UInt64> {
        let point = hostile.point()
        var arithmetic = FloatArithmetic(random: SplitMix64(seed: seed, stream: trial))
        let values = evaluated(hostile.network, at: point, &arithmetic)
        expectInside(values, analysis, state, "seed \(seed)") { $0 }
        let exact = values.map { $0.map { Rational(Double($0)) ?? .zero } }
        for (row, function) in functions.enumerated() {
          guard let bound = Rational(bounds[row]) else { continue }
          #expect(
            bound <= function.value(exact[0], exact[analysis.output]), "seed \(seed), row \(row)")
          checked += 1
        }
      }
    }
    #expect(checked > 1000)
  }

  @Test("Lines of rectifiers hold them at the ends, without rounding")
  func rectifierLines() throws {
    var random = SplitMix64(seed: 40)
    for slope in [0, 0.1, 1.0 / 3, 1] as [Double] {
      let rectifier = Rectifier(slope: slope)
      let factor = try #require(Rational(slope))
      for _ in 0..<2000 {
        let sizes: [Double] = [1, 1e-300, 1e300, 0x1p-1070]
        let size = sizes.randomElement(using: &random) ?? 1
        let (a, b) = (
          Double.random(in: -1...1, using: &random), Double.random(in: -1...1, using: &random)
        )
        var x = Enclosure(lower: [min(a * size, b)], upper: [max(a * size, b)])
        x.finish()
        let (lines, values) = (rectifier.lines(over: x), rectifier.enclosure(of: x))
        let stated = rectifier.stated(Double.random(in: 0...255, using: &random))
        for end in [x.lower[0], x.upper[0]] {
          let at = try #require(Rational(end))
          let value = at.sign >= 0 ? at : factor * at
          func line(_ slope: Double, _ intercept: Double) throws -> Rational {
            try #require(Rational(slope)) * at + #require(Rational(intercept))
          }
          #expect(try line(lines.upperSlope[0], lines.upperIntercept[0]) >= value)
          #expect(try line(lines.lowerSlope[0], lines.lowerIntercept[0]) <= value)
          #expect(try line(stated, 0) <= value)
          #expect(try #require(Rational(values.lower[0])) <= value)
          #expect(try #require(Rational(values.upper[0])) >= value)
        }
      }
    }
  }

  @Test("Coefficients that are rounded step by step, and sums of many paths, are charged")
  func roundedCoefficients() throws {
    var random = SplitMix64(seed: 41)
    for trial in 0..<200 {
      var network = Network(input: [1, 1])
      if trial % 2 == 0 {
        for _ in 0..<40 { try network.add(LeakyReLU(slope: Double(Float(0.7))), [network.output]) }
      } else {
        try network.add(Concatenate(axis: 1), [Int](repeating: 0, count: 40))
      }
      let point = -Double.random(in: 1...2, using: &random)
      let checked = CheckedNetwork(network, sha256: noDigest)
      let count = network.outputShape.count
      let coefficients = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
      let claim = try checked.prepare(
        checked.claim(
          .box(lower: NumberArray([point]), upper: NumberArray([point])),
          above(exact("0"), coefficients.enumerated().map { .init($0, ExactNumber($1)) })))
      let bound = try claim.prove(.linear(LinearProof())).leastBound
      var arithmetic = ExactArithmetic()
      let output = evaluated(network, at: [point], &arithmetic)[network.output]
      let value = zip(coefficients, output).reduce(Rational.zero) {
        $0 + (Rational($1.0) ?? .zero) * $1.1
      }
      #expect(try #require(Rational(bound)) <= value, "trial \(trial)")
      #expect(bound > value.nearest - 1e-12)
    }
  }

  private func expectInside<Value>(
    _ values: [[Value]], _ analysis: Analysis, _ state: PartState, _ comment: String,
    _ end: (Double) -> Value?
  ) where Value: Comparable {
    for (id, elements) in values.enumerated() {
      guard let enclosure = state.enclosures[id] else { continue }
      let layout = analysis.steps[id].layout
      for (element, value) in elements.enumerated() {
        let place = layout.place(of: element)
        guard let lower = end(enclosure.lower[place]), let upper = end(enclosure.upper[place])
        else {
          continue
        }
        #expect(
          lower <= value && value <= upper,
          "\(comment), node \(analysis.steps[id].name), element \(element)")
      }
    }
  }

  private func expectInside(
    _ values: [[Float]], _ analysis: Analysis, _ state: PartState, _ comment: String,
    _ end: (Double) -> Double?
  ) {
    expectInside(values.map { $0.map(Double.init) }, analysis, state, comment, end)
  }

  /// Functions of the outputs, with coefficients that doubles do not hold and terms over inputs.
  private func functions(_ analysis: Analysis) -> [TestFunction] {
    let (output, input) = (analysis.steps[analysis.output].layout, analysis.steps[0].layout)
    let coefficients = ["1", "-1", "1/3", "-0.1", "0x1p20", "-7/9"]
    return (0..<8).map { row in
      let constraints = (0..<2).map { part in
        OutputProperty.Constraint(
          outputs: (0..<output.count).map {
            .init($0, exact(coefficients[(row + part + 3 * $0) % coefficients.count]))
          }, inputs: row % 4 == 1 ? [.init(row % input.count, exact("-2/7"))] : [],
          bound: exact("\(row)/3"))
      }
      let weights = [Rational(1), Rational(row % 3)]
      return TestFunction(
        row: FunctionRow(
          constraints, weights: weights, condition: 0, output: output, input: input),
        constraints: constraints, weights: weights)
    }
  }
}

/// A function of a condition, and what it was made of.
private struct TestFunction {
  var row: FunctionRow
  var constraints: [OutputProperty.Constraint]
  var weights: [Rational]

  /// Its exact value.
  func value(_ input: [Rational], _ output: [Rational]) -> Rational {
    zip(constraints, weights).reduce(.zero) { sum, pair in
      var excess = -pair.0.bound.value
      for term in pair.0.outputs { excess += term.coefficient.value * output[term.index] }
      for term in pair.0.inputs { excess += term.coefficient.value * input[term.index] }
      return sum + pair.1 * excess
    }
  }
}
