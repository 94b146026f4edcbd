import Foundation

extension Collection where Element == Double {
  /// `log(sum_i exp(-x_i))`, without overflow.
  var logSumOfNegatives: Double {
    let largest = reduce(-Double.infinity) { Swift.max($0, -$1) }
    guard largest.isFinite else { return largest }
    return largest + log(reduce(0) { $0 + exp(-$1 - largest) })
  }
}
