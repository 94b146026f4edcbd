import Certificates
import Testing

@testable import Reports

/// A made-up search for radii with every kind of result.
func sampleRadii() -> RadiusReport {
  var question = RadiusReport.Question(
    model: "models/a<b>.onnx", data: "cifar10:test", norm: "inf", largest: 0.3)
  question.facts = [RadiusReport.Fact("methods", "ibp, crown")]
  let points = (0...12).map { step in
    RadiusReport.Point(
      epsilon: Double(step) / 40, clean: 0.9, attacked: max(0, 0.9 - 0.05 * Double(step)),
      certified: max(0, 0.9 - 0.1 * Double(step)))
  }
  let examples = (0..<20).map { number in
    var example = RadiusReport.Example(example: number, label: "class \(number % 3)")
    guard number != 4 else { return example }
    example.answer = number % 5 == 3 ? "another" : example.label
    guard number % 5 != 3 else { return example }
    example.certified = number % 5 == 2 ? 0 : Double(number) / 100
    example.violated = number % 2 == 0 ? Double(number + 5) / 100 : nil
    example.method = "crown"
    return example
  }
  return RadiusReport(question, curve: points, examples)
}

@Suite("The page about radii")
struct RadiusReportTests {
  @Test("It says how far half of the answers hold, and shows the curve and every example")
  func words() {
    let page = sampleRadii().page
    #expect(
      page.contains(
        "<h1>Half of the 15 right answers hold under every change of up to 0.06 per value or more.</h1>"
      ))
    #expect(page.contains("certified accuracy: from 90 % to 0 %"))
    #expect(page.contains("a&lt;b&gt;.onnx") && !page.contains("a<b>"))
    #expect(page.contains("<dt>methods</dt><dd>ibp, crown</dd>"))
    for outcome in ["certified", "undecided", "violated", "misclassified", "error"] {
      #expect(page.contains("<i class=\"swatch \(outcome)\"></i>\(outcome)</td>"), "\(outcome)")
    }
  }

  @Test("A run of an attack alone claims no certificate")
  func attack() {
    var history = SampleCertification().history
    for index in history.lines.indices {
      history.lines[index].run.methods = []
      if history.lines[index].verdict == .certified { history.lines[index].verdict = .undecided }
    }
    history.summary.verdicts["violated"] = 10
    let page = CertificationReport(history).page
    #expect(
      page.contains(
        "<h1>10 of 60 images have a counterexample among changes of up to 2/255 per pixel; an attack proves nothing of the others.</h1>"
      ))
    #expect(!page.contains("certified accuracy") && !page.contains("bounds computed"))
  }
}
