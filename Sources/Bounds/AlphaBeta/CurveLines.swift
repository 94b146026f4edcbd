import Networks
import Tensors

/// The lines that each row of a backward pass has for itself over a curve, in the course of their optimisation.
///
/// A line is given by its slope alone: its intercept is the best that the curve allows. By the envelope theorem the
/// derivative of a row's bound by the slope is the coefficient times the distance from the place where the line is
/// nearest to the curve to the minimizing input.
///
/// - Soundness: The intercepts are computed for whatever slopes there are, as those of the usual lines are.
struct CurveLines<S: TensorScalar>: Sendable {
  /// The lines of one side, for each row and element.
  ///
  /// In double throughout, but slopes and intercepts are numbers of the system.
  private struct Side: Sendable {
    var slopes: [Double]
    var intercepts: [Double]
    /// Where the lines are nearest to the curve; NaN where this is not known yet.
    var places: [Double]
    /// Adam's two means.
    var first: [Double]
    var second: [Double]

    init(slopes: Tensor<S>, intercepts: Tensor<S>) {
      self.slopes = slopes.values.scalars
      self.intercepts = intercepts.values.scalars
      places = [Double](repeating: .nan, count: slopes.count)
      first = [Double](repeating: 0, count: slopes.count)
      second = first
    }
  }

  /// The curve's interval and useful slopes for each example and element.
  private let domains: [ScalarInterval]
  private let useful: [ClosedRange<Double>]
  private let functions: any ScalarFunctions
  private let exampleOfRow: [Int32]
  private let shape: Shape
  private let size: Int
  private var lower: Side
  private var upper: Side
  /// The lines, one set for each row.
  private(set) var lines: Lines<Tensor<S>>

  /// Which set of lines each row owns: its own.
  var exampleOfLine: [Int32] { exampleOfRow.indices.map(Int32.init) }

  /// Starts from the relaxation's lines.
  ///
  /// - Parameters:
  ///   - rows: The shape of the rows at the curve's output, whole rows of the node.
  ///   - exampleOfRow: The example of each row.
  ///   - given: Slopes to start from, for each row: those of the lower lines, then those of the upper; of another
  ///     count where there are none.
  /// - Returns: nil where the activation is no curve, or where rows are parts of an image.
  init?(
    _ relaxation: ElementwiseRelaxation<Tensor<S>>, rows: Shape, exampleOfRow: [Int32],
    given: [ArraySlice<S>] = []
  ) {
    guard let curve = relaxation.curve, curve.shape.count * exampleOfRow.count == rows.count else {
      return nil
    }
    functions = curve.functions
    domains = curve.domains
    useful = Self.useful(curve.functions, domains, size: curve.shape.count)
    self.exampleOfRow = exampleOfRow
    size = curve.shape.count
    shape = rows
    func each(_ values: Tensor<S>) -> Tensor<S> {
      values.gathered(exampleOfRow, axis: 0).reshaped(rows)
    }
    let usual = relaxation.lines
    lower = Side(
      slopes: each(usual.lowerSlope),
      intercepts: usual.lowerIntercept.map(each) ?? Tensor(repeating: 0, rows))
    upper = Side(slopes: each(usual.upperSlope), intercepts: each(usual.upperIntercept))
    lines = Lines(
      lowerSlope: usual.lowerSlope, lowerIntercept: nil, upperSlope: usual.upperSlope,
      upperIntercept: usual.upperIntercept)
    if given.contains(where: { $0.count == 2 * size }) { take(given, curve.functions) }
    update()
  }

  /// The lines of either side.
  var count: Int { lower.slopes.count }

  /// The slopes of a row's lower lines, then those of its upper lines.
  func slopes(of row: Int) -> [S] {
    [lines.lowerSlope, lines.upperSlope].flatMap { slopes in
      slopes.withElements { Array($0[row * size..<(row + 1) * size]) }
    }
  }

  /// Raises the bounds of rows by one step of Adam on the slopes that they used.
  ///
  /// - Parameters:
  ///   - coefficients: Those at the curve's output.
  ///   - values: The curve's input at the minimizing point, laid out likewise.
  mutating func ascend(coefficients: Tensor<S>, values: Tensor<S>, _ step: SlopeStep) {
    let functions = functions
    let adam = Adam<Double>(rate: step.rate, step: step.number, epsilon: 1e-12)
    coefficients.values.withElements { coefficients in
      values.values.withElements { values in
        ascend(&lower, below: true, functions, coefficients, values, adam)
        ascend(&upper, below: false, functions, coefficients, values, adam)
      }
    }
    update()
  }

  private func ascend(
    _ side: inout Side, below: Bool, _ functions: some ScalarFunctions,
    _ coefficients: UnsafeBufferPointer<Double>, _ values: UnsafeBufferPointer<Double>,
    _ adam: Adam<Double>
  ) {
    let rounding = OutwardRounding(to: Tensor<S>.self)
    for (row, owner) in exampleOfRow.enumerated() {
      for element in 0..<size {
        let (at, example) = (row * size + element, Int(owner) * size + element)
        let coefficient = coefficients[at]
        let (least, most) = (useful[example].lowerBound, useful[example].upperBound)
        guard below ? coefficient > 0 : coefficient < 0, most > least else { continue }
        let slope = side.slopes[at]
        if side.places[at].isNaN {
          let line = functions.line(
            of: element, slope: slope, below: below, over: domains[example], rounding)
          side.places[at] = line?.place ?? domains[example].middle
        }
        let gradient = coefficient * (values[at] - side.places[at])
        guard gradient.isFinite else { continue }
        let next =
          slope
          + adam.step(along: gradient, unit: most - least, &side.first[at], &side.second[at])
        set(&side, at, min(max(next, least), most), functions, below, domains[example], rounding)
      }
    }
  }

  /// Takes a slope and the best intercept for it, if there is one.
  private func set(
    _ side: inout Side, _ at: Int, _ slope: Double, _ functions: some ScalarFunctions,
    _ below: Bool,
    _ domain: ScalarInterval, _ rounding: OutwardRounding
  ) {
    let slope = rounding.nearest(slope)
    guard slope.isFinite,
      let line = functions.line(
        of: at % self.size, slope: slope, below: below, over: domain, rounding)
    else { return }
    side.slopes[at] = slope
    side.intercepts[at] = line.intercept
    side.places[at] = line.place
  }

  private mutating func take(_ given: [ArraySlice<S>], _ functions: some ScalarFunctions) {
    let rounding = OutwardRounding(to: Tensor<S>.self)
    for (row, slopes) in given.enumerated() where slopes.count == 2 * size {
      let slopes = Tensor<S>([slopes.count], Array(slopes)).values.scalars
      for element in 0..<size {
        let (at, example) = (row * size + element, Int(exampleOfRow[row]) * size + element)
        guard useful[example].upperBound > useful[example].lowerBound else { continue }
        set(&lower, at, slopes[element], functions, true, domains[example], rounding)
        set(&upper, at, slopes[size + element], functions, false, domains[example], rounding)
      }
    }
  }

  private mutating func update() {
    func rounded(_ values: [Double]) -> Tensor<S> { Tensor(Tensor<Double>(shape, values)) }
    lines = Lines(
      lowerSlope: rounded(lower.slopes), lowerIntercept: rounded(lower.intercepts),
      upperSlope: rounded(upper.slopes), upperIntercept: rounded(upper.intercepts))
  }

  private static func useful(
    _ functions: some ScalarFunctions, _ domains: [ScalarInterval], size: Int
  ) -> [ClosedRange<Double>] {
    domains.indices.map { functions.usefulSlopes(of: $0 % size, over: domains[$0]) }
  }
}
