import Surety
import TestSupport
import Testing

@Suite("Three lines of Swift suffice")
struct LibraryTests {
  private let network: Network
  private let digits = Datasets.digits(.test)

  init() throws { network = try EmbeddedNetwork.digits() }

  private func region(_ index: Int, _ radius: Double) throws -> Region {
    try Region.ball(
      around: digits.image(index).map(Double.init), radius: radius, norm: .infinity,
      clippedTo: 0...1)
  }

  @Test("A small region is proved, a large one refuted with a witness in it")
  func verdicts() throws {
    let label = digits.label(0)
    let proof = try network.verify(
      .label(label), over: region(0, 0.01), within: .seconds(30))
    #expect(proof == .proved)
    let large = try region(1, 0.6)
    let verdict = try network.verify(
      .label(digits.label(1)), over: large, within: .seconds(30))
    guard case .refuted(let witness) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(large.contains(witness.input))
    let output = network.outputs(for: [witness.input])[0]
    #expect(output.contains { $0 >= output[digits.label(1)] && $0 != output[digits.label(1)] })
  }

  @Test("Sampled outputs lie within the bounds of every method", arguments: BoundMethod.allCases)
  func containment(method: BoundMethod) throws {
    let region = try region(2, 1.0 / 16)
    let bounds = try network.bounds(over: region, by: method)
    #expect(bounds.isFinite)
    var random = SplitMix64(seed: 7)
    let points = (0..<500).map { _ in
      zip(region.lower, region.upper).map { low, high in
        low < high ? Double.random(in: low...high, using: &random) : low
      }
    }
    for output in network.outputs(for: points) {
      for i in output.indices {
        #expect(bounds.lower[i] - 1e-9 <= output[i] && output[i] <= bounds.upper[i] + 1e-9)
      }
    }
  }

  @Test("A wrong label is refuted at once, whatever the region")
  func wrongLabel() throws {
    let wrong = (digits.label(0) + 1) % 10
    let verdict = try network.verify(.label(wrong), over: region(0, 0))
    guard case .refuted = verdict else {
      Issue.record("\(verdict)")
      return
    }
  }
}
