import Properties
import Tensors

/// One step of one point against its gradient.
struct StepRule {
  /// The rule; its rate is a part of the region's width, or of the ball's radius.
  let adam: Adam<Float>

  /// - Parameters:
  ///   - size: The step as a part of the region's width, or of the ball's radius.
  ///   - step: The number of the step, from 1.
  init(size: Double, step: Int) {
    adam = Adam(rate: size, step: step, first: 0.9, second: 0.99, epsilon: 1e-12)
  }

  /// Moves a point and projects it.
  ///
  /// - Returns: Whether there was a gradient to follow; without one the point stays.
  func move(
    _ point: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, square: UnsafeMutablePointer<Float>, _ region: SearchRegion
  ) -> Bool {
    var sum: Float = 0
    for i in 0..<region.count { sum += abs(gradient[i]) }
    guard sum > 0 && sum.isFinite else { return false }
    // Only the direction counts; a mean magnitude of 1 keeps squares from vanishing.
    let scale = Float(region.count) / sum
    guard scale.isFinite else { return false }
    if let ball = region.ball {
      for i in 0..<region.count {
        mean[i] = adam.firstDecay * mean[i] + adam.firstGain * gradient[i] * scale
      }
      step(point, along: mean, ball)
    } else {
      region.width.withUnsafeBufferPointer { width in
        for i in 0..<width.count {
          point[i] -= adam.step(
            along: gradient[i] * scale, unit: width[i], &mean[i], &square[i])
        }
      }
    }
    region.project(point)
    return true
  }

  /// Steps by a part of the radius: along the direction itself, or for l1 along its largest elements.
  private func step(
    _ point: UnsafeMutablePointer<Float>, along direction: UnsafePointer<Float>,
    _ ball: SearchRegion.Ball
  ) {
    let count = ball.center.count
    var threshold: Float = 0
    if ball.norm == .one {
      let kept = max(1, count / 20)
      threshold = (0..<count).map { abs(direction[$0]) }.sorted(by: >)[kept - 1]
    }
    var sum: Float = 0
    for i in 0..<count where abs(direction[i]) >= threshold {
      sum += ball.norm == .two ? direction[i] * direction[i] : abs(direction[i])
    }
    let length = ball.norm == .two ? sum.squareRoot() : sum
    guard length > 0 else { return }
    // Two radii across, as a box is its width across.
    let factor = 2 * adam.rate * ball.radius / length
    for i in 0..<count where abs(direction[i]) >= threshold { point[i] -= factor * direction[i] }
  }
}
