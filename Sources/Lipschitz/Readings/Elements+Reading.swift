import Networks
import Tensors

extension NodeReach {
  /// The reach after each element's difference was multiplied by a number of at most a size.
  ///
  /// - Soundness: A sign changes neither norm, so the size of a factor is enough; products are rounded up. A number that all elements
  ///   have is taken into the norms.
  func multiplied(by sizes: [Double]) -> NodeReach {
    guard let first = sizes.first else { return self }
    var result = self
    if sizes.allSatisfy({ $0 == first }) {
      let factor = UpperBound(proved: first)
      result.baseTwo = baseTwo * factor
      result.baseInfinity = baseInfinity * factor
      return result
    }
    result.factors = sizes.indices.map { place in
      (UpperBound(proved: sizes[place]) * UpperBound(proved: factors?[place] ?? 1)).value
    }
    return result
  }

  /// The reach after each element was copied into several.
  ///
  /// - Soundness: The sum of the squares grows by the number of copies at most, the largest change not at all.
  func copied(atMost copies: Int, count: Int) -> NodeReach {
    NodeReach(
      two: two * UpperBound(proved: Double(copies)).squareRoot, infinity: infinity, count: count)
  }
}

extension AddConstant: LipschitzReadable {
  /// A constant moves nothing; copies of what is broadcast count.
  ///
  /// - Soundness: The difference of two sums with one constant is that of the summands.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    NodeReading(inputs[0].broadcast(context), "adds a constant")
  }
}

extension NodeReach {
  /// The reach after the only input was broadcast to the shape of the output.
  ///
  /// - Soundness: Each element is copied as often as the output has more of them.
  func broadcast(_ context: ReadingContext, input: Int = 0) -> NodeReach {
    let count = max(1, context.inputShapes[input].count)
    guard context.shape.count != count else { return self }
    return copied(atMost: context.shape.count / count, count: context.shape.count)
  }
}

extension MultiplyConstant: LipschitzReadable {
  /// Each element's difference is multiplied by its constant.
  ///
  /// - Soundness: See `NodeReach.multiplied`; a quotient is rounded up, and one by 0 is infinite.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let off = UpperBound.one + context.roundoff(of: constant)
    let sizes = context.parameters[constant].broadcast(to: context.shape).scalars.map { value in
      let size = abs(value)
      return isQuotient
        ? (off.divided(by: size) * off).value : (UpperBound(proved: size) * off).value
    }
    return NodeReading(
      inputs[0].broadcast(context).multiplied(by: sizes),
      isQuotient ? "largest quotient" : "largest factor")
  }
}

extension BatchNormalization: LipschitzReadable {
  /// Each element's difference is multiplied by `scale / sqrt(variance + epsilon)` of its channel.
  ///
  /// - Soundness: See `NodeReach.multiplied`; the factor is a sum, a root and a quotient, for which it is raised by 8 roundings.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let off =
      (UpperBound.one + Roundoff.gamma(8))
      * (.one + context.roundoff(of: scale) + context.roundoff(of: variance))
    let channels = factor(context.parameters).scalars.map {
      (UpperBound(proved: abs($0)) * off).value
    }
    let ones = [Int](repeating: 1, count: rank - 2)
    let sizes = Tensor(Shape([channels.count] + ones), channels).broadcast(to: context.shape)
    return NodeReading(
      inputs[0].multiplied(by: sizes.scalars), "largest factor of a channel")
  }
}

extension Negate: LipschitzReadable {
  /// A change of sign.
  ///
  /// - Soundness: An isometry of either norm.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    NodeReading(inputs[0], "an isometry")
  }
}

extension Constant: LipschitzReadable {
  /// Nothing moves.
  ///
  /// - Soundness: The output is the same for all inputs.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    NodeReading(.still, "a constant")
  }
}

extension Add: LipschitzReadable {
  /// The sum of the distances of both inputs: a residual connection.
  ///
  /// - Soundness: The triangle inequality, in both norms.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let parts = [0, 1].map { inputs[$0].broadcast(context, input: $0) }
    // Both may be one node: x + x is 2 x, and x - x nothing that is known here.
    return NodeReading(
      NodeReach(
        two: parts[0].two + parts[1].two, infinity: parts[0].infinity + parts[1].infinity,
        count: context.shape.count), "the sum of both")
  }
}

extension Reshape: LipschitzReadable {
  /// The same elements in the same order.
  ///
  /// - Soundness: An isometry of either norm, element by element.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    NodeReading(inputs[0], "an isometry")
  }
}

extension Transpose: LipschitzReadable {
  /// The same elements in another order.
  ///
  /// - Soundness: An isometry of either norm; the factors are moved along with the elements.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    var result = inputs[0]
    result.factors = inputs[0].factors.map {
      Tensor(context.inputShapes[0], $0).transposed(permutation).scalars
    }
    return NodeReading(result, "an isometry")
  }
}

extension Selection: LipschitzReadable {
  /// Some of the elements, each as often as it is picked.
  ///
  /// - Soundness: The sum of the squares grows by the largest number of copies at most.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let copies = Dictionary(grouping: indices.filter { $0 >= 0 }) { $0 }.values.map(\.count)
    return NodeReading(
      inputs[0].copied(atMost: copies.max() ?? 0, count: context.shape.count),
      "at most \(copies.max() ?? 0) of each element")
  }
}

extension Concatenate: LipschitzReadable {
  /// All inputs side by side.
  ///
  /// - Soundness: The squares of the distances add up; the largest change is that of some input.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    NodeReading(
      NodeReach(
        two: inputs.map(\.two).euclidean, infinity: inputs.map(\.infinity).max() ?? .zero,
        count: context.shape.count), "all side by side")
  }
}

extension Reduce: LipschitzReadable {
  /// Sums or means of `n` elements: `sqrt(n)` or `1 / sqrt(n)` in l2, `n` or 1 in linf.
  ///
  /// - Soundness: By the inequality of Cauchy and Schwarz for each sum; sums read elements of their own. A mean is off by two
  ///   roundings of its factor, which are added.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let shape = context.inputShapes[0]
    let count = Double(axes.reduce(1) { $0 * shape[$1] })
    let (all, root) = (UpperBound(proved: count), UpperBound(proved: count).squareRoot)
    let two = isMean ? root.divided(by: count) : root
    let reach = NodeReach(
      two: inputs[0].two * two, infinity: isMean ? inputs[0].infinity : inputs[0].infinity * all,
      count: context.shape.count)
    return NodeReading(reach, isMean ? "means of \(Int(count))" : "sums of \(Int(count))")
  }
}
