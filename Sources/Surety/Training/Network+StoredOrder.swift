import Datasets
import Files
import Networks
import Tensors

extension Network {
  /// Checks that a network that was read takes images in the order in which training gives them: channel, row, column.
  ///
  /// Certification reorders images for networks that take channels last; training does not, so that such a network would learn, or teach,
  /// from scrambled images.
  ///
  /// - Parameter source: The model file.
  /// - Throws: `InputError` naming both shapes.
  func requireStoredOrder(of images: ImageSet, source: String) throws(InputError) {
    // Tables and other numbers of elements are refused in words of their own.
    guard images.kind == .pictures, inputShape.count == images.imageSize,
      ExampleLayout(network: inputShape.dimensions, pictures: images.shape) != .asStored
    else { return }
    throw InputError(
      source,
      "takes \(inputShape), and training gives images as \(Shape(images.shape)), channel, row, column; "
        + "put that change of order in front of the model")
  }
}
