import Networks
import Tensors

extension TopTokens: IntervalPropagating {
  /// Scores that are nearer to each other than this part of the numbers that met in them, on either side, are not known to be ordered.
  ///
  /// Four thousand times the rounding of one operation in single precision: an execution of the model computes other scores than exact numbers
  /// give, and where the order of two of them hangs on that, either is possible.
  public static var executionRoom: Double { 0x1p-12 }

  /// 1 where a token is kept whatever the scores in their intervals are, 0 where it never is; from 0 to 1 elsewhere.
  ///
  /// A token is kept if fewer than `kept` others may be ahead of it, and left out if as many are sure to be: with scores `[l, u]`, token `j`
  /// is sure to be ahead of `i` if `l_j > u_i`, or `l_j = u_i` and it is the earlier one.
  ///
  /// - Soundness: Contains the mark of each token for every choice of scores from their intervals, by comparisons alone. Where the number system
  ///   accounts for rounding, also for all scores that are off from these by the room of an execution in single precision. An end that
  ///   is no number makes nothing sure.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let scores = inputs[0].executed(sums: inputs.count > 1 ? inputs[1] : nil)
    let (earlier, later): (T, T) = (
      Self.order(tokens) { $1 < $0 }, Self.order(tokens) { $1 > $0 }
    )
    let (low, high) = (scores.lower.asRow, scores.upper.asRow)
    // Element (i, j) is about token j, the other one, being ahead of token i.
    let sure =
      scores.upper.combined(.less, low) + scores.upper.combined(.equal, low) * earlier
    let behind =
      high.combined(.less, scores.lower) + high.combined(.equal, scores.lower) * later
    let possible = (earlier + later) * behind.scaled(by: -1, adding: 1)
    func places(_ ahead: T) -> T { ahead.reduced(.sum, axis: ahead.shape.rank - 1) }
    return Interval(
      lower: isKept(places: places(possible)), upper: isKept(places: places(sure)))
  }
}

extension TopTokens: LinearlyBounded {
  /// The ends as constants: a mark jumps, and where it is known it is one number.
  ///
  /// - Soundness: As for the interval, whose ends these are.
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    ConstantRelaxation(interval(inputs, parameters), shapes)
  }

  /// The scores of all tokens, unless it is known which are kept; of what they are sums of, nothing.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    guard lower.count == tokens else { return [] }
    let column: Shape = [1, tokens, 1]
    let ends = Interval(
      lower: Tensor<Double>(column, Array(lower)), upper: Tensor<Double>(column, Array(upper)))
    let marks = interval([ends], Parameters<Tensor<Double>>([]))
    guard marks.lower != marks.upper else { return [] }
    return lower.indices.filter { lower[$0] < upper[$0] }.map(Int32.init)
  }
}

extension Interval {
  /// The scores of tokens as an execution in single precision may have them, where rounding is accounted for.
  ///
  /// - Parameter sums: What each score is the sum of, up to a constant; where it is not known, the largest score stands for it.
  /// - Soundness: Wider than the scores' own. It is room and no theorem: an execution that loses more than `TopTokens.executionRoom` of the numbers
  ///   which meet in a score, on the way there, is not covered.
  fileprivate func executed(sums: Interval?) -> Interval {
    guard T.chargesRounding else { return self }
    let own = lower.magnitude().maximum(upper.magnitude())
    let met: T
    if let sums {
      let sizes = sums.lower.magnitude().maximum(sums.upper.magnitude())
      met = own + sizes.reduced(.sum, axis: sizes.shape.rank - 1)
    } else {
      met = own.reduced(.maximum, axis: own.shape.rank - 2)
    }
    let room = met * TopTokens.executionRoom
    return Interval(lower: lower - room, upper: upper + room)
  }
}
