import Files
import Networks
import Records

/// The staged networks that a search chooses from: every combination of its choices.
///
///     var space = SearchSpace()
///     space.kinds = [.convolution, .attention]
///     space.combinations    // how many networks there are
public struct SearchSpace: Sendable, Hashable {
  /// The stages of each network.
  public var stages = 3
  /// The kinds of blocks.
  public var kinds = NetworkStage.Kind.allCases
  /// The channels.
  public var widths = [8, 16, 32]
  /// The blocks of a stage.
  public var blocks = [1, 2, 3]
  /// The strides at the beginning of a stage.
  public var strides = [1, 2]
  /// The sizes of the hidden linear layer; 0 for none.
  public var linear = [0, 64]

  /// Creates the usual space.
  public init() {}

  /// How many choices each factor has: kind, width, blocks and stride of each stage, then the linear layer.
  var extents: [Int] {
    let stage = [kinds.count, widths.count, blocks.count, strides.count]
    return (0..<stages).flatMap { _ in stage } + [linear.count]
  }

  /// The network of some choices.
  ///
  /// - Precondition: There is a choice for each factor.
  func network(of choices: [Int]) -> StagedNetwork {
    precondition(choices.count == extents.count, "\(choices.count) choices of \(extents.count)")
    let stages = (0..<stages).map { stage in
      let own = choices[4 * stage..<4 * stage + 4].map(\.self)
      return NetworkStage(
        kinds[own[0]], width: widths[own[1]], blocks: blocks[own[2]], stride: strides[own[3]])
    }
    let size = linear[choices[choices.count - 1]]
    return StagedNetwork(stages, linear: size > 0 ? size : nil)
  }

  /// The space in a record.
  var record: ArchitectureSearchRecord.Space {
    ArchitectureSearchRecord.Space(
      stages: stages, kinds: kinds.map(\.rawValue), widths: widths, blocks: blocks,
      strides: strides, linear: linear)
  }

  /// - Throws: `InputError` naming the option of the command line that is wrong.
  func check() throws(InputError) {
    guard (1...20).contains(stages) else {
      throw InputError("--stages", "\(stages) is not a number of stages, expected 1 to 20")
    }
    try Self.check("--kinds", kinds.map(\.rawValue))
    for (option, values, least) in [
      ("--widths", widths, 1), ("--blocks", blocks, 1), ("--strides", strides, 1),
      ("--linear", linear, 0),
    ] {
      try Self.check(option, values)
      if let wrong = values.first(where: { !(least...10_000).contains($0) }) {
        throw InputError(
          option, "\(wrong) is out of range; expected numbers from \(least) to 10000")
      }
    }
  }

  private static func check(_ option: String, _ values: [some Hashable]) throws(InputError) {
    guard !values.isEmpty else {
      throw InputError(option, "is empty; expected one choice at least")
    }
    if let twice = values.indices.first(where: { values[..<$0].contains(values[$0]) }) {
      throw InputError(option, "\(values[twice]) is there twice")
    }
  }
}

extension StagedNetwork {
  /// The stages and the linear layer, such as `convolution-16x2/2 delta-32x1 linear-64`.
  var title: String {
    (stages.map(\.description) + (linear.map { ["linear-\($0)"] } ?? [])).joined(separator: " ")
  }
}
