import Differentiation
import Foundation
import Tensors

/// How far features are from a teacher's, `[1]`: the sum of squared differences over the batch, divided by the sum of the teacher's
/// squares.
///
/// With a radius `r` each difference is that of the farther end, `|c - t| + r`. So it is at least the distance of every point of the
/// box, and the sum at least the distance of features anywhere in it. Features that are all zero have the distance 1.
///
/// - Parameters:
///   - center: The features, or the middles of their bounds, `[examples] + shape`.
///   - radius: Half the width of the bounds, in the same shape; nil for points.
///   - teacher: The teacher's features, as many numbers in the same order.
func featureDistance<Base>(
  _ center: Tracked<Base>, radius: Tracked<Base>? = nil, from teacher: Tensor<Double>
) -> Tracked<Base> {
  let shape = center.shape
  let target = teacher.reshaped(shape)
  let difference = center.base.values - target
  let reach = radius.map { difference.magnitude() + $0.base.values } ?? difference.magnitude()
  // A teacher whose features are all zero has no size to measure by.
  let size = max((target * target).total.number, 1e-30)
  let byRadius = Base(reach * (2 / size))
  let byCenter = Base(reach * difference.applying(.sign) * (2 / size))
  return Tracked(
    Base.full((reach * reach).total.number / size, [1]),
    [
      center.dependence { byCenter * $0.number },
      radius?.dependence { byRadius * $0.number },
    ])
}

/// How much answers say otherwise than a teacher's, `[1]`: the mean over the batch of the Kullback-Leibler divergence from the teacher's
/// distribution to the network's, times the square of the temperature, which keeps gradients of one size.
///
/// Source: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015).
///
/// - Parameters:
///   - logits: The outputs, `[examples] + shape`.
///   - teacher: The teacher's, as many numbers in the same order.
///   - temperature: What both are divided by before they become distributions.
func logitDivergence<Base>(
  _ logits: Tracked<Base>, from teacher: Tensor<Double>, temperature: Double
) -> Tracked<Base> {
  let shape = logits.shape
  let examples = max(1, shape[0])
  let classes = shape.count / examples
  let (own, other) = (logits.base.values.scalars, teacher.scalars)
  var total = 0.0
  var slopes = [Double](repeating: 0, count: shape.count)
  for start in stride(from: 0, to: shape.count, by: max(1, classes)) {
    let range = start..<start + classes
    let (mine, theirs) = (
      logarithms(own[range], temperature), logarithms(other[range], temperature)
    )
    for place in 0..<classes {
      let probability = exp(theirs[place])
      // A class that the teacher rules out costs nothing.
      if probability > 0 { total += probability * (theirs[place] - mine[place]) }
      slopes[start + place] = temperature * (exp(mine[place]) - probability) / Double(examples)
    }
  }
  let gradient = Base(Tensor<Double>(shape, slopes))
  return Tracked(
    Base.full(total * temperature * temperature / Double(examples), [1]),
    [logits.dependence { gradient * $0.number }])
}

/// The logarithms of the distribution that logits make at a temperature, without overflow.
private func logarithms(_ logits: ArraySlice<Double>, _ temperature: Double) -> [Double] {
  let scaled = logits.map { $0 / temperature }
  let largest = scaled.max() ?? 0
  let sum = largest + log(scaled.reduce(0) { $0 + exp($1 - largest) })
  return scaled.map { $0 - sum }
}
