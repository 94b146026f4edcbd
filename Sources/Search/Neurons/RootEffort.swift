import Bounds
import Foundation
import Tensors

/// How much time the work on the roots of a tree may take.
///
/// It is worth a part of the whole time. Where runs were ended in the middle of it, the next one has less, so that the search
/// begins however soon it is ended.
struct RootEffort: Sendable {
  /// How many runs began the work and were ended before it was done.
  let attempts: Int
  /// When the search is to end.
  let deadline: Date?

  /// The seconds that a step may take after earlier runs did not get through; infinite where there were none.
  private var most: Double { attempts == 0 ? .infinity : 4 / pow(3, Double(min(attempts, 8))) }

  /// A bounder that stops after a part of the time that is left; what it knows by then is of use.
  func limiting<S: TensorScalar>(
    _ bounder: Bounder<Tensor<S>>, to share: Double
  ) -> Bounder<Tensor<S>> {
    var bounder = bounder
    let seconds = min(most, (deadline?.timeIntervalSinceNow ?? .infinity) * share)
    bounder.options.deadline =
      seconds == .infinity ? nil : Date(timeIntervalSinceNow: seconds)
    return bounder
  }
}
