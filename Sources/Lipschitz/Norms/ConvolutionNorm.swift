import Foundation
import Tensors

extension ConvolutionMap {
  /// Matrices of up to this many entries are written out, which bounds the map itself and not the torus around it.
  private static let largestMatrix = 1 << 21
  /// And whose smaller side is at most this.
  private static let largestSide = 1100

  /// Whether the map is small enough to be bounded as a matrix.
  var fitsMatrix: Bool {
    let size = matrixSize
    return size.rows * size.columns <= Self.largestMatrix
      && min(size.rows, size.columns) <= Self.largestSide
  }

  /// The spectral norm, from above and from below.
  ///
  /// - Soundness: That of the whole matrix where it is small; otherwise the larger torus's, see `TorusConvolution`.
  var spectralNorm: NormEnclosure {
    guard kernel.isFinite, roundoff.isFinite else {
      return NormEnclosure(upper: .infinity, lower: LowerBound(found: 0), method: .formula)
    }
    return fitsMatrix ? matrix.spectralNorm : torusNorm
  }

  /// The spectral norm of the convolution on the torus.
  ///
  /// Source: Sedghi, Gupta and Long, "The singular values of convolutional layers" (2019), for the matrices of the frequencies.
  ///
  /// - Soundness: The norm is the largest of those of the frequencies' matrices, each bounded by a Cholesky factorisation of its real
  ///   form `[[Re, -Im], [Im, Re]]`. A frequency's entry is a sum over taps of weights times cosines and sines that are each within
  ///   8 units of roundoff, so it is off by at most `(gamma(taps + 2) + 8 u) sum |K|`, real and imaginary part each, and the
  ///   matrix by `sqrt(2)` times the Frobenius norm of these.
  var torusNorm: NormEnclosure {
    let torus = TorusConvolution(self)
    let largest = kernel.scalars.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else {
      return NormEnclosure(upper: .zero, lower: LowerBound(found: 0), method: .formula)
    }
    let weights = tapsByEntry(torus)
    let columns = inputs * torus.phaseCount
    let table = torus.extents.map { extent in
      (0..<extent).map { step -> (Double, Double) in
        let angle = 2 * Double.pi * Double(step) / Double(extent)
        return (cos(angle), sin(angle))
      }
    }
    let frequencies = torus.frequencies
    let box = Collected()
    // Each frequency starts from the largest norm so far, which nearly always proves its own.
    Workers.forEachRange(of: frequencies.count, grain: 16) { range in
      for index in range {
        let waves = torus.waves(at: frequencies[index], table)
        let matrix = realForm(waves, weights, columns: columns)
        let known = box.largest
        if known.upper > .zero, let gram = GramMatrix(matrix),
          let proved = gram.upperBound(provedAt: gram.scaledSquare(of: known.candidate))
        {
          box.take(proved, nil)
        } else {
          let norm = matrix.spectralNorm
          box.take(norm.upper, norm)
        }
      }
    }
    let found = box.largest
    let perEntry = sizesByEntry(weights)
    let lost =
      (Roundoff.gamma(tapCount + 2) + UpperBound(proved: 256 * Roundoff.unit))
      * UpperBound(proved: 2).squareRoot * perEntry
    return NormEnclosure(
      upper: found.upper + lost + roundoff * perEntry, lower: LowerBound(found: 0),
      method: .frequencies)
  }

  /// For each entry of a frequency's matrix the taps that it sums, with their weights.
  private func tapsByEntry(_ torus: TorusConvolution) -> [[(tap: Int, weight: Double)]] {
    let values = kernel.scalars
    var result = [[(tap: Int, weight: Double)]](
      repeating: [], count: outputs * inputs * torus.phaseCount)
    for o in 0..<outputs {
      for i in 0..<inputs {
        for tap in 0..<tapCount {
          let entry = (o * inputs + i) * torus.phaseCount + torus.phases[tap]
          result[entry].append((tap, values[(o * inputs + i) * tapCount + tap]))
        }
      }
    }
    return result
  }

  /// The Frobenius norm of the sums of the sizes of each entry's weights.
  private func sizesByEntry(_ weights: [[(tap: Int, weight: Double)]]) -> UpperBound {
    weights.map { taps in taps.map { UpperBound(proved: abs($0.weight)) }.sum }.euclidean
  }

  /// The real form of a frequency's matrix.
  private func realForm(
    _ waves: [(cosine: Double, sine: Double)], _ weights: [[(tap: Int, weight: Double)]],
    columns: Int
  ) -> Matrix {
    let isReal = waves.allSatisfy { $0.sine == 0 }
    let (height, width) = isReal ? (outputs, columns) : (2 * outputs, 2 * columns)
    var values = [Double](repeating: 0, count: height * width)
    for row in 0..<outputs {
      for column in 0..<columns {
        var (real, imaginary) = (0.0, 0.0)
        for (tap, weight) in weights[row * columns + column] {
          real += weight * waves[tap].cosine
          imaginary += weight * waves[tap].sine
        }
        values[row * width + column] = real
        guard !isReal else { continue }
        values[(row + outputs) * width + column + columns] = real
        values[row * width + column + columns] = -imaginary
        values[(row + outputs) * width + column] = imaginary
      }
    }
    return Matrix(rows: height, columns: width, values)
  }
}

extension GramMatrix {
  /// The square of a number in the scale of the matrix.
  func scaledSquare(of candidate: Double) -> Double {
    let own = candidate.scaled(exponent: -exponent)
    return own * own
  }
}

/// The largest bound of several threads, and a number that is likely to be proved for the others.
private final class Collected: @unchecked Sendable {
  // Guarded by `lock`.
  private var upper = UpperBound.zero
  private var candidate = 0.0
  private let lock = NSLock()

  var largest: (upper: UpperBound, candidate: Double) {
    lock.withLock { (upper, candidate) }
  }

  /// Takes a bound of one frequency; with the enclosure where the norm itself was estimated.
  func take(_ bound: UpperBound, _ norm: NormEnclosure?) {
    lock.withLock {
      upper = max(upper, bound)
      // A little above the norm, so that those near it are proved as well.
      if let norm { candidate = max(candidate, norm.lower.value * (1 + 0x1p-20)) }
    }
  }
}
