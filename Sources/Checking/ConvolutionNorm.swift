import Tensors

/// A convolution with a factor for each channel before it and behind it, as a linear map of images.
struct ScaledConvolution {
  /// The coefficients, `outputs x inputs / groups x height x width`, with the factors.
  var kernels: [Double]
  /// How many roundings lie between a coefficient and the true one, each of at most u of it.
  var roundings: Int
  var map: ConvolutionMap

  /// More frequencies than this, and more products of numbers in their factorisations, are not gone through.
  private static let mostFrequencies = 1 << 20
  private static let mostWork = 1 << 43
  /// Nor more weights times frequencies.
  private static let mostProducts = 1 << 33

  /// Whether the map is shown to stretch no image to more than a number of times its length, in l2.
  ///
  /// The image is laid on a torus that is so large that what an output reads beyond the image's edge is 0 there as well: the map is then the
  /// convolution on the torus between an extension by zeros and a restriction, which stretch nothing. With stride s, pixels are sorted by
  /// their remainders modulo s into channels of their own. By the Fourier transform, which keeps lengths, the convolution on the torus is
  /// a complex matrix for each frequency `(f, g)`, `M = sum over taps K e^(2 pi i (f p / n + g q / m))` for taps at `(p, q)`, and its norm the
  /// largest of theirs (Sedghi, Gupta and Long, "The singular values of convolutional layers", 2019). Opposite frequencies have conjugate
  /// matrices, so one of them is enough. A complex matrix has the norm of the real one `[[Re, -Im], [Im, Re]]`.
  ///
  /// - Soundness: Cosines and sines are within `error` of the ones used, so a part of an entry is wrong by at most
  ///   `(gamma + error)` times the sum of the sizes of its taps, and the real matrix by 2 times the Frobenius norm of these. Each
  ///   matrix is shown by itself (`LinearBlock.Part.isShown`).
  ///   Where there are too many frequencies nothing is shown.
  func isShown(toStretchAtMost limit: Double, _ matrices: Matrices) -> Bool {
    guard let torus = Torus(map, most: Self.mostFrequencies) else { return false }
    let (rows, columns) = (map.outputs, map.inputs * torus.phases)
    let work = 8.0 * Double(rows) * Double(columns) * Double(min(rows, columns))
    let frequencies = Double(torus.extents[0] * torus.extents[1])
    guard 4 * rows * columns <= LinearBlock.mostCoefficients,
      work * Double(map.groups) * frequencies <= Double(Self.mostWork),
      Double(kernels.count) * frequencies <= Double(Self.mostProducts)
    else { return false }
    let taps = torus.taps.count
    let length = map.inputs * taps
    for group in 0..<map.groups {
      let own = Array(kernels[group * rows * length..<(group + 1) * rows * length])
      var sizes = [Double](repeating: 0, count: rows * columns)
      for (entry, phase, _, weight) in entries(own, torus) {
        sizes[entry * torus.phases + phase] += abs(weight)
      }
      let relative = Rounding.gamma(taps + 3 + roundings) + torus.error
      let lost =
        (2 * relative * sizes.euclideanNorm + Double(own.count) * 4 * Rounding.tiny)
        * Rounding.inflation
      for frequency in torus.frequencies {
        var part = LinearBlock.Part(
          source: 0, columns: 2 * columns,
          values: [Double](repeating: 0, count: 4 * rows * columns), error: lost.up)
        let waves = torus.waves(at: frequency)
        for (entry, phase, tap, weight) in entries(own, torus) {
          let (row, column) = (entry / map.inputs, entry % map.inputs * torus.phases + phase)
          let (real, imaginary) = (weight * waves[tap].cosine, weight * waves[tap].sine)
          part.values[row * 2 * columns + column] += real
          part.values[row * 2 * columns + columns + column] -= imaginary
          part.values[(row + rows) * 2 * columns + column] += imaginary
          part.values[(row + rows) * 2 * columns + columns + column] += real
        }
        guard part.isShown(toStretchAtMost: limit, rows: 2 * rows, matrices) else { return false }
      }
    }
    return true
  }

  private typealias Entry = (entry: Int, phase: Int, tap: Int, weight: Double)

  /// The weights of one group's kernels with where they go: output times input channel, the channel of the remainder, and the tap.
  private func entries(_ kernels: [Double], _ torus: Torus) -> some Sequence<Entry> {
    kernels.indices.lazy.map { index in
      let (entry, tap) = index.quotientAndRemainder(dividingBy: torus.taps.count)
      return (entry, torus.taps[tap].phase, tap, kernels[index])
    }
  }
}

/// The torus that an image is laid on for a convolution.
private struct Torus {
  /// A tap: the channel that pixels of its remainder are sorted into, and how many strides away it is.
  struct Tap {
    var phase: Int
    var down: Int
    var right: Int
  }

  /// The pixels of one remainder along either axis.
  var extents: [Int]
  /// How many remainders there are that taps read.
  var phases: Int
  var taps: [Tap]
  /// For either axis, the cosine and the sine of every multiple of a turn's part.
  private var table: [[(cosine: Double, sine: Double)]]
  /// By how much a cosine or sine of a sum of two angles may be wrong, at most.
  var error: Double

  /// - Returns: nil where it has more than `most` pixels of one remainder.
  init?(_ map: ConvolutionMap, most: Int) {
    var (along, extents): ([[(phase: Int, offset: Int)]], [Int]) = ([], [])
    for axis in 0...1 {
      let (stride, padding) = (map.geometry.stride[axis], map.geometry.padding[axis])
      let input = axis == 0 ? map.input.height : map.input.width
      let output = axis == 0 ? map.output.height : map.output.width
      guard max(padding, map.geometry.dilation[axis]) < 1 << 31 else { return nil }
      let own = (0..<(axis == 0 ? map.kernel.height : map.kernel.width)).map { tap in
        let place = tap * map.geometry.dilation[axis] - padding
        let phase = (place % stride + stride) % stride
        return (phase: phase, offset: (place - phase) / stride)
      }
      // Where an output reads before the image or behind it, there must be a place that is not the image's.
      let before = max(0, -(own.map(\.offset).min() ?? 0))
      let behind = max(0, own.map(\.offset).max() ?? 0)
      along.append(own)
      extents.append(max(1, (input + stride - 1) / stride + before, output + behind))
    }
    guard extents[0] <= most, extents[1] <= most / extents[0] else { return nil }
    self.extents = extents
    let remainders = along.map { Array(Set($0.map(\.phase))) }
    let places = remainders.map { own in
      Dictionary(uniqueKeysWithValues: zip(own, own.indices))
    }
    phases = remainders[0].count * remainders[1].count
    taps = along[0].flatMap { down in
      along[1].map { right in
        let first = places[0][down.phase] ?? 0
        let second = places[1][right.phase] ?? 0
        return Tap(
          phase: first * remainders[1].count + second, down: down.offset, right: right.offset)
      }
    }
    table = []
    var widest = 0.0
    for extent in extents {
      table.append(
        (0..<extent).map { step in
          let wave = Wave.values(at: 2 * Double.pi * Double(step) / Double(extent))
          let (cosine, sine) = (wave.cosine.middle, wave.sine.middle)
          widest = max(
            widest, (wave.cosine.upper - cosine).up, (cosine - wave.cosine.lower).up,
            (wave.sine.upper - sine).up, (sine - wave.sine.lower).up)
          return (cosine, sine)
        })
    }
    // The angle itself is off by less than 2^-48 (four roundings of at most 2 pi u). What a cosine of a sum is computed from is wrong by
    // that, and so is the result: twice the products' errors, and three roundings.
    let single = (widest + 0x1p-48).up
    error = ((4 * single + 2 * single * single + 8 * Rounding.unit) * Rounding.inflation).up
  }

  /// Of each pair of opposite frequencies one.
  var frequencies: [(down: Int, right: Int)] {
    (0..<extents[0]).flatMap { down in
      (0..<extents[1]).compactMap { right in
        let opposite = ((extents[0] - down) % extents[0], (extents[1] - right) % extents[1])
        return (down, right) <= opposite ? (down, right) : nil
      }
    }
  }

  /// The cosine and the sine of each tap's angle. Whole turns are taken off before anything is rounded.
  func waves(at frequency: (down: Int, right: Int)) -> [(cosine: Double, sine: Double)] {
    taps.map { tap in
      let a = table[0][steps(tap.down, frequency.down, extents[0])]
      let b = table[1][steps(tap.right, frequency.right, extents[1])]
      return (
        cosine: a.cosine * b.cosine - a.sine * b.sine, sine: a.sine * b.cosine + a.cosine * b.sine
      )
    }
  }

  private func steps(_ offset: Int, _ frequency: Int, _ extent: Int) -> Int {
    let reduced = (offset % extent + extent) % extent
    return reduced * frequency % extent
  }
}

extension Interval {
  fileprivate var middle: Double { lower + (upper - lower) / 2 }
}

extension Analysis {
  /// The convolution with factors of channels that the map from a source to an affine node is, where it is one.
  ///
  /// - Parameter factors: What the places of the source are multiplied by; empty for 1.
  func convolution(
    to node: Int, from source: Int, factors: [Double]
  ) -> ScaledConvolution? {
    var (id, map, roundings) = (node, ConvolutionMap?.none, 0)
    var (behind, before): ([[Double]], [[Double]]) = ([], [])
    while case .affine(let affine) = steps[id].kind {
      guard affine.terms.count == 1, let term = affine.terms.first else { return nil }
      roundings += affine.coefficientRoundings
      switch term.map {
      case let own as ConvolutionMap:
        guard map == nil, own.input == steps[term.input].layout, own.output == steps[id].layout
        else { return nil }
        map = own
      case let own as DiagonalMap:
        guard own.input == steps[id].layout, own.input == steps[term.input].layout,
          let channels = own.channelFactors
        else { return nil }
        if map == nil { behind.append(channels) } else { before.append(channels) }
        roundings += 1
      default: return nil
      }
      id = term.input
    }
    guard id == source, let map else { return nil }
    if !factors.isEmpty {
      let scale = DiagonalMap(input: map.input, factors: factors)
      guard let channels = scale.channelFactors else { return nil }
      before.append(channels)
      roundings += 1
    }
    var kernels = map.kernels
    let taps = map.kernel.height * map.kernel.width
    for index in kernels.indices {
      let output = index / (taps * map.inputs)
      let input = output / map.outputs * map.inputs + index / taps % map.inputs
      for factor in behind.map({ $0[output] }) + before.map({ $0[input] }) {
        let product = kernels[index] * factor
        // What underflows loses more than its last bits.
        guard product.isNormal || kernels[index] == 0 || factor == 0 else { return nil }
        kernels[index] = product
      }
    }
    return ScaledConvolution(kernels: kernels, roundings: roundings, map: map)
  }
}

extension DiagonalMap {
  /// The factor of each channel, where pixels of a channel have the same.
  fileprivate var channelFactors: [Double]? {
    guard let factors else { return [Double](repeating: uniform, count: input.channels) }
    guard factors.count == input.count else { return nil }
    let first = Array(factors.prefix(input.channels))
    let isSame = factors.indices.allSatisfy { factors[$0] == first[$0 % input.channels] }
    return isSame ? first : nil
  }
}
