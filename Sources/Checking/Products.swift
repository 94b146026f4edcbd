/// Sums of products of the elements of two nodes: `z = sum_k x_k y_k` for each element z.
struct Products: Sendable {
  /// A product, by the places of its factors in the first and in the second input.
  struct Product: Sendable {
    var first: Int32
    var second: Int32
  }

  /// The inputs, as they lie in memory.
  let inputs: (first: Layout, second: Layout)
  /// Whether both are the same node.
  let isOneNode: Bool
  /// All products.
  let products: [Product]
  /// For each place of the result, where its products begin; and where the last ones end.
  let starts: [Int]
  /// The most products in the sum of one element of the result.
  let fanIn: Int
  /// The most products in which one element of an input is a factor.
  let fanOut: Int

  /// - Parameter products: For each place of the result, its products.
  init(_ first: Layout, _ second: Layout, isOneNode: Bool, _ products: [[Product]]) {
    (inputs, self.isOneNode) = ((first, second), isOneNode)
    starts = products.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    self.products = Array(products.joined())
    fanIn = products.map(\.count).max() ?? 0
    var readers = (
      [Int](repeating: 0, count: first.count), [Int](repeating: 0, count: second.count)
    )
    for product in self.products {
      readers.0[Int(product.first)] += 1
      readers.1[Int(product.second)] += 1
    }
    fanOut = max(readers.0.max() ?? 0, readers.1.max() ?? 0)
  }

  /// How many elements the result has.
  var count: Int { starts.count - 1 }

  /// Whether both factors of a product are the same number.
  private func isSquare(_ product: Product) -> Bool {
    isOneNode && product.first == product.second
  }

  /// The intervals of the node, and for each element the sum of the largest sizes of its products, rounded up.
  ///
  /// - Soundness: A product is least and largest at two of its four corners, or 0 at least where it is a square; each is
  ///   rounded outward, and the sum of n of them lowered, or raised, by gamma_n of the sum of their sizes.
  func enclosure(_ x: Enclosure, _ y: Enclosure) -> (Enclosure, size: [Double]) {
    var (lower, upper, size) = ([Double](), [Double](), [Double]())
    for place in 0..<count {
      var (low, high, lowSize, highSize, most) = (0.0, 0.0, 0.0, 0.0, 0.0)
      let range = starts[place]..<starts[place + 1]
      for product in products[range] {
        let (first, second) = (Int(product.first), Int(product.second))
        let ends = self.ends(
          (x.lower[first], x.upper[first]), (y.lower[second], y.upper[second]),
          isSquare: isSquare(product))
        low += ends.lower
        high += ends.upper
        lowSize += abs(ends.lower)
        highSize += abs(ends.upper)
        most += Rounding.productUp(x.largest[first], y.largest[second])
      }
      if range.count > 1 {
        let gamma = Rounding.gamma(range.count) * Rounding.inflation
        if lowSize != 0 { low = (low - gamma * lowSize).down }
        if highSize != 0 { high = (high + gamma * highSize).up }
      }
      lower.append(low)
      upper.append(high)
      size.append(most * Rounding.inflation)
    }
    return (Enclosure(lower: lower, upper: upper), size)
  }

  private func ends(
    _ x: (Double, Double), _ y: (Double, Double), isSquare: Bool
  ) -> (lower: Double, upper: Double) {
    if isSquare {
      let ends = ConvexCurve.power(2).range(x.0, x.1)
      return (ends.lower, ends.upper)
    }
    let low = min(
      min(Rounding.productDown(x.0, y.0), Rounding.productDown(x.0, y.1)),
      min(Rounding.productDown(x.1, y.0), Rounding.productDown(x.1, y.1)))
    let high = max(
      max(Rounding.productUp(x.0, y.0), Rounding.productUp(x.0, y.1)),
      max(Rounding.productUp(x.1, y.0), Rounding.productUp(x.1, y.1)))
    return (low, high)
  }

  /// Planes below and above every product, over intervals of the factors.
  ///
  /// Below `yl x + xl y - xl yl`, above `yu x + xl y - xl yu`; below a square, `2 m x - m^2` with m in the middle.
  ///
  /// - Soundness: From `(x - xl) (y - yl) >= 0`, `(x - xl) (yu - y) >= 0` and `(x - m)^2 >= 0`; the slopes are doubles as they are,
  ///   and the constants are rounded outward.
  func planes(_ x: Enclosure, _ y: Enclosure) -> Planes {
    var planes = Planes()
    planes.slopes.reserveCapacity(products.count)
    for place in 0..<count {
      var (below, above) = (0.0, 0.0)
      var (belowSize, aboveSize, size) = (0.0, 0.0, 0.0)
      for product in products[starts[place]..<starts[place + 1]] {
        let (first, second) = (Int(product.first), Int(product.second))
        let (xl, yl, yu) = (x.lower[first], y.lower[second], y.upper[second])
        var slopes = Planes.Slopes(
          lowerFirst: yl, lowerSecond: xl, upperFirst: yu, upperSecond: xl)
        if isSquare(product) {
          let middle = xl / 2 + x.upper[first] / 2
          (slopes.lowerFirst, slopes.lowerSecond) = (middle, middle)
        }
        planes.slopes.append(slopes)
        let constants = (
          Rounding.productDown(-slopes.lowerFirst, slopes.lowerSecond),
          Rounding.productUp(-slopes.upperFirst, slopes.upperSecond)
        )
        below += constants.0
        above += constants.1
        belowSize += abs(constants.0)
        aboveSize += abs(constants.1)
        size += max(abs(slopes.lowerFirst), abs(slopes.upperFirst)) * x.largest[first]
        size += max(abs(slopes.lowerSecond), abs(slopes.upperSecond)) * y.largest[second]
      }
      let gamma = Rounding.gamma(fanIn) * Rounding.inflation
      planes.below.append(belowSize == 0 ? below : (below - gamma * belowSize).down)
      planes.above.append(aboveSize == 0 ? above : (above + gamma * aboveSize).up)
      planes.sizes.append(size * Rounding.inflation)
    }
    return planes
  }

  /// What rows lose where they go back through the planes: with `q`, at most `|a| q + absolute`.
  ///
  /// A new coefficient is a sum of at most `fanOut` products of a coefficient and a slope, so it is off by at most gamma of the
  /// sum of their sizes, and 2^-1075 for each; times the sizes of the input's elements. The products with the constants have a gamma of their own.
  func charge(
    _ planes: Planes, _ x: Enclosure, _ y: Enclosure, errors: [Double]?
  ) -> Charge {
    let (gamma, ownGamma) = (Rounding.gamma(fanOut + 1), Rounding.gamma(count + 1))
    let q = (0..<count).map { place in
      let constant = max(abs(planes.below[place]), abs(planes.above[place]))
      let own = gamma * planes.sizes[place] + ownGamma * constant
      return (own + (errors?[place] ?? 0)) * Rounding.inflation + 4 * Rounding.tiny
    }
    var sizes = 0.0
    for product in products {
      sizes += x.largest[Int(product.first)] + y.largest[Int(product.second)]
    }
    let absolute = (sizes * Rounding.inflation + Double(2 * count)) * Rounding.tiny
    return Charge(errors: q, absolute: absolute * Rounding.inflation + Rounding.tiny)
  }

  /// Takes rows from the result to both inputs, by their planes, and sums up what the constants add.
  func pullBack(
    _ rows: Rows, _ planes: Planes
  ) -> (first: Rows, second: Rows, constants: [Double]) {
    let rows = rows.whole()
    var (first, second) = (
      Rows(inputs.first, count: rows.count), Rows(inputs.second, count: rows.count)
    )
    var constants = [Double](repeating: 0, count: rows.count)
    let (width, height) = (inputs.first.count, inputs.second.count)
    products.withUnsafeBufferPointer { products in
      planes.slopes.withUnsafeBufferPointer { slopes in
        first.values.withUnsafeMutableBufferPointer { first in
          second.values.withUnsafeMutableBufferPointer { second in
            for row in 0..<rows.count {
              for place in 0..<count {
                let coefficient = rows.values[row * count + place]
                guard coefficient != 0 else { continue }
                let isBelow = coefficient > 0
                constants[row] +=
                  coefficient * (isBelow ? planes.below[place] : planes.above[place])
                for index in starts[place]..<starts[place + 1] {
                  let (product, own) = (products[index], slopes[index])
                  first[row * width + Int(product.first)] +=
                    coefficient * (isBelow ? own.lowerFirst : own.upperFirst)
                  second[row * height + Int(product.second)] +=
                    coefficient * (isBelow ? own.lowerSecond : own.upperSecond)
                }
              }
            }
          }
        }
      }
    }
    return (first, second, constants)
  }
}

/// Planes below and above the products of a node.
struct Planes: Sendable {
  /// The slopes of the two planes of a product, for each factor.
  struct Slopes: Sendable {
    var lowerFirst: Double
    var lowerSecond: Double
    var upperFirst: Double
    var upperSecond: Double
  }

  /// For each product, its slopes.
  var slopes: [Slopes] = []
  /// For each element of the result, the sum of the constants of the planes below, and of those above.
  var below: [Double] = []
  var above: [Double] = []
  /// For each element of the result, the sum of the sizes of slopes times factors, rounded up.
  var sizes: [Double] = []
}
