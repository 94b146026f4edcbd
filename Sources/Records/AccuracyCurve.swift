/// Accuracies against the radius: what was shown of the same images at several radii.
public struct AccuracyCurve: Codable, Sendable, Hashable {
  /// The images behind each point, those that the network is wrong about included.
  public var count: Int
  /// The points, smallest radius first.
  public var points: [CertificationRecord.Radius]

  /// Creates a curve.
  public init(count: Int, points: [CertificationRecord.Radius]) {
    (self.count, self.points) = (count, points)
  }

  /// The curve that the radii of images draw.
  ///
  /// An image counts as certified at every radius up to its certified one, and as withstanding attacks there and, if it was
  /// attacked, at every radius below that of its counterexample.
  ///
  /// - Parameters:
  ///   - radii: The images, each once.
  ///   - largest: The largest radius that was asked about.
  ///   - parts: The number of equal steps from 0 to where nothing changes any more.
  public init(of radii: [ExampleRadius], upTo largest: Double, parts: Int = 20) {
    let ends = radii.map { max($0.certified ?? 0, $0.violated ?? 0) }
    let end = min(largest, ends.max() ?? 0)
    let total = Double(max(1, radii.count))
    let right = radii.filter { $0.certified != nil }
    func part(_ matches: (ExampleRadius) -> Bool) -> Double {
      Double(right.count(where: matches)) / total
    }
    let steps = end > 0 ? (0...parts).map { end * Double($0) / Double(parts) } : [0]
    let clean = part { _ in true }
    self.init(
      count: radii.count,
      points: steps.map { epsilon in
        CertificationRecord.Radius(
          epsilon: epsilon, cleanAccuracy: clean,
          attackAccuracy: part { radius in
            (radius.certified ?? 0) >= epsilon
              || radius.attacked && radius.violated.map { $0 > epsilon } ?? true
          },
          certifiedAccuracy: part { ($0.certified ?? 0) >= epsilon })
      })
  }
}
