// Bounds as values: what the methods know about the outputs over a region, how far apart their ends are, and how
// bounds are kept in a file.

import Foundation
import Surety

let network = try EmbeddedNetwork.digits()
let digits = Datasets.digits(.test)
let image = digits.image(0).map(Double.init)
let region = try Region.ball(around: image, radius: 0.05, norm: .infinity, clippedTo: 0...1)

// A network is called like a function.
let output = try network(image)

// From the cheapest method to the tightest.
for method in [BoundMethod.ibp, .crownIBP, .crown, .alphaCROWN] {
  let bounds = try network.bounds(over: region, by: method)
  let width = zip(bounds.lower, bounds.upper).map { $1 - $0 }.reduce(0, +) / Double(output.count)
  print("\(method.rawValue): the ends are \(width) apart, on average over the outputs")
  // The region contains the image, so the bounds contain its output.
  for (value, ends) in zip(output, zip(bounds.lower, bounds.upper)) {
    precondition(ends.0 <= value && value <= ends.1, "\(value) is outside of \(ends)")
  }
}

// Margins say more than outputs: by how much the label's output leads every other one, in the worst case.
var request = BoundRequest(.alphaCROWN)
request.label = digits.label(0)
let bounds = try network.bounds(over: region, request)
if let margins = bounds.margins?.lower, let least = margins.min() {
  print("the least margin of label \(digits.label(0)) is at least \(least)")
}

// Bounds are values: they can be written, read and compared.
let text = try JSONEncoder().encode(bounds)
let read = try JSONDecoder().decode(OutputBounds.self, from: text)
precondition(read == bounds, "bounds changed on their way through a file")
print("\(text.count) bytes of JSON hold the bounds")
