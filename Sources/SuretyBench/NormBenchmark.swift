import ArgumentParser
import CLAPACK
import Foundation
import Surety

/// Times the proved spectral norm of a square matrix, and LAPACK's singular values of it in turn.
struct NormBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "norm", abstract: "Times a proved spectral norm beside LAPACK's singular values.")

  @Option(help: "Rows and columns.")
  var order = 768
  @Option(help: "Worker threads; OPENBLAS_NUM_THREADS says how many LAPACK has.")
  var threads = 2
  @Option(help: "Timed runs.")
  var repeats = 7

  struct Row: Encodable {
    var order: Int
    var proved_ms: Double
    var lapack_ms: Double
    var ratio: Double
    var bound: Double
    var largest: Double
  }

  func run() throws {
    guard order > 0, repeats > 0 else { throw ValidationError("--order and --repeats are from 1") }
    Workers.limit = threads
    var random = SplitMix64(seed: 1)
    let values = (0..<order * order).map { _ in Double.random(in: -1...1, using: &random) }
    let matrix = Matrix(rows: order, columns: order, values)
    let clock = ContinuousClock()
    var (proved, lapack): ([Double], [Double]) = ([], [])
    var (bound, largest) = (0.0, 0.0)
    // The first of each only warms the caches.
    for turn in 0...repeats {
      let own = clock.measure { bound = matrix.spectralNorm.upper.value } / .milliseconds(1)
      let other = clock.measure { largest = Self.largestSingularValue(values, order) }
      guard turn > 0 else { continue }
      proved.append(own)
      lapack.append(other / .milliseconds(1))
    }
    let (own, other) = (proved.sorted()[repeats / 2], lapack.sorted()[repeats / 2])
    let row = Row(
      order: order, proved_ms: own, lapack_ms: other, ratio: own / other, bound: bound,
      largest: largest)
    print(String(decoding: try JSONEncoder().encode(row), as: UTF8.self))
  }

  private static func largestSingularValue(_ values: [Double], _ order: Int) -> Double {
    var matrix = values
    var singular = [Double](repeating: 0, count: order)
    var (size, one, info) = (Int32(order), Int32(1), Int32(0))
    var (work, length): ([Double], Int32) = ([0], -1)
    for _ in 0..<2 {
      dgesvd_(
        "N", "N", &size, &size, &matrix, &size, &singular, nil, &one, nil, &one, &work, &length,
        &info)
      // The first call asks how much room the second wants.
      if length < 0 {
        length = Int32(work[0])
        work = [Double](repeating: 0, count: Int(length))
      }
    }
    return info == 0 ? singular[0] : .nan
  }
}
