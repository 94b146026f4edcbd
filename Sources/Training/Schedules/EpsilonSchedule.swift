import Foundation

/// The epsilon that training uses, as a function of the batch.
///
/// It is zero up to the first batch of the epoch `start`, grows over `length` epochs to its full value
/// and stays there. Nothing is remembered between calls, so a resumed run needs only the number of its batch.
///
/// Source: Shi et al., "Fast Certified Robust Training with Short Warmup", NeurIPS 2021, and its public code;
/// the smoothed form is that of Xu et al., "Automatic Perturbation Analysis", NeurIPS 2020.
public struct EpsilonSchedule: Sendable, Hashable {
  /// How epsilon grows.
  public enum Shape: Sendable, Hashable {
    /// The full epsilon from the first batch on; `start` and `length` mean nothing.
    case constant
    /// A straight line from zero to the full epsilon.
    case linear
    /// A power of the batch up to `middle` of the ramp, then a straight line of the slope reached there.
    ///
    /// `middle` is a fraction of the ramp from 0 to 1; `power` is at least 1.
    case smoothed(middle: Double, power: Double)
  }

  /// How epsilon grows.
  public var shape: Shape
  /// The first epoch of the ramp, counted from 1.
  public var start: Int
  /// The length of the ramp in epochs.
  public var length: Int
  /// The epsilon at the end of the ramp, in pixel values from 0 to 1.
  public var epsilon: Double
  /// The number of batches in an epoch, the last and smaller one included.
  public var batchesPerEpoch: Int

  /// Creates a schedule.
  ///
  /// - Precondition: `start` and `batchesPerEpoch` are at least 1, `length` and `epsilon` at least 0; a smoothed
  ///   shape has its middle in `0...1` and a power of at least 1.
  public init(
    _ shape: Shape, start: Int = 1, length: Int = 0, epsilon: Double, batchesPerEpoch: Int
  ) {
    precondition(start >= 1 && length >= 0, "a ramp from epoch \(start) over \(length) epochs")
    precondition(epsilon >= 0 && epsilon.isFinite, "an epsilon of \(epsilon)")
    precondition(batchesPerEpoch >= 1, "\(batchesPerEpoch) batches in an epoch")
    if case .smoothed(let middle, let power) = shape {
      precondition((0...1).contains(middle) && power >= 1, "middle \(middle), power \(power)")
    }
    self.shape = shape
    self.start = start
    self.length = length
    self.epsilon = epsilon
    self.batchesPerEpoch = batchesPerEpoch
  }

  /// The last batch with epsilon zero, from which the ramp rises; 0 where there is no ramp.
  public var rampStart: Int { shape == .constant ? 0 : (start - 1) * batchesPerEpoch }

  /// The first batch with the full epsilon, at which the ramp ends; 0 where there is no ramp.
  public var rampEnd: Int {
    shape == .constant ? 0 : (start + length - 1) * batchesPerEpoch
  }

  /// Whether a batch comes before the end of the ramp, when the regularisers of the warm-up are on.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func isWarmUp(at batch: Int) -> Bool { batch < rampEnd }

  /// The epsilon of a batch, in pixel values.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func epsilon(at batch: Int) -> Double { epsilon * fraction(at: batch) }

  /// The epsilon of a batch as a fraction of the full one, from 0 to 1.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func fraction(at batch: Int) -> Double {
    let (first, last) = (rampStart, rampEnd)
    switch shape {
    case .constant: return 1
    case .linear:
      return Self.line(from: first, to: last, at: batch)
    case .smoothed(let middle, let power):
      // floor, as the published code rounds.
      let turn = first + Int((middle * Double(last - first)).rounded(.down))
      // A ramp too short for a curve is a line.
      if turn <= first { return Self.line(from: first, to: last, at: batch) }
      if batch <= first { return 0 }
      if batch >= last { return 1 }
      // The published formula, divided by the full epsilon and by (turn - first)^power, so that no power
      // grows with the length of the ramp.
      let rise = Double(turn - first)
      let turned = 1 / (Double(last - turn) * power / rise + 1)
      if batch < turn { return turned * pow(Double(batch - first) / rise, power) }
      return min(1, turned + (1 - turned) * Double(batch - turn) / Double(last - turn))
    }
  }

  private static func line(from first: Int, to last: Int, at batch: Int) -> Double {
    if batch <= first { return 0 }
    return batch >= last ? 1 : Double(batch - first) / Double(last - first)
  }
}
