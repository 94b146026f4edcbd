import Bounds
import Foundation
import Networks
import Properties
import Search
import Tensors
import Testing

@testable import TestSupport

@Suite("Branch and bound agrees with the enumeration of all activation patterns")
struct EnumerationTests {
  /// Instances nearer to the border than this are left out: there rounding decides.
  private let border = 1e-3

  private struct Tally {
    var unsatisfiable = 0
    var satisfiable = 0
    var undecided = 0
  }

  private func run(
    _ split: SplitKind, _ precision: Precision, seeds: Range<UInt64>
  ) throws -> Tally {
    var tally = Tally()
    for seed in seeds {
      let small = SmallNetwork(seed: seed)
      let isPossible = small.isSatisfiable(shift: -border)
      guard isPossible == small.isSatisfiable(shift: border) else { continue }
      var options = SearchOptions()
      options.split = split
      options.deadline = Date(timeIntervalSinceNow: 20)
      let result = CompleteSearch(
        try small.network(), precision: precision, options: options
      ).decide([try small.question()], SampleHunter(small))
      switch result.outcome {
      case .impossible:
        #expect(!isPossible, "seed \(seed): a condition is met, but the search says impossible")
        tally.unsatisfiable += 1
      case .found(let witness):
        #expect(isPossible, "seed \(seed): no condition is met, but \(witness) was found")
        tally.satisfiable += 1
      case .stopped:
        tally.undecided += 1
      }
    }
    return tally
  }

  @Test(
    "Splitting inputs decides every instance, and rightly", arguments: [Precision.float, .double])
  func inputs(precision: Precision) throws {
    let tally = try run(.inputs, precision, seeds: 0..<1400)
    #expect(tally.undecided == 0)
    #expect(tally.unsatisfiable > 300 && tally.satisfiable > 300, "\(tally)")
  }

  @Test(
    "Splitting neurons decides nearly every instance, and never wrongly",
    arguments: [Precision.float, .double])
  func neurons(precision: Precision) throws {
    let tally = try run(.neurons, precision, seeds: 0..<700)
    #expect(tally.undecided <= 14, "\(tally)")
    #expect(tally.unsatisfiable > 150 && tally.satisfiable > 150, "\(tally)")
  }

  @Test("The enumeration finds what samples find, and nothing below it")
  func enumerationItself() throws {
    for seed in 0..<200 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      var random = SplitMix64(seed: seed, stream: 5)
      let pieces = Patterns.all(of: small.layers, over: .box(small.lower, small.upper))
      for _ in 0..<20 {
        let point = zip(small.lower, small.upper).map { low, high in
          low + (high - low) * Double.random(in: 0...1, using: &random)
        }
        let output = small.output(at: point)
        // Some piece's planes give the output at the point.
        let nearest = pieces.map { piece in
          zip(piece.outputs, output).reduce(0) {
            max($0, abs($1.0[0] * point[0] + $1.0[1] * point[1] + $1.0[2] - $1.1))
          }
        }.min()
        #expect((nearest ?? 1) < 1e-9, "seed \(seed)")
      }
      if SampleHunter(small).hunt(seconds: 0) != nil {
        #expect(small.isSatisfiable(shift: 1e-9), "seed \(seed)")
      }
    }
  }

  @Test(
    "Weights of very different sizes never make a search say what is not so",
    arguments: [[1e6, 1e-6, 1], [1e-6, 1e6, 1], [1e-3, 1e6, 1e-3], [1e6, 1e-3, 1e-3]])
  func scaled(scales: [Double]) throws {
    var decided = 0
    for seed in 2000..<2060 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      for split in SplitKind.allCases {
        var options = SearchOptions()
        options.split = split
        options.deadline = Date(timeIntervalSinceNow: 2)
        let result = CompleteSearch(
          try small.network(scales: scales), precision: .float, options: options
        ).decide([try small.question()], SampleHunter(small))
        if result.outcome == .impossible {
          #expect(!small.isSatisfiable(shift: -border), "seed \(seed), \(split)")
          decided += 1
        }
      }
    }
    #expect(decided > 20)
  }

  /// A network of two inputs with curves.
  private func curved(_ random: inout SplitMix64) throws -> Network {
    var network = Network(input: [1, 2])
    func layer(_ inputs: Int, _ outputs: Int, _ size: Double) -> Linear {
      func parameter(_ shape: Shape) -> ParameterID {
        network.addParameter(
          "p\(network.parameters.count)",
          Tensor(
            shape, (0..<shape.count).map { _ in Double.random(in: -size...size, using: &random) }))
      }
      return Linear(weight: parameter([inputs, outputs]), bias: parameter([outputs]))
    }
    var last = try network.add(layer(2, 5, 4), [0])
    last = try network.add(Bool.random(using: &random) ? Sigmoid() : Tanh(), [last])
    last = try network.add(layer(5, 4, 3), [last])
    last = try network.add(Bool.random(using: &random) ? Tanh() : ReLU(), [last])
    try network.add(layer(4, 1, 2), [last])
    return network
  }

  /// A network of two inputs whose parts meet in products and a softmax.
  private func multiplied(_ random: inout SplitMix64, _ seed: UInt64) throws -> Network {
    var network = Network(input: [1, 2])
    func layer(_ from: Int, _ inputs: Int, _ outputs: Int, _ size: Double) throws -> Int {
      func parameter(_ shape: Shape) -> ParameterID {
        network.addParameter(
          "p\(network.parameters.count)",
          Tensor(
            shape, (0..<shape.count).map { _ in Double.random(in: -size...size, using: &random) }))
      }
      return try network.add(
        Linear(weight: parameter([inputs, outputs]), bias: parameter([outputs])), [from])
    }
    let (x, y) = (try layer(0, 2, 4, 2), try layer(0, 2, 4, 2))
    var last: Int
    if seed % 2 == 0 {
      last = try network.add(Multiply(), [x, y])
    } else {
      let (a, b) = (
        try network.add(Reshape(to: [2, 2]), [x]), try network.add(Reshape(to: [2, 2]), [y])
      )
      last = try network.add(MatrixProduct(), [a, b])
      last = try network.add(Reshape(to: [1, 4]), [last])
    }
    if seed % 3 == 0 { last = try network.add(Softmax(axis: 1), [last]) }
    if seed % 3 == 1 { last = try network.add(ReLU(), [last]) }
    _ = try layer(last, 4, 1, 2)
    return network
  }

  @Test(
    "Curves and operands cut in two prove what lies below all values, and never what does not",
    arguments: [Precision.float, .double])
  func curves(precision: Precision) throws {
    var (proved, cut, products) = (0, 0, 0)
    let side = 120
    var grid: [Double] = []
    for point in 0..<side * side {
      for place in [point % side, point / side] {
        grid.append(Double(place) / Double(side - 1) * 2 - 1)
      }
    }
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix64(seed: seed, stream: 31)
      let network = seed < 40 ? try curved(&random) : try multiplied(&random, seed)
      let values = network.evaluate(
        Tensor<Double>([side * side, 1, 2], grid), network.parameters(as: Tensor<Double>.self)
      ).scalars
      let (least, most) = (values.min() ?? 0, values.max() ?? 0)
      for part in [-0.1, -0.02, 0.001] {
        var options = SearchOptions()
        options.split = .neurons
        options.deadline = Date(timeIntervalSinceNow: 0.4)
        let constraint = LinearConstraint(
          outputs: [.init(0, 1)], bound: least + part * (most - least))
        let region = try Region(lower: [-1, -1], upper: [1, 1])
        let result = CompleteSearch(network, precision: precision, options: options)
          .decide([Question(region: region, conditions: [[constraint]])], Silent())
        guard result.outcome == .impossible else { continue }
        #expect(part < 0, "seed \(seed): a value on the grid was ruled out")
        proved += 1
        if result.progress.visited > 1 { cut += 1 }
        if result.progress.visited > 1 && seed >= 40 { products += 1 }
      }
    }
    #expect(proved > 20 && cut > 15, "\(proved) proved, \(cut) of them in parts")
    #expect(products > 5, "\(products) with products proved in parts")
  }

  private struct Silent: CounterexampleHunter {
    func witness(at point: [Float]) -> Witness? { nil }
    func hunt(seconds: Double) -> Witness? { nil }
  }
}
