/// How equalities tie inputs to each other: each input as a sum of fewer, free inputs and a constant.
///
/// The sums are exact; what bounds read of them is rounded to nearest.
public struct InputTies: Hashable, Sendable {
  /// The inputs that stay free, in order.
  public let free: [Int]
  /// The number of inputs in all.
  public var count: Int { sums.count }
  /// What each input is.
  let sums: [TiedInput]

  /// The coefficients that make inputs of free inputs, `[free, inputs]`, row-major.
  public var matrix: [Double] {
    var matrix = [Double](repeating: 0, count: free.count * sums.count)
    for (input, sum) in sums.enumerated() {
      for term in sum.terms { matrix[term.index * sums.count + input] = term.coefficient.nearest }
    }
    return matrix
  }

  /// What is added to each input.
  public var offsets: [Double] { sums.map(\.constant.nearest) }

  /// The inputs that free inputs stand for, each rounded to nearest.
  ///
  /// Where a sum is no double, the inputs miss their equality by the rounding, and `Property.isSatisfied` says so: decimals
  /// are those of the file, and an equality such as `X_0 = X_1 + 0.1` has no exact solution in binary numbers.
  ///
  /// - Precondition: The free inputs are finite.
  public func inputs(at values: [Double]) -> [Double] {
    precondition(values.count == free.count, "\(values.count) of \(free.count) free inputs")
    let exact = values.map { Rational($0) ?? .zero }
    return sums.map { sum in
      sum.terms.reduce(sum.constant) { $0 + $1.coefficient * exact[$1.index] }.nearest
    }
  }
}

/// An input as a sum over free inputs.
struct TiedInput: Hashable, Sendable {
  /// The terms, by place among the free inputs.
  var terms: [ExactInequality.Term]
  /// What is added.
  var constant: Rational
}

/// A property over the inputs that its equalities leave free.
public struct UntiedProperty: Sendable {
  /// The property as it was read.
  public let original: Property
  /// The same question over the free inputs.
  public let property: Property
  /// What the original inputs are.
  public let ties: InputTies
}
