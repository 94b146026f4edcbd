import Bounds
import Files

extension TrainingSession {
  /// What is probably wrong with the network that training starts from, and what would be right; nothing where it is drawn.
  ///
  /// A network that is read must bring its normalisation: training gives it pixel values from 0 to 1.
  ///
  /// - Throws: `InputError` when the network cannot be read, or does not fit the images.
  public func preflight() throws -> [String] {
    guard recipe.network.file != nil, epochs.isEmpty else { return [] }
    let network = try Self.network(recipe, for: test)
    var options = CertifierOptions(epsilon: 0)
    options.methods = []
    let certifier = try Certifier(network, modelDigest: "", images: test, options: options)
    var preflight = Preflight(
      certifier, layout: PixelLayout(of: network.inputShape, for: test.shape))
    preflight.takesOptions = false
    return preflight.run().warnings
  }
}
