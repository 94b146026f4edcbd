import Datasets
import Foundation

/// How many images a network is right about when it is given them in one way.
public struct AccuracyTrial: Sendable, Hashable {
  /// The way.
  public var reading: PixelReading
  /// Whether it is right about each image that was tried.
  public var isRight: [Bool]
  /// The mean cross-entropy of the outputs taken as logits; tells equal counts apart.
  public var loss: Double

  /// The images that it is right about.
  public var right: Int { isRight.count { $0 } }
  /// The images that were tried.
  public var count: Int { isRight.count }
  /// The part that it is right about.
  public var accuracy: Double { count == 0 ? 0 : Double(right) / Double(count) }

  /// Whether another trial of the same images is better by more than chance explains, and by a hundredth at least.
  ///
  /// Only images that one is right about and the other is not tell them apart (McNemar, Psychometrika 1947); three standard
  /// deviations, since several readings are tried.
  func isClearlyBelow(_ other: AccuracyTrial) -> Bool {
    let pairs = zip(isRight, other.isRight)
    let (gained, lost) = (pairs.count { !$0 && $1 }, pairs.count { $0 && !$1 })
    let gain = Double(gained - lost)
    return gain >= 0.01 * Double(count) && gain > 3 * Double(gained + lost).squareRoot()
  }

  /// Whether it is no better than an answer drawn at random.
  ///
  /// - Parameter classes: The number of classes.
  func isGuessing(among classes: Int) -> Bool {
    let chance = 1 / Double(max(1, classes))
    let deviation = (chance * (1 - chance) / Double(max(1, count))).squareRoot()
    return accuracy <= chance + 2.5 * deviation
  }
}

/// The answers of a network to some images that are given to it in several ways.
struct AccuracyProbe {
  let certifier: Certifier
  private let images: [[Float]]
  private let labels: [Int]
  /// The images that are run through the network at once.
  private let chunk = 10

  /// - Parameter examples: The places of the images in the data.
  init(_ certifier: Certifier, _ examples: [Int]) {
    self.certifier = certifier
    images = examples.map { certifier.images.image($0) }
    labels = examples.map { certifier.images.label($0) }
  }

  /// The smallest and the largest pixel value.
  var range: ClosedRange<Float> {
    let ends = images.compactMap { image in
      image.min().flatMap { low in image.max().map { (low, $0) } }
    }
    let (low, high) = (ends.map { $0.0 }.min() ?? 0, ends.map { $0.1 }.max() ?? 1)
    return low <= high ? low...high : 0...1
  }

  /// The normalisation by the images' own statistics.
  var statistics: Normalization? {
    Normalization(statisticsOf: images, channels: certifier.images.shape.first ?? 0)
  }

  /// The outputs for the first images.
  func outputs(_ reading: PixelReading, count: Int) -> [[Double]] {
    let prefix = certifier.options.normalization
    return stride(from: 0, to: min(count, images.count), by: chunk).flatMap { first in
      certifier.decider.engine.outputs(
        images[first..<min(first + chunk, count, images.count)].map {
          reading.input(of: $0, shape: certifier.images.shape, before: prefix)
        })
    }
  }

  /// Tries the first images in one way.
  func trial(_ reading: PixelReading, count: Int) -> AccuracyTrial {
    judge(outputs(reading, count: count), of: reading)
  }

  /// Counts the right ones among outputs for the first images.
  func judge(_ outputs: [[Double]], of reading: PixelReading) -> AccuracyTrial {
    var trial = AccuracyTrial(
      reading: reading, isRight: .init(repeating: false, count: outputs.count), loss: 0)
    for (place, (output, label)) in zip(outputs, labels).enumerated()
    where output.indices.contains(label) {
      guard let largest = output.max(), largest.isFinite else { continue }
      trial.isRight[place] = output.firstIndex(of: largest) == label
      let sum = output.reduce(0) { $0 + exp($1 - largest) }
      trial.loss += log(sum) + largest - output[label]
    }
    trial.loss /= Double(max(1, outputs.count))
    return trial
  }

  /// How the labels would have to be numbered for most answers to be right.
  ///
  /// - Returns: For each label the answer that it mostly gets; nil where that is no renumbering, or explains few of the answers.
  func renumbering(_ outputs: [[Double]]) -> [Int: Int]? {
    var counts: [Int: [Int: Int]] = [:]
    for (output, label) in zip(outputs, labels) {
      guard let largest = output.max(), let answer = output.firstIndex(of: largest) else {
        continue
      }
      counts[label, default: [:]][answer, default: 0] += 1
    }
    let usual = counts.compactMapValues { answers in
      answers.max { ($0.value, $1.key) < ($1.value, $0.key) }
    }
    let explained = usual.values.reduce(0) { $0 + $1.value }
    guard usual.count >= 2, outputs.count >= 5 * usual.count,
      Set(usual.values.map { $0.key }).count == usual.count,
      10 * explained >= 6 * outputs.count
    else { return nil }
    return usual.mapValues { $0.key }
  }
}
