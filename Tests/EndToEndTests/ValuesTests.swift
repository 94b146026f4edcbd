import Foundation
import Surety
import TestSupport
import Testing

@Suite("Verdicts and bounds are values, and networks functions")
struct ValuesTests {
  private let witness = Witness(input: [0.25, 1], output: [3, -1])

  private func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private func read<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  @Test("A verdict is written as its word, with what belongs to it, and read again")
  func verdicts() throws {
    let cases: [(Verdict, String)] = [
      (.proved, #"{"verdict":"proved"}"#),
      (
        .refuted(witness),
        #"{"verdict":"refuted","witness":{"input":[0.25,1],"output":[3,-1]}}"#
      ),
      (.undecided("no time"), #"{"reason":"no time","verdict":"undecided"}"#),
    ]
    for (verdict, expected) in cases {
      #expect(try text(verdict) == expected)
      #expect(try read(expected) == verdict)
    }
  }

  @Test(
    "What is no verdict is refused",
    arguments: [#"{"verdict":"certified"}"#, #"{"verdict":"refuted"}"#, "{}"])
  func broken(text: String) {
    #expect(throws: DecodingError.self) { try read(text) as Verdict }
  }

  @Test("A verification is written as the program prints it, and read again")
  func verifications() throws {
    var options = VerifierOptions()
    options.seed = 3
    let network = try EmbeddedNetwork.digits()
    let image = Datasets.digits(.test).image(0).map(Double.init)
    let label = Datasets.digits(.test).label(0)
    for (label, word) in [(label, "unsat"), ((label + 1) % 10, "sat")] {
      let region = try Region.ball(around: image, radius: 0.01, norm: .infinity)
      let property = try Property.robustness(label: label, classes: 10, region: region)
      let verification = try Verifier(network, options: options).verify(property)
      let written = try text(verification)
      let again: Verification = try read(written)
      #expect(verification.answer.word == word)
      #expect(again.answer == verification.answer && again.steps == verification.steps)
      #expect(try text(again) == written)
    }
    #expect(throws: DecodingError.self) {
      try read(
        #"{"verdict":"holds","reason":"","arithmetic":"float32","steps":[],"seconds":1}"#)
        as Verification
    }
  }

  @Test("Bounds come back from a file as they were")
  func bounds() throws {
    let region = try Region(
      lower: [Double](repeating: 0.4, count: 64), upper: .init(repeating: 0.5, count: 64))
    var request = BoundRequest(.crown)
    request.label = 3
    let bounds = try EmbeddedNetwork.digits().bounds(over: region, request)
    let again: OutputBounds = try read(try text(bounds))
    #expect(again == bounds)
  }

  @Test("A network is called with one input or with a batch, and refuses other shapes")
  func calling() throws {
    let network = try EmbeddedNetwork.digits()
    let digits = Datasets.digits(.test)
    let images = (0..<3).map { digits.image($0).map(Double.init) }
    let outputs = network.outputs(for: images)
    // One at a time, because sums of a batch may be rounded in another order.
    for image in images { #expect(try network(image) == network.outputs(for: [image])[0]) }
    let batch = try network(Tensor<Double>([3, 1, 1, 8, 8], images.flatMap(\.self)))
    #expect(batch.shape == network.outputShape.prefixed(by: 3))
    #expect(batch.scalars == outputs.flatMap(\.self))
    #expect(throws: InputError.self) { try network([0.5]) }
    #expect(throws: InputError.self) { try network(Tensor<Float>(repeating: 0, [3, 8, 8])) }
    #expect(throws: InputError.self) { try network(Tensor<Float>(repeating: 0, [])) }
  }
}
