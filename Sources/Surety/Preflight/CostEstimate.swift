import Files
import Foundation
import Records

/// What a run would cost, measured on its first examples.
public struct CostEstimate: Sendable, Hashable {
  /// What one method did on the examples that were measured.
  public struct Method: Sendable, Hashable {
    /// The method, `attack` among them.
    public var name: String
    /// The seconds in all.
    public var seconds: Double
    /// The examples that it decided.
    public var decided: Int
  }

  /// The examples that were measured.
  public var measured: Int
  /// The seconds for all of them.
  public var seconds: Double
  /// Whether an example was cut off, so that the whole run takes longer than estimated.
  public var isCutOff: Bool
  /// The methods in the order in which they are tried.
  public var methods: [Method]

  /// The seconds that a number of examples would take.
  public func seconds(for examples: Int) -> Double? {
    measured == 0 ? nil : seconds / Double(measured) * Double(examples)
  }

  /// Certifies the first examples for some seconds.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - limit: The seconds to spend, about.
  ///   - isStopped: Asked between examples; true ends the measurement.
  public init(
    _ certifier: Certifier, on examples: [Int], within limit: Double,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(InputError) {
    let begin = ContinuousClock.now
    var lines: [ResultLine] = []
    var isCutOff = false
    for example in examples {
      let left = limit - (ContinuousClock.now - begin) / .seconds(1)
      guard left > 0, !isStopped() else { break }
      let own = certifier.options.timeout.map { $0 / .seconds(1) } ?? .infinity
      let part = certifier.with(
        epsilon: certifier.options.epsilon, timeout: .seconds(min(own, left)))
      try part.certify([example], isStopped: isStopped) { lines.append($0) }
      if own > left, let last = lines.last, last.verdict == .undecided, last.seconds >= 0.9 * left {
        isCutOff = true
      }
    }
    self.isCutOff = isCutOff
    measured = lines.count
    seconds = (ContinuousClock.now - begin) / .seconds(1)
    methods = certifier.run.cascade.map { name in
      Method(
        name: name, seconds: lines.reduce(0) { $0 + ($1.methodSeconds[name] ?? 0) },
        decided: lines.count { $0.method == name })
    }
  }
}
