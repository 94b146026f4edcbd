import Foundation
import Records
import TestSupport
import Testing

@testable import Reports

@Suite("The page about radii")
struct RadiusReportTests {
  private let history = SampleRadii().history
  private var page: String { RadiusReport(history).page }

  @Test("The claim is the median and the mean of the right answers, out of those that can be used")
  func claim() {
    // Of 20 one is damaged, one has no answer, and 3, 8, 13 and 18 are wrong.
    #expect(history.summary.usable == 19 && history.summary.misclassified == 5)
    let certified = history.radii.compactMap(\.certified).sorted()
    #expect(certified.count == 14)
    let median = (certified[6] + certified[7]) / 2
    #expect(certified.count { $0 >= median } >= 7)
    let mean = certified.reduce(0, +) / 14
    #expect(abs(median - 0.055) < 1e-12 && abs(mean - 1.08 / 14) < 1e-12)
    let words = RegionWords(norm: "inf", arePictures: true)
    #expect(
      page.contains(
        "<h1>Half of the 14 correctly classified images (of 19) keep their right answer under every change of up to "
          + "\(words.found(median, .down)) per pixel; the mean certified radius is 0.07714 (19.67/255).</h1>"
      ))
    #expect(
      page.contains(
        "Accuracies are parts of 19 images that can be used; 1 cannot and counts in none."))
    #expect(page.contains(">\(percent(14.0 / 19))<"))
  }

  @Test("The claim says what is so where most or all radii are unknown")
  func poor() {
    func claim(_ change: (inout ExampleRadius) -> Void) -> String {
      var radii = history.radii
      for index in radii.indices where radii[index].certified != nil { change(&radii[index]) }
      let summary = RadiusSummary(
        of: radii, run: history.summary.run, version: "", model: "m.onnx", requested: 30)
      return RadiusReport(RadiusHistory(summary: summary, tolerance: 0.01, radii: radii)).page
    }
    #expect(
      claim { $0.certified = $0.example == 6 ? 0.14 : 0 }.contains(
        "<h1>1 of the 14 correctly classified images (of 19) keeps its right answer under changes of some size; the mean "
          + "certified radius is 0.01 (2.55/255).</h1>"))
    #expect(
      claim { $0.certified = nil }.contains(
        "<h1>The network is right about none of 19 images.</h1>"))
    #expect(claim { _ in }.contains("Only 20 of 30 images that were asked for are done so far."))
  }

  @Test(
    "Certified radii are rounded down and those of counterexamples up, never to where they are not true",
    arguments: 0..<200)
  func rounding(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = pow(10, Double.random(in: -7...2, using: &random))
    let (low, high) = (
      try #require(Double(fourDigits(value, .down))), try #require(Double(fourDigits(value, .up)))
    )
    #expect(low <= value && value <= high)
    #expect(high - low < 2e-3 * value, "\(low), \(value), \(high)")
    #expect(radiusText(8.0 / 255, .down) == "8/255" && radiusText(0.05, .up) == "0.05")
    #expect(
      radiusText(0.00686275, .down) == "0.006862" && radiusText(0.00686275, .up) == "0.006863")
  }

  @Test("Nothing is called violated: a counterexample at some radius says nothing of smaller ones")
  func words() {
    let style = page.components(separatedBy: "</style>").dropFirst().joined()
    let text = style.replacing(#/<[^>]*>/#, with: " ")
    #expect(!text.lowercased().contains("violated"))
    #expect(!text.lowercased().contains("undecided"))
    for outcome in [
      "whole range", "both bounds", "lower only", "upper only", "misclassified",
      "error",
    ] { #expect(page.contains("<td>\(outcome)</td>"), "\(outcome)") }
    for head in ["lower bound", "upper bound", "gap", "by", "file"] {
      #expect(
        page.contains("\">\(head)</th>") || page.contains("<th scope=\"col\">\(head)</th>"),
        "\(head)")
    }
    #expect(page.contains("a&lt;b&gt;.onnx") && !page.contains("a<b>"))
    #expect(page.contains("class/&lt;4&gt;.png: no picture") && page.contains("b&lt;c&gt;"))
  }

  @Test("The curve has a step at every radius and is never above what the results say")
  func curve() throws {
    let curve = RadiusCurve(history.radii, history.summary.curve)
    let certified = history.radii.compactMap(\.certified)
    let points = curve.steps(certified, upTo: 0.3)
    #expect(points.first?.y == 14.0 / 19 && points.last?.x == 0.3)
    for (from, to) in zip(points, points.dropFirst()) {
      #expect(from.x <= to.x && from.y >= to.y)
      guard from.x < to.x else { continue }
      let left = Double(certified.count { $0 >= to.x }) / 19
      #expect(from.y == to.y && abs(from.y - left) < 1e-12, "\(from) to \(to): \(left)")
    }
    let many = (0..<5_000).map { Double($0) / 5_000 }
    let radii = many.enumerated().map { place, certified in
      var radius = ExampleRadius(example: place, label: 0)
      (radius.prediction, radius.certified) = (0, certified)
      return radius
    }
    let thinned = RadiusCurve(radii, AccuracyCurve(of: radii, upTo: 1)).steps(many, upTo: 1)
    #expect(thinned.count < 900)
    for point in thinned.dropFirst() where point.x < 1 {
      #expect(point.y <= Double(many.count { $0 >= point.x }) / 5_000 + 1e-12)
    }
  }

  @Test(
    "The hardest examples come with their pictures, each once, the nearest counterexamples first")
  func gallery() throws {
    let shown = ShownRadii(history.radii)
    #expect(shown.nearest.map(\.violated) == shown.nearest.map(\.violated).sorted { $0! < $1! })
    #expect(
      shown.nearest.first?.example == 0 && !shown.least.isEmpty && shown.misclassified.count == 4)
    #expect(Set(shown.all.map(\.example)).count == shown.all.count)
    let cards = page.components(separatedBy: "<article").dropFirst()
    #expect(cards.count == shown.all.count)
    let first = try #require(cards.first)
    #expect(first.components(separatedBy: "data:image/png;base64,").count - 1 == 3)
    #expect(first.contains("certified at no radius; counterexample at 0.05 (12.75/255)"))
    #expect(first.contains("class/&lt;0&gt;.png"))
  }
}

@Suite("The page about an attack")
struct AttackReportTests {
  private var history: CertificationHistory {
    let sample = SampleCertification()
    var lines = sample.history.lines
    for index in lines.indices {
      lines[index].run.methods = []
      if lines[index].verdict == .certified { lines[index].verdict = .undecided }
      lines[index].method = lines[index].method.flatMap { $0 == "attack" ? $0 : nil }
      lines[index].methodSeconds = lines[index].methodSeconds.filter { $0.key == "attack" }
    }
    // One that there was no time for.
    lines[1].methodSeconds = [:]
    var notes = SummaryNotes(version: "0.1.0", model: "m.onnx", requested: lines.count)
    notes.circumstances = sample.history.summary.circumstances
    return CertificationHistory(
      lines, run: lines[0].run, notes,
      examples: ShownExamples(lines).all.map { sample.record($0.example) })
  }

  @Test("It claims no certificate, and calls what was not broken neither certified nor undecided")
  func words() {
    let page = CertificationReport(history).page
    #expect(
      page.contains(
        "<h1>10 of 60 images have a counterexample among changes of up to 2/255 per pixel; an attack proves nothing of the others.</h1>"
      ))
    #expect(page.contains("<p class=\"kicker\">Attack on m.onnx</p>"))
    let text = page.components(separatedBy: "</style>").dropFirst().joined()
      .replacing(#/<[^>]*>/#, with: " ")
    #expect(!text.contains("certified accuracy") && !text.contains("bounds computed"))
    #expect(!text.contains("undecided") && !text.contains("certificates.jsonl"))
    #expect(page.contains("<h3><i class=\"swatch withstood\"></i>Withstood the attack"))
    #expect(page.contains("<i class=\"swatch untried\"></i>not attacked</td>"))
    #expect(page.contains("attack.jsonl"))
    #expect(
      page.contains("The attack accuracy leaves out the 1 that was neither decided nor attacked."))
  }

  @Test("Its violated examples have the original, the counterexample and their difference")
  func pictures() throws {
    let card = try #require(
      CertificationReport(history).page.components(separatedBy: "<article")
        .first { $0.contains("id=\"example-0\"") })
    #expect(card.components(separatedBy: "src=\"data:image/png;base64,").count - 1 == 3)
  }
}
