// Certifies a model: can any change of the pixels within a distance change the answer?
//
//     CertifyModel [MODEL.onnx]
//
// The model reads digits of 8x8 pixels; without one, that which comes with the library is taken.

import Foundation
import Surety

/// Certifies the first digits of the embedded set, one after another, and says how many are.
func certify(_ network: Network, first count: Int, radius: Double) async throws {
  let digits = Datasets.digits(.test)
  var proved = 0
  for index in 0..<count {
    // Every image whose pixels differ by at most the radius from this one's, and lie between 0 and 1.
    let region = try Region.ball(
      around: digits.image(index).map(Double.init), radius: radius, norm: .infinity,
      clippedTo: 0...1)
    // Ten seconds of bounds, attacks, and branch and bound. The call ends early when its task is cancelled.
    let verdict = try await network.verify(
      .label(digits.label(index)), over: region, within: .seconds(10))
    switch verdict {
    case .proved:
      proved += 1
      print("digit \(index): certified, it is \(digits.label(index)) within \(radius)")
    case .refuted(let witness):
      // The witness is an input of the region that was run through the network.
      let output = try network(witness.input)
      let answer = output.indices.max { output[$0] < output[$1] } ?? 0
      print("digit \(index): violated, an input within \(radius) is taken for \(answer)")
    case .undecided(let reason):
      print("digit \(index): undecided; \(reason)")
    }
  }
  print("\(proved) of \(count) digits are certified")
}

let network =
  CommandLine.arguments.count > 1
  ? try Network(contentsOf: CommandLine.arguments[1]) : try EmbeddedNetwork.digits()
try await certify(network, first: 8, radius: 0.1)
