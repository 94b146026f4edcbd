import Datasets
import Files
import Networks

extension Network {
  /// The network with a normalisation for its first step, so that it reads pixel values as data sets give them: in the order
  /// channel, row, column.
  ///
  /// This is the network that certification asks, made from the shape of its own input alone.
  ///
  /// - Throws: `InputError` when the normalisation has values for another number of channels.
  public func readingPixels(_ normalization: Normalization) throws(InputError) -> Network {
    let shape = try pixelShape(normalization)
    do throws(ShapeMismatch) {
      return try ExampleNetwork.prefixed(self, shape, normalization)
    } catch {
      throw InputError("network", error.description)
    }
  }

  /// Channels, height and width of the images that the network reads.
  private func pixelShape(_ normalization: Normalization) throws(InputError) -> [Int] {
    let given = normalization.mean.count
    let leading = inputShape.dimensions.prefix { $0 == 1 }.count
    let extents = Array(inputShape.dimensions.dropFirst(leading))
    let usual = [1, 3, 4]
    let shape: [Int]
    switch extents.count {
    case 3 where usual.contains(extents[2]) && !usual.contains(extents[0]):
      shape = [extents[2], extents[0], extents[1]]
    case 3: shape = extents
    case 2 where inputShape.rank >= 3: shape = [1] + extents
    default:
      // A flat input: as many channels as the normalisation has values.
      guard inputShape.count % given == 0 else {
        throw InputError(
          "--mean", "\(given) values do not divide the network's \(inputShape.count) inputs")
      }
      shape = [given, inputShape.count / given, 1]
    }
    guard given == 1 || given == shape[0] else {
      throw InputError(
        "--mean",
        "\(given) values for images of \(shape[0]) channel\(shape[0] == 1 ? "" : "s"), expected as many"
      )
    }
    return shape
  }
}
