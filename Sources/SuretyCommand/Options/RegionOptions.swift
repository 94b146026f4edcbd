import ArgumentParser
import Surety

/// The inputs around an image: those within a distance.
struct RegionOptions: ParsableArguments {
  @Option(help: "The radius in pixel values from 0 to 1, such as 0.03 or 8/255.")
  var eps: String

  @Option(help: "How distance is measured.")
  var norm = Norm.infinity

  func epsilon() throws(InputError) -> Double { try Epsilon.parse(eps, source: "--eps") }
}
