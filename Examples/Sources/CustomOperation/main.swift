// A custom operation with its bounds: a small network with `SquaredReLU` is bounded, attacked and verified like any other.

import Surety

// Layer, operation, layer: 2 inputs, 3 units, 2 outputs. A weight has a row for each input and a column for each output.
var network = Network(input: [1, 2])
let first = network.addParameter("first", Tensor([2, 3], [1, -1, 0.5, -1, 1, 0.5]))
let second = network.addParameter("second", Tensor([3, 2], [1, -1, 1, -1, 0, 1]))
let hidden = try network.add(Linear(weight: first, bias: nil), [0])
let squared = try network.add(SquaredReLU(), [hidden])
try network.add(Linear(weight: second, bias: nil), [squared])

// The two outputs are (x - y)^2 and (x + y)^2 / 4 - (x - y)^2.
let region = try Region(lower: [0.4, 0.5], upper: [0.6, 0.7])
var random = SplitMix64(seed: 1)
var samples: [[Double]] = []
for _ in 0..<1000 {
  let x = Double.random(in: 0.4...0.6, using: &random)
  let y = Double.random(in: 0.5...0.7, using: &random)
  samples.append(try network([x, y]))
}

// An operation with a rule for intervals and one for lines takes part in every method.
for method in BoundMethod.allCases {
  let bounds = try network.bounds(over: region, by: method)
  // The first test of every rule: sampled outputs lie within the bounds.
  for output in samples {
    for (value, ends) in zip(output, zip(bounds.lower, bounds.upper)) {
      precondition(ends.0 <= value && value <= ends.1, "\(method): \(value) is outside of \(ends)")
    }
  }
  print("\(method.rawValue): \(bounds.lower) to \(bounds.upper)")
}

// Output 1 is the larger one everywhere in the small region, but not in the square from 0 to 1.
print(try network.verify(.label(1), over: region, within: .seconds(10)))
let square = try Region(lower: [0, 0], upper: [1, 1])
print(try network.verify(.label(1), over: square, within: .seconds(10)))
