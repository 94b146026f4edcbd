import ArgumentParser
import Surety

/// A look at the network and its data before work that takes long.
struct PreflightOptions: ParsableArguments {
  @Flag(
    help:
      "Do not look first whether the network is right about the images, or would be with another normalisation."
  )
  var noPreflight = false

  /// Warns about what is probably wrong, in a few seconds; says nothing where all is well.
  func run(
    _ certifier: Certifier, of network: Network, _ printing: PrintingOptions, _ line: ProgressLine
  ) {
    if noPreflight || printing.quiet { return }
    line.stage("looking at some images first")
    let layout = PixelLayout(of: network.inputShape, for: certifier.images.shape)
    for warning in Preflight(certifier, layout: layout).run().warnings { printing.warn(warning) }
  }
}

/// Refuses a distance that is larger than any two images of a set are apart.
func checkScale(
  of epsilon: Double, _ norm: Norm, in images: ImageSet, _ examples: [Int]
) throws(InputError) {
  // The columns of a table have no limits.
  guard images.kind == .pictures else { return }
  let sample = examples.prefix(100).map { images.image($0) }
  let (low, high) = (
    sample.compactMap { $0.min() }.min() ?? 0, sample.compactMap { $0.max() }.max() ?? 1
  )
  try DistanceScale.check(
    epsilon, norm, range: low <= high ? low...high : 0...1, count: images.imageSize)
}
