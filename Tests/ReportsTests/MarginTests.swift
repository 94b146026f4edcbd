import Records
import Testing

@testable import Reports

@Suite("The margins that decided, and what counts as attacked")
struct MarginTests {
  private let sample = SampleCertification()

  @Test("Each verdict has the margin that it rests on")
  func deciding() {
    // The bounds of a violated example say -3.05; its counterexample decided.
    #expect(sample.line(0).decidingMargin.map { abs($0 + 0.05) < 1e-9 } == true)
    #expect(sample.line(2).decidingMargin == 0.15)
    // A search certifies what bounds left at -0.2, without a number.
    #expect(sample.line(1).verdict == .certified && sample.line(1).decidingMargin == nil)
    #expect(sample.line(3).decidingMargin == -0.2)
    #expect(sample.line(5).decidingMargin == -0.3)
    #expect(ResultLine.margin(of: 1, in: [3, 1, 2]) == -2)
    #expect(
      ResultLine.margin(of: 0, in: [3]) == nil && ResultLine.margin(of: 4, in: [3, 1]) == nil)
  }

  @Test("No column of the histogram holds margins of both signs, and every margin is counted")
  func histogram() throws {
    let entries = [-3.0, -0.2, -0.01, 0, 0.01, 0.4, 2].map {
      MarginHistogram.Entry(margin: $0, outcome: $0 > 0 ? .certified : .violated)
    }
    let chart = try #require(MarginHistogram(entries))
    #expect(chart.description.contains("7 margins, from −3 to +2; 3 above zero"))
    let columns = chart.html.components(separatedBy: "<div title=").dropFirst()
    for column in columns {
      #expect(!(column.contains("class=\"certified\"") && column.contains("class=\"violated\"")))
    }
    let counted = columns.compactMap { $0.firstMatch(of: #/^"(\d+) from/#)?.1 }.compactMap {
      Int($0)
    }
    #expect(counted.reduce(0, +) == 7)
    #expect(MarginHistogram([]) == nil)
    #expect(MarginHistogram([.init(margin: 1, outcome: .certified)]) == nil)
  }

  @Test("The attack accuracy counts what was attacked or needs no attack, and nothing else")
  func attacked() {
    var lines = (0..<12).map(sample.line)
    var total = Summary(of: lines, run: sample.run, version: "", model: "", requested: 12)
    // Twelve examples: two violated, four certified, two misclassified, one without an answer, three attacked in vain.
    #expect(total.attacked == 12)
    #expect(total.attackAccuracy == 7.0 / 12)
    for index in lines.indices { lines[index].methodSeconds["attack"] = nil }
    total = Summary(of: lines, run: sample.run, version: "", model: "", requested: 12)
    #expect(total.attacked == 9)
    #expect(total.attackAccuracy == 4.0 / 9)
    #expect((total.certifiedAccuracy ?? 1) <= (total.attackAccuracy ?? 0))
  }

  @Test(
    "An example that cannot be used counts in no accuracy, one without an answer as wrong, in every record alike"
  )
  func oneRule() {
    var lines = (0..<12).map(sample.line)
    lines[1].verdict = .error
    lines[1].prediction = nil
    let total = Summary(of: lines, run: sample.run, version: "", model: "", requested: 12)
    #expect(total.usable == 11 && total.verdicts["error"] == 1)
    #expect(total.cleanAccuracy == 8.0 / 11)
    #expect(total.certifiedAccuracy == 3.0 / 11)
    #expect(total.attacked == 11 && total.attackAccuracy == 6.0 / 11)
    let attack = AttackSummary(
      of: lines.map { AttackLine($0) }, run: sample.run,
      version: "", model: "", requested: 12)
    #expect(attack.usable == 11 && attack.errors == 1 && attack.cleanAccuracy == 8.0 / 11)
    let radii = lines.map { line in
      var radius = ExampleRadius(example: line.example, label: line.label)
      radius.prediction = line.prediction
      radius.certified = line.prediction == line.label ? 0.1 : nil
      radius.problem = line.verdict == .error ? "damaged" : nil
      return radius
    }
    let radius = RadiusSummary(of: radii, run: sample.run, version: "", model: "", requested: 12)
    #expect(radius.usable == 11 && radius.errors == 1 && radius.cleanAccuracy == 8.0 / 11)
    #expect(radius.curve.points.first?.cleanAccuracy == 8.0 / 11)
    let page = CertificationReport(CertificationHistory(summary: total, lines: lines)).page
    #expect(page.contains("<h1>3 of 11 images keep"))
    #expect(
      page.contains(
        "Accuracies are parts of 11 images that can be used; 1 cannot and counts in none."))
    #expect(page.contains("<b>2</b> errors"))
  }

  @Test("Margins of different kinds stand in different charts, and only one method's are compared")
  func kinds() {
    var lines = (0..<60).map(sample.line)
    // A loose bound of an easy example is below a tight one of a hard example.
    for index in lines.indices where lines[index].method == "crown" && index % 12 == 2 {
      (lines[index].method, lines[index].margins) = ("ibp", [0.001, 0.001, 0.001, 0.001])
    }
    let section = MarginSection(lines, cascade: sample.run.cascade)
    #expect(
      section.kinds.map(\.name) == [
        "All: without any change", "Certified: proved by ibp", "Certified: proved by crown",
        "Undecided: best bound of all methods", "Violated: of the counterexample",
      ])
    #expect(section.kinds.map(\.entries.count) == [59, 5, 10, 19, 10])
    #expect(section.html.contains("A complete search certified 5 more without a number."))
    let hardest = ShownExamples(lines).certified
    #expect(hardest.map(\.method) == ["bab", "bab", "bab", "bab", "bab", "crown"])
    #expect(MarginSection([], cascade: []).html.isEmpty)
  }
}
