import Networks
import Tensors

/// One step of an ascent.
struct SlopeStep: Sendable {
  /// Its size, in units of slope.
  var rate: Double
  /// Its number, from 1.
  var number: Int
}

/// The ascent of rows' bounds over what each row chooses for itself: slopes, lines of curves and multipliers of splits.
///
/// Each step is a walk back and its adjoint. Rows are independent, so each chunk is taken to the end while it is in the
/// cache.
///
/// Source: Xu et al., "Fast and complete: enabling complete neural network verification with rapid and
/// massively parallel incomplete verifiers" (2021), section 3.1.
struct SlopeAscent<S: TensorScalar> {
  typealias T = Tensor<S>

  /// What the rows choose, as the last walk found it.
  private(set) var tape: SlopeTape<S>
  /// What the last walk led to.
  private(set) var last: LoweredFunctions<T>
  /// The largest bound of each row so far, `[rows]`.
  private(set) var best: T
  private let functions: LinearFunctions<T>
  private let pass: BackwardPass<T>

  /// Bounds functions with the choices to start from.
  ///
  /// - Parameter start: The choices; those of the relaxations where nil.
  init(
    _ functions: LinearFunctions<T>, _ pass: BackwardPass<T>, from start: SlopeTape<S>? = nil
  ) throws(Unsupported) {
    var tape = start ?? SlopeTape(nodes: pass.network.nodes.count)
    last = try pass.lowered(functions, &tape)
    best = pass.least(last)
    self.tape = tape
    self.functions = functions
    self.pass = pass
  }

  /// Takes steps, until there is no time for more or no need.
  ///
  /// - Parameter isDone: Whether bounds, `[rows]`, are good enough.
  /// - Soundness: Whatever is chosen gives a sound bound, and the largest of sound bounds is sound.
  mutating func climb(
    _ steps: SlopeSteps, _ options: BoundOptions, until isDone: (T) -> Bool = { _ in false }
  ) throws(Unsupported) {
    var step = SlopeStep(rate: steps.rate, number: 1)
    while step.number <= steps.count, !options.isOverdue, !isDone(best),
      pass.ascend(&tape, of: functions, step)
    {
      last = try pass.lowered(functions, &tape)
      best = best.keepingLarger(pass.least(last))
      step.rate *= steps.decay
      step.number += 1
    }
  }

  /// The linear functions of the input that the last walk ended with, and their least values.
  ///
  /// - Soundness: Each is at most its row's function for every input of the region that has the signs of the row's splits,
  ///   up to rounding.
  var planes: LowerPlanes<T> { pass.lowerPlanes(last) }

  /// The inputs at which the functions of the last walk are least, one after another, flattened row-major.
  var minimizers: [S]? {
    guard var rows = last.rows else { return nil }
    let shape = pass.network.inputShape
    rows.values = pass.inputs.minimizer(
      rows, shape: shape, exampleOfRow: last.exampleOfRow, frame: pass.frame)
    return T.dense(rows, shape).scalars
  }

  /// The outputs of the relaxed network where the functions of the last walk are least, `[rows, outputs]`.
  mutating func relaxedOutputs() -> T? { pass.relaxedOutputs(&tape, of: functions) }
}

extension Tensor {
  /// The larger of two bounds, element by element; a NaN never wins over a number.
  func keepingLarger(_ other: Tensor) -> Tensor {
    var result = self
    other.withElements { other in
      result.withMutableElements { values in
        for i in values.indices where other[i] > values[i] || values[i].isNaN {
          values[i] = other[i]
        }
      }
    }
    return result
  }
}
