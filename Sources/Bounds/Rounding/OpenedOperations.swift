import Networks
import Tensors

// What hides the rounding of numbers that it does not pass on, with half of it let through instead.

/// An operation that is let through on sides where it gives a constant, for measuring what rounding costs.
func opened(_ operation: any Operation) -> any Operation {
  switch operation {
  case is ReLU: LeakyReLU(slope: 0.5)
  case let clip as Clip: OpenedClip(clip: clip)
  case let clip as ElementClip: OpenedElementClip(clip: clip)
  case let maximum as Maximum: OpenedMaximum(maximum: maximum)
  default: operation
  }
}

/// The middle of a number and the same clipped.
private struct OpenedClip: ElementwiseOperation {
  var clip: Clip
  var name: String { clip.name }
  func value(at x: Double) -> Double { 0.5 * (x + clip.value(at: x)) }
  func apply<T: TensorAlgebra>(_ x: T) -> T { x.combined(.mean, clip.apply(x)) }
}

/// The same with bounds of each element's own.
private struct OpenedElementClip: Operation {
  var clip: ElementClip
  var name: String { clip.name }
  var parameters: [ParameterID] { clip.parameters }

  func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    OpenedElementClip(clip: clip.movingParameters(place))
  }

  func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try clip.outputShape(inputs, parameters)
  }

  func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    inputs[0].combined(.mean, clip.evaluate(inputs, parameters))
  }
}

/// The middle of the first of two numbers and of the larger, or the smaller.
private struct OpenedMaximum: Operation {
  var maximum: Maximum
  var name: String { maximum.name }

  func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try maximum.outputShape(inputs, parameters)
  }

  func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let taken = maximum.evaluate(inputs, parameters)
    let (first, both) = [inputs[0], taken].alignedRanks()
    return both.combined(.mean, first)
  }
}
