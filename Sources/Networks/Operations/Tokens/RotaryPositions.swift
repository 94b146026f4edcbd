import Foundation
import Tensors

/// Rotations of pairs of features by angles that grow with a token's place, in each head alike: rotary position embeddings.
///
/// In a head of width `w`, features `i` and `i + w / 2` at place `t` turn by `t base^(-2 i / w)`.
///
/// Source: Su et al., "RoFormer: enhanced transformer with rotary position embedding" (2021), in the layout that rotates halves.
public struct RotaryPositions: AffineOperation {
  /// The cosines of the angles, `[places, width]`: a head's, repeated for each head.
  public var cosines: ParameterID
  /// The sines, the first half of a head's negative.
  public var sines: ParameterID
  /// The heads, which lie side by side in the last axis.
  public var heads: Int

  /// Creates rotations by the angles in two tables.
  public init(cosines: ParameterID, sines: ParameterID, heads: Int) {
    (self.cosines, self.sines, self.heads) = (cosines, sines, heads)
  }

  public var name: String { "RotaryPositions" }
  public var parameters: [ParameterID] { [cosines, sines] }

  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    RotaryPositions(cosines: place(cosines), sines: place(sines), heads: heads)
  }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    let table = parameters(cosines)
    guard shape.rank >= 2, table == parameters(sines), table.dimensions == [shape[-2], shape[-1]],
      heads > 0, shape[-1] % (2 * heads) == 0
    else {
      throw ShapeMismatch("shape mismatch: tokens \(shape), angles \(table), \(heads) heads")
    }
    return shape
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].turned(
      cosines: parameters.weight(cosines, magnitude: magnitude),
      sines: parameters.weight(sines, magnitude: magnitude), heads: heads, isTransposed: false)
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [
      rows.turned(
        cosines: parameters[cosines], sines: parameters[sines], heads: heads, isTransposed: true)
    ]
  }

  public func terms(
    inputs: [Shape], output: Shape, _ parameters: (ParameterID) -> Shape
  ) -> SumTerms { SumTerms(forward: 2, backward: 2) }

  /// Which feature each one is turned with: the halves of each head in the other order.
  public func swapped(width: Int) -> [Int] {
    let size = width / heads
    return (0..<width).map { $0 - $0 % size + ($0 % size + size / 2) % size }
  }
}

extension RotaryPositions {
  /// The tables of cosines and sines, the first half's sines negative.
  ///
  /// - Parameters:
  ///   - places: The number of places.
  ///   - width: The width of a head, an even number.
  ///   - base: The ratio of the slowest angle to the fastest, nearly.
  public static func tables(
    places: Int, width: Int, heads: Int, base: Double = 10_000
  ) -> (cosines: Tensor<Double>, sines: Tensor<Double>) {
    var (cosines, sines): ([Double], [Double]) = ([], [])
    for place in 0..<places {
      for feature in 0..<heads * width {
        let inHead = feature % width
        let pair = inHead % (width / 2)
        let angle = Double(place) * pow(base, -2 * Double(pair) / Double(width))
        cosines.append(Double(Float(cos(angle))))
        sines.append(Double(Float(inHead < width / 2 ? -sin(angle) : sin(angle))))
      }
    }
    let shape: Shape = [places, heads * width]
    return (Tensor(shape, cosines), Tensor(shape, sines))
  }
}
