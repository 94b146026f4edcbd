import Bounds
import Files
import Networks

extension TrainingSession {
  /// What is probably wrong with the network that training starts from, or with its teacher, and what would be right; nothing of a network
  /// that is drawn.
  ///
  /// A network that is read must bring its normalisation: training gives it pixel values from 0 to 1.
  ///
  /// - Throws: `InputError` when the network cannot be read, or does not fit the images.
  public func preflight() throws -> [String] {
    guard epochs.isEmpty else { return [] }
    var found: [String] = []
    if recipe.network.file != nil {
      found += try warnings(about: Self.network(recipe, for: test))
    }
    if let teacher = try TeacherFile(of: recipe, for: test) {
      found += try warnings(about: teacher.network)
        .map { "the teacher \(teacher.record.file): \($0)" }
    }
    return found
  }

  private func warnings(about network: Network) throws(InputError) -> [String] {
    var options = CertifierOptions(epsilon: 0)
    options.methods = []
    let certifier = try Certifier(network, modelDigest: "", images: test, options: options)
    var preflight = Preflight(
      certifier, layout: PixelLayout(of: network.inputShape, for: test.shape))
    preflight.takesOptions = false
    return preflight.run().warnings
  }
}
