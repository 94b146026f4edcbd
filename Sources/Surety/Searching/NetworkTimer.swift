import Bounds
import Datasets
import Foundation
import Networks
import Properties
import Tensors

/// How long a network takes for an image on this machine: to answer, and to be bounded.
///
/// Times are those of a network as it is, trained or not: answers and intervals cost the same whatever the weights are. Bounds that look
/// for neurons of unknown sign cost more before training, when there are more of these, so that they are rather over- than
/// underestimated.
struct NetworkTimer {
  /// The images to measure with.
  let images: ImageSet
  /// The images that are answered at a time.
  let batch: Int
  /// The radius, in pixel values from 0 to 1.
  let epsilon: Double
  /// The methods of bounding.
  let methods: [BoundMethod]
  /// The bytes that bounds may use.
  let memory: Int
  /// Asked all the time; what was measured then says nothing.
  let isCancelled: @Sendable () -> Bool

  /// The runs at least, and the seconds after which no further one begins.
  private static let runs = 9
  private static let seconds = 0.2
  /// The images that are bounded, and how many times its budget the first of them may take.
  private static let bounded = 3
  private static let excess = 20.0

  /// The median seconds per image of the network's answer, in float32, batch normalisations folded as everything after training has them.
  func latency(of network: Network) -> Double {
    let simple = network.simplified()
    let parameters = simple.parameters(as: Tensor<Float>.self)
    let pixels = (0..<batch).flatMap { images.image($0 % images.count) }
    let x = Tensor<Float>(Shape([batch] + simple.inputShape.dimensions), pixels)
    func run() -> Double {
      let begin = ContinuousClock.now
      _ = simple.evaluate(x, parameters)
      return (ContinuousClock.now - begin) / .seconds(1)
    }
    // The first one makes room for those after it.
    _ = run()
    var times: [Double] = []
    let begin = ContinuousClock.now
    repeat {
      times.append(run())
    } while (times.count < Self.runs
      || (ContinuousClock.now - begin) / .seconds(1) < Self.seconds) && !isCancelled()
    return times.median / Double(batch)
  }

  /// The median seconds that all methods take for an image, one after the other, as for an image that none before the last decides.
  ///
  /// - Parameter budget: The seconds that it may take; far beyond them nothing is measured to the end.
  /// - Throws: `Unsupported` when no method has a rule for every operation.
  func certification(of network: Network, budget: Double?) throws(Unsupported) -> Double {
    let engine = Precision.float.engine(for: network.simplified())
    var times: [Double] = []
    for place in 0..<min(images.count, Self.bounded + 1) {
      guard
        let region = try? Region.ball(
          around: images.image(place).map(Double.init), radius: epsilon, norm: .infinity,
          clippedTo: 0...1)
      else { continue }
      let margins = Self.margins(of: images.label(place), outputs: network.outputShape.count)
      let begin = ContinuousClock.now
      var options = BoundOptions()
      options.memory = memory
      options.isCancelled = isCancelled
      if let budget { options.deadline = Date(timeIntervalSinceNow: Self.excess * budget) }
      var (problem, isBounded): (Unsupported?, Bool) = (nil, false)
      for method in methods {
        do throws(Unsupported) {
          _ = try engine.lowerBounds(of: margins, over: [region], by: method, options)
          isBounded = true
        } catch {
          problem = error
        }
      }
      if let problem, !isBounded { throw problem }
      let seconds = (ContinuousClock.now - begin) / .seconds(1)
      if isCancelled() { return seconds }
      // The first one makes room for those after it, but where it is far too slow the others are, too.
      if place > 0 || images.count == 1 { times.append(seconds) }
      if let budget, seconds >= Self.excess * budget { return seconds }
    }
    return times.isEmpty ? 0 : times.median
  }

  /// The output of a label less each other one, as rows.
  private static func margins(of label: Int, outputs: Int) -> Tensor<Double> {
    var rows = Tensor<Double>(repeating: 0, [1, outputs - 1, outputs])
    for (row, other) in (0..<outputs).filter({ $0 != label }).enumerated() {
      (rows[0, row, label], rows[0, row, other]) = (1, -1)
    }
    return rows
  }
}

extension [Double] {
  /// The middle of the numbers, the lower one of two.
  ///
  /// - Precondition: There is one.
  var median: Double { sorted()[(count - 1) / 2] }
}
