import Records
import Reports

/// A made-up search for radii with every kind of result.
struct SampleRadii {
  var count = 20
  /// The largest radius that was asked about.
  var largest = 0.3

  private let certification = SampleCertification(shape: [1, 8, 8], classes: ["a", "b<c>", "d"])

  /// The results, the totals and the examples that the page shows.
  var history: RadiusHistory {
    let radii = (0..<count).map(radius)
    var run = certification.run
    run.region.epsilon = largest
    var summary = RadiusSummary(
      of: radii, run: run, version: "0.1.0", model: "models/a<b>.onnx", requested: count)
    summary.classes = certification.classes
    summary.circumstances = certification.history.summary.circumstances
    return RadiusHistory(
      summary: summary, tolerance: 0.01, radii: radii,
      examples: ShownRadii(radii).all.map { certification.record($0.example) })
  }

  /// A result: damaged, without an answer, misclassified, certified throughout, with either bound, both or none.
  func radius(_ number: Int) -> ExampleRadius {
    var radius = ExampleRadius(example: number, label: number % 3)
    radius.name = "class/<\(number)>.png"
    (radius.attacked, radius.probes, radius.seconds) = (true, 9, 0.5)
    switch number {
    case 4:
      radius.problem = "class/<4>.png: no picture"
      return radius
    case 9: return radius
    default: break
    }
    radius.prediction = number % 5 == 3 ? (number + 1) % 3 : number % 3
    guard number % 5 != 3 else { return radius }
    radius.certified = number == 19 ? largest : number % 5 == 2 ? 0 : Double(number) / 100
    radius.method = radius.certified == 0 ? nil : "crown"
    guard number % 2 == 0 else { return radius }
    radius.violated = Double(number + 5) / 100
    var output = [0.0, 0, 0]
    output[(number + 1) % 3] = 0.25
    radius.counterexample = ResultLine.Counterexample(
      input: certification.values(number).map { Double($0) + Double(number + 5) / 100 },
      output: output)
    return radius
  }
}
