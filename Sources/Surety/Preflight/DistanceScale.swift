import Files
import Foundation
import Properties

/// Whether a distance fits the pixels it is measured in.
public enum DistanceScale {
  /// Refuses a distance that is larger than any two images are apart.
  ///
  /// Such a region holds every image there is; as a rule the distance was meant in pixel values up to 255.
  ///
  /// - Parameters:
  ///   - range: The smallest and the largest pixel value.
  ///   - count: The values of an image.
  ///   - source: The option or setting to name.
  /// - Throws: `InputError` that proposes what was probably meant.
  public static func check(
    _ epsilon: Double, _ norm: Norm, range: ClosedRange<Float>, count: Int, source: String = "--eps"
  ) throws(InputError) {
    let width = Double(max(1, range.upperBound) - min(0, range.lowerBound))
    let largest =
      switch norm {
      case .infinity: width
      case .two: width * Double(count).squareRoot()
      case .one: width * Double(count)
      }
    guard epsilon > largest else { return }
    let scale =
      "pixels go from \(short(Double(min(0, range.lowerBound)))) to "
      + short(Double(max(1, range.upperBound)))
    // A whole number up to 255 is one of byte steps.
    let isBytes = width == 1 && epsilon <= 255 && epsilon == epsilon.rounded()
    let remedy =
      isBytes
      ? "was \(short(epsilon))/255 meant?" : "expected a distance of at most \(short(largest))"
    throw InputError(
      source,
      "\(short(epsilon)) is further than any two images are apart in l\(norm.rawValue) (\(scale)); \(remedy)"
    )
  }

  private static func short(_ value: Double) -> String { String(format: "%.6g", value) }
}
