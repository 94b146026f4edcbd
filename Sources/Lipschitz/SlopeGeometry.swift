/// How a search for slopes measures changes of inputs and of outputs.
enum SlopeGeometry: Sendable, Hashable {
  /// The l2 norm of both.
  case euclidean
  /// The largest size of an element of both.
  case largest
  /// The largest root mean square of a token, which are so many elements in a row; inputs are tokens of at most a limit.
  case tokens(inputs: Int, outputs: Int, limit: Double)

  /// The row of dual norm 1 that a change of the outputs is largest along, or one output alone where that is as good.
  func row(for change: [Double], alone: Int?) -> [Double] {
    var row = [Double](repeating: 0, count: change.count)
    switch self {
    case .largest:
      let largest = change.indices.max { abs(change[$0]) < abs(change[$1]) } ?? 0
      let place = alone.map { $0 % change.count } ?? largest
      row[place] = change[place] < 0 ? -1 : 1
    case .euclidean:
      let size = Self.length(change[...])
      guard size > 0, size.isFinite else {
        row[0] = 1
        return row
      }
      return change.map { $0 / size }
    case .tokens(_, let width, _):
      // The token that moves most; every other turn of the first ones another.
      let tokens = stride(from: 0, to: change.count, by: width).map { $0..<$0 + width }
      let sizes = tokens.map { Self.length(change[$0]) }
      let most = sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
      let chosen = alone.map { $0 % 2 == 0 ? most : $0 / 2 % tokens.count } ?? most
      let size = sizes[chosen]
      guard size > 0, size.isFinite else {
        row[tokens[chosen].lowerBound] = 1 / Double(width).squareRoot()
        return row
      }
      // Its product with the change is the change's root mean square.
      for place in tokens[chosen] {
        row[place] = change[place] / (size * Double(width).squareRoot())
      }
    }
    return row
  }

  /// The size of a gradient as that of a function of inputs that are measured so.
  func dualNorm(_ gradient: [Double]) -> Double {
    switch self {
    case .largest: gradient.reduce(0) { $0 + abs($1) }
    case .euclidean: Self.length(gradient[...])
    case .tokens(let width, _, _):
      Self.tokens(of: gradient, width).reduce(0) { $0 + Self.length($1) }
        * Double(width).squareRoot()
    }
  }

  /// The direction of size 1 that a gradient is largest along.
  func unit(_ gradient: [Double]) -> [Double] {
    switch self {
    case .largest: return gradient.map { $0 < 0 ? -1 : 1 }
    case .euclidean:
      let size = Self.length(gradient[...])
      return size > 0 && size.isFinite ? gradient.map { $0 / size } : gradient
    case .tokens(let width, _, _):
      return Self.tokens(of: gradient, width).flatMap { token -> [Double] in
        let size = Self.length(token)
        guard size > 0, size.isFinite else { return Array(token) }
        return token.map { $0 / size * Double(width).squareRoot() }
      }
    }
  }

  /// An input moved to where the search may look: tokens no larger than the limit.
  func pulling(_ point: [Double]) -> [Double] {
    guard case .tokens(let width, _, let limit) = self else { return point }
    return Self.tokens(of: point, width).flatMap { token -> [Double] in
      let size = Self.length(token) / Double(width).squareRoot()
      return size > limit ? token.map { $0 * (limit / size) } : Array(token)
    }
  }

  private static func tokens(of values: [Double], _ width: Int) -> [ArraySlice<Double>] {
    stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width] }
  }

  private static func length(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
