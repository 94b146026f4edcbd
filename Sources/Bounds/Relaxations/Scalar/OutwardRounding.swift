import Tensors

/// How bounds that are computed in double precision enter a number system without changing sides.
struct OutwardRounding: Sendable {
  /// Whether the number system holds 32-bit floats; otherwise it holds doubles.
  let isFloat: Bool

  init<T: TensorAlgebra>(to type: T.Type) {
    // A number system of 32-bit floats cannot tell this number from 1.
    isFloat = T.full(1 + 0x1p-40, [1]).values.scalars[0] == 1
  }

  /// The relative error of one rounding to nearest.
  var unit: Double { isFloat ? 0x1p-24 : 0x1p-53 }

  /// The smallest positive number of full precision.
  var leastNormal: Double { isFloat ? 0x1p-126 : 0x1p-1022 }

  /// The nearest number of the system.
  func nearest(_ x: Double) -> Double { isFloat ? Double(Float(x)) : x }

  /// The largest number of the system that is not above.
  func down(_ x: Double) -> Double {
    let near = nearest(x)
    return near > x ? Double(Float(near).nextDown) : near
  }

  /// The smallest number of the system that is not below.
  func up(_ x: Double) -> Double {
    let near = nearest(x)
    return near < x ? Double(Float(near).nextUp) : near
  }
}
