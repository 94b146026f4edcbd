import Bounds
import Differentiation
import Tensors

/// The two regularisers of the warm-up, a term for each layer of ReLUs.
///
/// Tightness punishes bounds wider than `1 / tolerance` times the input's; the other term punishes layers in
/// which active and inactive neurons are out of balance.
///
/// Source: Shi et al., "Fast Certified Robust Training with Short Warmup" (2021), sections 4.2 and 4.3, and
/// the published code for the terms that are left out.
public struct WarmUpRegularizer: Sendable, Hashable {
  /// The tolerance tau, below which nothing is punished.
  public var tolerance = 0.5
  /// Whether bounds that grow from layer to layer are punished.
  public var usesTightness = true
  /// Whether ReLUs out of balance are punished.
  public var usesBalance = true

  /// Creates both regularisers.
  public init() {}

  /// The value of one layer's terms and its derivatives by the sums that it depends on.
  struct Term: Sendable {
    var tightness = 0.0
    var balance = 0.0
    /// The derivative by each sum of `ReLUStatistics`.
    var slopes = ReLUStatistics()

    var value: Double { tightness + balance }
  }

  /// The terms of one layer.
  ///
  /// - Parameters:
  ///   - sums: The sums over the layer's input intervals.
  ///   - count: The number of elements they are over.
  ///   - inputRadius: The mean half width of the network's input.
  func term(_ sums: ReLUStatistics, count: Double, inputRadius: Double) -> Term {
    var term = Term()
    if usesTightness { addTightness(sums, count, inputRadius, to: &term) }
    if usesBalance { addBalance(sums, count, to: &term) }
    return term
  }

  private func addTightness(
    _ sums: ReLUStatistics, _ count: Double, _ inputRadius: Double, to term: inout Term
  ) {
    let radius = sums.radius / count
    let excess = tolerance - inputRadius / max(radius, 1e-12)
    guard excess > 0 else { return }
    term.tightness = excess / tolerance
    if radius > 1e-12 {
      term.slopes.radius += inputRadius / (radius * radius) / tolerance / count
    }
  }

  private func addBalance(_ sums: ReLUStatistics, _ count: Double, to term: inout Term) {
    let mean = sums.center / count
    let (on, off) = (sums.active, sums.inactive)
    // Sums of squared distances from the mean of all middles.
    let onSpread = on.squares - 2 * mean * on.sum + mean * mean * on.count
    let offSpread = off.squares - 2 * mean * off.sum + mean * mean * off.count
    if let (value, byOn, byOff) = shortfall(on.sum / count, -off.sum / count) {
      term.balance += value
      term.slopes.active.sum += byOn / count
      term.slopes.inactive.sum -= byOff / count
    }
    if let (value, byOn, byOff) = shortfall(onSpread, offSpread) {
      term.balance += value
      term.slopes.active.squares += byOn
      term.slopes.active.sum -= 2 * mean * byOn
      term.slopes.inactive.squares += byOff
      term.slopes.inactive.sum -= 2 * mean * byOff
      // The mean moves with every middle.
      term.slopes.center -=
        2 / count * (byOn * (on.sum - mean * on.count) + byOff * (off.sum - mean * off.count))
    }
  }

  /// `max(0, tolerance - ratio) / tolerance` for the ratio of the smaller to the larger, and the derivatives by
  /// both; nil where a side is missing, which the published code leaves out.
  private func shortfall(_ a: Double, _ b: Double) -> (Double, Double, Double)? {
    let ratio = a / b
    guard ratio.isFinite, ratio > 0 else { return ratio == 0 ? (1, 0, 0) : nil }
    let folded = min(ratio, 1 / max(ratio, 1e-12))
    guard folded < tolerance else { return (0, 0, 0) }
    // d(a / b) = da / b - a db / b^2; folding over turns it into d(b / a).
    let slope = -1 / tolerance
    return ratio < 1
      ? ((tolerance - folded) / tolerance, slope / b, -slope * a / (b * b))
      : ((tolerance - folded) / tolerance, -slope * b / (a * a), slope / a)
  }
}

/// What is known of the layers of ReLUs after a step.
public struct LayerStatistics: Sendable, Hashable {
  /// The mean width of the input intervals over that of the network's input.
  public var looseness: Double
  /// The fraction of neurons that are active for every input of the region.
  public var active: Double
  /// The fraction of neurons that are inactive for every input of the region.
  public var inactive: Double
}

extension WarmUpRegularizer {
  /// The mean over the layers of their terms, `[1]`, and what the layers look like.
  ///
  /// - Parameters:
  ///   - layers: The sums over the input intervals of each layer of ReLUs, and the number of intervals.
  ///   - inputRadius: The mean half width of the network's input.
  func value<Base>(
    of layers: [(sums: ReLUSums<Tracked<Base>>, count: Int)], inputRadius: Double
  ) -> (value: Tracked<Base>, layers: [LayerStatistics]) {
    var sum = Tracked(Base.full(0, [1]))
    var statistics: [LayerStatistics] = []
    let weight = 1 / Double(max(1, layers.count))
    for layer in layers {
      let (sums, count) = (layer.sums.statistics, Double(layer.count))
      statistics.append(
        LayerStatistics(
          looseness: sums.radius / count / max(inputRadius, .leastNormalMagnitude),
          active: sums.active.count / count, inactive: sums.inactive.count / count))
      let term = term(sums, count: count, inputRadius: inputRadius)
      let slopes = Base(Tensor<Double>([8], term.slopes.scalars))
      sum =
        sum
        + Tracked(
          Base.full(term.value * weight, [1]),
          [layer.sums.value.dependence { slopes * ($0.number * weight) }])
    }
    return (sum, statistics)
  }
}

extension TensorAlgebra {
  /// The value of a tensor with one element.
  var number: Double { values.scalars[0] }
}
