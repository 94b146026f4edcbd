import Bounds
import Datasets
import Files
import Networks
import Records
import Tensors

/// Judges a network on images by interval bounds.
public struct Evaluation: Sendable {
  /// The network with its normalisations folded.
  private let bounder: Bounder<Lanes<Float>>
  private let images: ImageSet
  private let count: Int

  /// Prepares to judge a network.
  ///
  /// - Parameters:
  ///   - network: The network; normalisations use their own statistics.
  ///   - images: The images.
  ///   - first: How many of them, from the first on; nil for all.
  /// - Throws: `InputError` when the images do not fit the network, or it has fewer than two outputs, of which every
  ///   answer would count as verified.
  public init(_ network: Network, on images: ImageSet, first: Int? = nil) throws(InputError) {
    try Trainer.check(network, against: images, source: "network")
    bounder = Bounder(network.simplified())
    self.images = images
    count = min(images.count, first ?? images.count)
  }

  /// The parts of the images that the network is right about, and that intervals show it to be right about.
  ///
  /// - Parameter epsilon: The radius in pixel values; the region is cut to values from 0 to 1.
  /// - Throws: `Unsupported` when an operation has no interval rule.
  /// - Soundness: An image counts as verified only if every margin's lower bound is positive, up to rounding; NaN
  ///   counts as not verified.
  public func record(epsilon: Double) throws(Unsupported) -> EvaluationRecord {
    guard let record = try record(epsilon: epsilon, unless: { false }) else {
      preconditionFailure("A judgement that nobody called off has no result")
    }
    return record
  }

  /// The same, unless it is called off: nil where it was.
  ///
  /// - Parameter isCancelled: Asked between batches.
  public func record(
    epsilon: Double, unless isCancelled: () -> Bool
  ) throws(Unsupported) -> EvaluationRecord? {
    var (clean, verified) = (0, 0)
    for start in stride(from: 0, to: count, by: Self.batch) {
      if isCancelled() { return nil }
      let range = start..<min(count, start + Self.batch)
      let (right, proved) = try judge(range, epsilon)
      clean += right
      verified += proved
    }
    let all = Double(max(1, count))
    return EvaluationRecord(
      count: count, epsilon: epsilon, cleanAccuracy: Double(clean) / all,
      verifiedAccuracy: Double(verified) / all)
  }

  private static var batch: Int { 256 }

  private func judge(
    _ range: Range<Int>, _ epsilon: Double
  ) throws(Unsupported) -> (clean: Int, verified: Int) {
    let network = bounder.network
    let shape = Shape([range.count] + network.inputShape.dimensions)
    let pixels = range.flatMap { images.image($0) }
    let labels = range.map { images.label($0) }
    let x = Lanes(plain: Tensor<Float>(shape, pixels)).blocked
    let functions = OutputFunctions<Lanes<Float>>.margins(
      labels: labels, classes: network.outputShape.count)
    let outputs = network.evaluate(x, bounder.parameters).plain
    let clean = correct(outputs, labels)
    let radius = Lanes(plain: Tensor<Float>(repeating: Float(epsilon), [1]))
    let lower = (x - radius).maximum(Lanes.full(0, [1]))
    let upper = (x + radius).minimum(Lanes.full(1, [1]))
    let state = try bounder.intervals(
      over: InputSet(box: Interval(lower: lower, upper: upper)))
    let margins = smallestMargins(try bounder.intervalLowerBounds(of: functions, state))
    // Bounds of a point hold it, so a proved image is classified rightly; rounding must not say otherwise.
    return (clean.count { $0 }, zip(clean, margins).count { $0 && $1 > 0 })
  }

  private func correct(_ outputs: Tensor<Float>, _ labels: [Int]) -> [Bool] {
    let values = outputs.scalars
    let classes = values.count / max(1, labels.count)
    return labels.enumerated().map { example, label in
      let own = values[example * classes..<(example + 1) * classes]
      let answer = own[own.startIndex + label]
      return own.enumerated().allSatisfy { $0.offset == label || $0.element < answer }
    }
  }
}
