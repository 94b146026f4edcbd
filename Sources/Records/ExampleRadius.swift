/// The largest certified radius of an example, and the smallest at which a counterexample was found.
public struct ExampleRadius: Codable, Sendable, Hashable {
  /// The place of the example in the data.
  public var example: Int
  /// The name of the example, such as the file of a picture; nil where it has none but its place.
  public var name: String?
  /// The right label.
  public var label: Int
  /// The label that the network gives the example; nil when an output is not finite.
  public var prediction: Int?
  /// The largest radius that was certified, 0 where none was; nil where the network is wrong about the example itself,
  /// or the example cannot be used.
  public var certified: Double?
  /// The method that certified it; nil where none did.
  public var method: String?
  /// The smallest radius of a counterexample; nil where none was found or the network is wrong about the example itself.
  public var violated: Double?
  /// The counterexample at that radius.
  public var counterexample: ResultLine.Counterexample?
  /// Whether a counterexample was looked for at all.
  public var attacked: Bool
  /// The regions that were asked about.
  public var probes: Int
  /// The seconds in all.
  public var seconds: Double
  /// Why the example cannot be used; nil when it can.
  public var problem: String?

  /// What lies between the two; nil without a counterexample.
  public var gap: Double? {
    violated.flatMap { violated in certified.map { violated - $0 } }
  }

  /// Creates the record of an example about which nothing is known yet.
  public init(example: Int, label: Int) {
    (self.example, self.label) = (example, label)
    (attacked, probes, seconds) = (false, 0, 0)
  }
}
