import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Staged networks")
struct StagedNetworkTests {
  private static let task = ImageTask(
    shape: [2, 5, 7], classes: 3, mean: [0.5, 0.25], std: [0.25, 0.5])

  /// A network with random weights, factors and shifts of normalisations included.
  private func network(_ architecture: StagedNetwork, size: Double = 0.7) throws -> Network {
    var g = SplitMix64(seed: 31)
    var network = try architecture.network(for: Self.task)
    for id in network.trainableParameters {
      let shape = network.parameters[id.index].value.shape
      network.setValue(
        Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -size...size, using: &g) }),
        of: id)
    }
    return network
  }

  /// The values of all nodes by name, for a random image.
  private func values(_ network: Network, seed: UInt64 = 32) -> [String: Tensor<Double>] {
    var g = SplitMix64(seed: seed)
    let image = (0..<network.inputShape.count).map { _ in Double.random(in: 0...1, using: &g) }
    var result: [String: Tensor<Double>] = [:]
    _ = network.evaluate(
      Tensor<Double>(Shape([1] + network.inputShape.dimensions), image),
      network.parameters(as: Tensor<Double>.self)
    ) { id, value in
      result[network.nodes[id].name] = value
    }
    return result
  }

  @Test("A stage is written as it is read, and other texts are none")
  func texts() {
    for kind in NetworkStage.Kind.allCases {
      for stride in [1, 2] {
        let stage = NetworkStage(kind, width: 12, blocks: 3, stride: stride)
        #expect(NetworkStage(stage.description) == stage)
      }
    }
    #expect(NetworkStage(.delta, width: 8, blocks: 2, stride: 2).description == "delta-8x2/2")
    #expect(NetworkStage(.decay, width: 8).description == "decay-8x1")
    for text in [
      "", "delta", "delta-8", "delta-8x", "delta-8x2/", "Delta-8x2", "delta-0x1", "delta-8x0",
      "delta-8x1/0", "delta--8x1", "delta-10001x1", "mamba-8x1", "delta-8x1 ",
      "delta-99999999999999999999x1",
    ] {
      #expect(NetworkStage(text) == nil, "\(text)")
    }
  }

  @Test(
    "A block is what loops over places say, along rows and then along columns",
    arguments: [NetworkStage.Kind.attention, .delta, .decay], [6, 32])
  func blocks(kind: NetworkStage.Kind, width: Int) throws {
    let network = try network(
      StagedNetwork(
        [NetworkStage(kind, width: width, blocks: 2)], normalization: .none), size: 0.4)
    let values = values(network)
    var stream = try #require(values["stage1.entry.relu"])
    for block in 1...2 {
      let plain = PlainBlock(network, "stage1.block\(block)", isAlongColumns: block == 2)
      let mixed = try #require(values["stage1.block\(block).sum"])
      let expected = plain.output(stream, kind)
      #expect(largestRelativeDifference(mixed.scalars, expected, floor: 1) < 1e-11)
      stream = try #require(values["stage1.block\(block).channels.sum"])
      let after = plain.channelLayers(mixed)
      #expect(largestRelativeDifference(stream.scalars, after, floor: 1) < 1e-11)
    }
  }

  @Test("Keys of a memory have length 1, and rates are from 0 to 1")
  func keys() throws {
    let values = values(
      try network(StagedNetwork([NetworkStage(.delta, width: 32, blocks: 1)], linear: 4)))
    let keys = try #require(values["stage1.block1.keys.unit"])
    // Five rows of two heads each, of seven places.
    #expect(keys.shape == [1, 1, 10, 7, 16])
    for start in stride(from: 0, to: keys.count, by: 16) {
      let square = keys.scalars[start..<start + 16].reduce(0) { $0 + $1 * $1 }
      #expect(square <= 1 + 1e-12 && square > 1 - 1e-3)
    }
    let rates = try #require(values["stage1.block1.rates"])
    #expect(rates.scalars.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test("A memory grows by no more than what is written, however large its keys and values are")
  func contraction() throws {
    for size in [0.3, 3] {
      let network = try network(
        StagedNetwork([NetworkStage(.delta, width: 6)], normalization: .none), size: size)
      for seed in 0..<5 as Range<UInt64> {
        let values = values(network, seed: seed)
        let block = "stage1.block1"
        let (rates, written) = (
          try #require(values["\(block).rates"]), try #require(values["\(block).values"])
        )
        var before = [Double](repeating: 0, count: 5)
        for place in 0..<7 {
          let memory = try #require(
            values[place == 0 ? "\(block).write1" : "\(block).memory\(place + 1)"])
          for line in 0..<5 {
            func norm(_ x: ArraySlice<Double>) -> Double {
              x.reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
            let now = norm(memory.scalars[36 * line..<36 * (line + 1)])
            let start = 6 * (7 * line + place)
            let step = rates.scalars[7 * line + place] * norm(written.scalars[start..<start + 6])
            #expect(now <= (before[line] + step) * (1 + 1e-12))
            before[line] = now
          }
        }
        #expect(before.allSatisfy { $0 > 0 })
      }
    }
  }

  @Test("Maps shrink by the strides, a recurrence of one place works, and shapes are as stated")
  func shapes() throws {
    let stages = [
      NetworkStage(.convolution, width: 4, blocks: 2, stride: 2),
      NetworkStage(.decay, width: 6, blocks: 1, stride: 2),
      NetworkStage(.delta, width: 5, blocks: 2, stride: 4),
    ]
    let network = try StagedNetwork(stages, linear: 9).network(for: Self.task)
    func shape(_ name: String) -> Shape? { network.nodes.first { $0.name == name }?.shape }
    #expect(shape("stage1.conv2.relu") == [1, 4, 3, 4])
    #expect(shape("stage2.block1.map") == [1, 6, 2, 2])
    #expect(shape("stage3.block2.map") == [1, 5, 1, 1])
    #expect(shape("linear1.relu") == [1, 9] && network.outputShape == [1, 3])
    let normalized = network.nodes.count { $0.operation is BatchNormalization }
    // Two convolutions, an entry and two of each block in the others, and the linear layer.
    #expect(normalized == 2 + 3 + 5 + 1)
    let plain = try StagedNetwork(stages, normalization: .none).network(for: Self.task)
    #expect(!plain.nodes.contains { $0.operation is BatchNormalization })
  }

  @Test("What cannot be built is refused with what would")
  func refusals() {
    func message(_ architecture: StagedNetwork, _ shape: [Int] = [1, 80, 3]) -> String? {
      #expect(throws: InputError.self) {
        try architecture.network(for: ImageTask(shape: shape, classes: 2))
      }?.description
    }
    let name = "architecture \"staged\": "
    #expect(message(StagedNetwork([])) == name + "stages: none; expected one at least")
    let long = NetworkStage(.delta, width: 2, blocks: 2)
    #expect(
      message(StagedNetwork([long]))
        == name
        + "stage1.block2: a recurrence over 80 places; expected at most 64, by larger strides")
    #expect(
      message(StagedNetwork([NetworkStage(.decay, width: 2, blocks: 0)]))
        == name + "stage1: 0 blocks; expected 1 or more")
    let other = #expect(throws: InputError.self) {
      try Architectures.named("cnn-7", .init(stages: [long]))
    }
    #expect(
      other?.description
        == "architecture \"cnn-7\": stages: has no such setting; expected width, linear, normalization"
    )
    let wide = #expect(throws: InputError.self) {
      try Architectures.named("staged", .init(width: 3))
    }
    #expect(
      wide?.description
        == "architecture \"staged\": width: has no such setting; expected stages, linear, normalization"
    )
  }
}

/// The same block with loops over places.
private struct PlainBlock {
  let values: [String: Tensor<Double>]
  let name: String
  let isAlongColumns: Bool

  init(_ network: Network, _ name: String, isAlongColumns: Bool) {
    values = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.value) })
    self.name = name
    self.isAlongColumns = isAlongColumns
  }

  private func linear(_ x: [Double], _ part: String) -> [Double] {
    guard let weight = values["\(name).\(part).weight"] else { return [] }
    return (0..<weight.shape[1]).map { output in
      x.indices.reduce(values["\(name).\(part).bias"]?.scalars[output] ?? 0) {
        $0 + x[$1] * weight[$1, output]
      }
    }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// The channels of each place, row by row.
  private func places(_ map: Tensor<Double>) -> [[Double]] {
    let area = map.shape[3] * map.shape[4]
    return (0..<area).map { place in
      (0..<map.shape[2]).map { map.scalars[$0 * area + place] }
    }
  }

  /// A map of the channels of each place.
  private func map(_ places: [[Double]]) -> [Double] {
    places[0].indices.flatMap { channel in places.map { $0[channel] } }
  }

  func output(_ stream: Tensor<Double>, _ kind: NetworkStage.Kind) -> [Double] {
    let (height, width) = (stream.shape[3], stream.shape[4])
    let read = places(stream)
    var mixed = read
    if kind == .attention {
      mixed = attention(read)
    } else {
      let lines =
        isAlongColumns
        ? (0..<width).map { x in (0..<height).map { $0 * width + x } }
        : (0..<height).map { y in (0..<width).map { y * width + $0 } }
      for line in lines {
        let found = (kind == .delta ? delta : decay)(line.map { read[$0] })
        for (place, value) in zip(line, found) { mixed[place] = value }
      }
    }
    let sum = zip(read, mixed).map { x, y in zip(x, linear(y, "mixing")).map(+) }
    return map(sum)
  }

  func channelLayers(_ stream: Tensor<Double>) -> [Double] {
    func layer(_ x: [Double], _ part: String) -> [Double] {
      guard let weight = values["\(name).channels.\(part).weight"] else { return [] }
      return (0..<weight.shape[0]).map { output in
        x.indices.reduce(values["\(name).channels.\(part).bias"]?.scalars[output] ?? 0) {
          $0 + x[$1] * weight[output, $1, 0, 0]
        }
      }
    }
    return map(
      places(stream).map { x in
        zip(x, layer(layer(x, "rising").map { max(0, $0) }, "falling")).map(+)
      })
  }

  private func heads(_ width: Int) -> Int { width % 16 == 0 ? width / 16 : 1 }

  private func attention(_ read: [[Double]]) -> [[Double]] {
    let (queries, keys, all) = (
      read.map { linear($0, "queries") }, read.map { linear($0, "keys") },
      read.map { linear($0, "values") }
    )
    let width = read[0].count
    let head = width / heads(width)
    let scale = Double(Float(1 / Double(head).squareRoot()))
    return queries.map { query in
      (0..<width).map { feature in
        let own = feature / head * head..<(feature / head + 1) * head
        let sizes = keys.map { key in exp(scale * own.reduce(0) { $0 + query[$1] * key[$1] }) }
        return zip(sizes, all).reduce(0) { $0 + $1.0 * $1.1[feature] } / sizes.reduce(0, +)
      }
    }
  }

  private func decay(_ line: [[Double]]) -> [[Double]] {
    var state = [Double](repeating: 0, count: line[0].count)
    return line.map { x in
      let (gates, fresh) = (linear(x, "gates").map(sigmoid), linear(x, "values"))
      state = state.indices.map { (1 - gates[$0]) * state[$0] + gates[$0] * fresh[$0] }
      return state
    }
  }

  private func delta(_ line: [[Double]]) -> [[Double]] {
    let width = line[0].count
    let (count, head) = (heads(width), width / heads(width))
    var results = line.map { _ in [Double](repeating: 0, count: width) }
    for number in 0..<count {
      let own = number * head..<(number + 1) * head
      var memory = [[Double]](repeating: [Double](repeating: 0, count: head), count: head)
      for (place, x) in line.enumerated() {
        let raw = Array(linear(x, "keys")[own])
        let length = (raw.reduce(Double(Float(1e-5))) { $0 + $1 * $1 }).squareRoot()
        let key = raw.map { $0 / length }
        let (value, query) = (Array(linear(x, "values")[own]), Array(linear(x, "queries")[own]))
        let rate = sigmoid(linear(x, "gates")[number])
        let known = (0..<head).map { j in (0..<head).reduce(0) { $0 + key[$1] * memory[$1][j] } }
        for i in 0..<head {
          for j in 0..<head { memory[i][j] += rate * key[i] * (value[j] - known[j]) }
        }
        for j in 0..<head {
          results[place][own.lowerBound + j] = (0..<head).reduce(0) {
            $0 + query[$1] * memory[$1][j]
          }
        }
      }
    }
    return results
  }
}
