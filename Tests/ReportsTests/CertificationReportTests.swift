import Foundation
import Records
import Testing

@testable import Reports

@Suite("The page about a run of certification")
struct CertificationReportTests {
  private let history = SampleCertification().history
  private var page: String { CertificationReport(history).page }

  @Test("It says the claim in a sentence, for each norm and for each number")
  func claim() {
    #expect(
      page.contains(
        "<h1>20 of 60 images keep their right answer under every change of up to 2/255 per pixel.</h1>"
      ))
    var other = history
    other.summary.norm = "2"
    other.summary.epsilon = 0.5
    other.summary.verdicts["certified"] = 1
    #expect(
      CertificationReport(other).page.contains(
        "<h1>1 of 60 images keeps its right answer under every change of up to 0.5 in l2 distance.</h1>"
      ))
    other.summary.verdicts["certified"] = 0
    #expect(CertificationReport(other).page.contains("<h1>None of 60 images is shown to keep"))
    let partial = CertificationHistory(
      summary: Summary(
        of: other.lines, run: SampleCertification().run, version: "", model: "", requested: 100),
      lines: other.lines)
    #expect(CertificationReport(partial).page.contains("Only 60 of 100 images that were asked for"))
    let none = CertificationHistory(
      summary: Summary(
        of: [], run: SampleCertification().run, version: "", model: "", requested: 9), lines: [])
    let empty = CertificationReport(none).page
    #expect(empty.contains("<h1>No image has a result yet.</h1>"))
    // Nothing is said in numbers of nothing.
    #expect(
      !empty.contains("0.0 %") && !empty.contains("<table") && !empty.contains("class=\"tile"))
  }

  @Test("It is one file: nothing from elsewhere, and the table is whole without the script")
  func selfContained() {
    for word in ["<link", "src=\"http", "@import", "http:", "https:", "url(", "<iframe", "fetch("] {
      #expect(!page.contains(word), "\(word)")
    }
    let table = page.components(separatedBy: "id=\"all\"").last ?? ""
    #expect(table.components(separatedBy: "<tr>").count - 1 == 61)
  }

  @Test("Texts from outside are escaped")
  func escaping() {
    #expect(page.contains("models/resnet &lt;2b&gt;.onnx"))
    #expect(page.contains("auto&lt;b&gt;mobile"))
    #expect(page.contains("not &lt;finite&gt;"))
    for tag in ["<2b>", "<b>mobile", "<finite>"] { #expect(!page.contains(tag), "\(tag)") }
  }

  @Test(
    "Violated examples come as pictures, with the answers to both and how much the difference is amplified"
  )
  func pictures() throws {
    let card = try #require(
      page.components(separatedBy: "<article").first { $0.contains("id=\"example-0\"") })
    #expect(card.components(separatedBy: "src=\"data:image/png;base64,").count - 1 == 3)
    #expect(card.contains("difference × 50"))
    #expect(card.contains("at most 2/255"))
    #expect(
      card.contains(
        "<span class=\"answer\">airplane</span><span class=\"soft\">margin +1.05</span>"))
    #expect(card.contains("auto&lt;b&gt;mobile</span><span class=\"soft\">margin −0.05</span>"))
    #expect(
      page.components(separatedBy: "alt=\"").count == page.components(separatedBy: "<img").count)
  }

  @Test(
    "Methods stand in the order in which they were tried, with the attack after the bounds of one pass"
  )
  func cascade() {
    #expect(
      history.summary.cascade == [
        "ibp", "crown-ibp", "short-attack", "crown", "attack", "alpha-crown", "bab",
      ])
    #expect(
      page.contains(
        "ibp, then crown-ibp, then short-attack, then crown, then attack, then alpha-crown"))
    let section = MethodSection(history.lines, cascade: history.summary.cascade ?? [])
    #expect(section.rows.map(\.name) == history.summary.cascade)
    // Of six examples, one is violated by the attack and two are certified, every fourth of those by a search.
    #expect(section.rows.map(\.decided) == [0, 0, 0, 15, 10, 0, 5])
    #expect(section.rows[4].tried == 49)
  }

  @Test("An example that the network gave no answer to is an error, not an open question")
  func errors() {
    let counts = Outcome.counts(history.lines)
    #expect(
      counts == [.violated: 10, .certified: 20, .misclassified: 10, .undecided: 19, .failed: 1])
    #expect(page.contains("<b>1</b> error "))
    #expect(page.contains("<i class=\"swatch error\"></i>error</td>"))
  }

  @Test("The part that holds is said to lie between what is certified and what was not violated")
  func between() {
    #expect(page.contains("no such change alters lies between 33.3 % and 65.0 %."))
    func made(_ lines: [ResultLine]) -> String {
      let summary = Summary(
        of: lines, run: SampleCertification().run, version: "", model: "m.onnx",
        requested: lines.count)
      return CertificationReport(CertificationHistory(summary: summary, lines: lines)).page
    }
    // One example was neither decided nor attacked, so nothing can be said.
    var lines = history.lines
    lines[5].methodSeconds = [:]
    #expect(!made(lines).contains("lies between"))
    lines = history.lines.filter { $0.example != 4 }
    #expect(made(lines).contains("no such change alters lies between 33.9 % and 66.1 %."))
    lines.removeAll { $0.verdict == .undecided }
    #expect(made(lines).contains("no such change alters is 50.0 %."))
  }

  @Test("The command is given so that a shell takes it as it was")
  func command() {
    #expect(
      page.contains(
        escaped(
          "surety certify 'models/resnet <2b>.onnx' --data 'cifar10:it'\\''s here' --eps 2/255 --out results/mine"
        )))
    #expect(page.contains("surety report results/mine"))
    #expect(
      [8.0 / 255, 0.2, 0.5, 1.0 / 16, 0.3333].map(radiusText) == [
        "8/255", "0.2", "0.5", "0.0625", "0.3333",
      ])
    #expect(shellCommand(["a b", "$x", "", "--eps", "8/255"]) == "'a b' '$x' '' --eps 8/255")
  }

  @Test("Everything that the results rest on is said")
  func assumptions() {
    for text in [
      history.summary.modelDigest, history.summary.dataDigest, "mean 0.4914, 0.4822, 0.4465",
      "2 descents for each other class, 100 steps each, random numbers from 7", "30.0 s an example",
      "2026-11-28T12:00:00Z to 2026-11-28T12:10:00Z", "AMD EPYC (example), 2 cores, 24 GiB",
      "OpenBLAS 0.3 (example)", "values from 0 to 1",
    ] { #expect(page.contains(text), "\(text)") }
  }

  @Test("Records of before examples and circumstances were kept still make a page")
  func old() {
    var old = history
    old.examples = []
    old.summary.circumstances = nil
    old.summary.classes = nil
    old.summary.cascade = nil
    for index in old.lines.indices { old.lines[index].cleanMargin = nil }
    let page = CertificationReport(old).page
    #expect(page.contains("The original was not kept."))
    #expect(page.contains("ibp, then crown-ibp, then short-attack"))
    #expect(!page.contains("<img") && !page.lowercased().contains("nan<"))
  }

  @Test("Results at other radii make a curve")
  func curve() {
    #expect(!page.contains("Accuracy against the radius"))
    var others: [Summary] = []
    for epsilon in [4.0, 1] {
      var other = history.summary
      other.epsilon = epsilon / 255
      other.certifiedAccuracy = 0.5 - epsilon / 10
      others.append(other)
    }
    others[0].verdicts["certified"] = 6
    others[0].circumstances?.command = [
      "surety", "certify", "m.onnx", "--eps", "4/255", "--out", "four",
    ]
    others[0].circumstances?.effort.timeout = 99
    others[0].cascade = ["ibp", "attack"]
    (others[1].requested, others[1].circumstances) = (70, nil)
    let page = CertificationReport(history, with: others).page
    #expect(page.contains("<h2>Accuracy against the radius</h2>"))
    // The head and what was assumed are about every folder.
    #expect(
      page.contains(
        "under every change of up to 1/255 per pixel, 20 under every change of up to 2/255, 6 under every change of up to 4/255.</h1>"
      ))
    #expect(page.contains("Only 60 of 70 images that were asked for are done so far at 1/255."))
    #expect(page.contains("methods and the table are those at 2/255."))
    #expect(page.contains("every change of up to 1/255 per pixel, 2/255, 4/255"))
    #expect(
      page.contains(
        "at 1/255: not recorded<br>at 2/255: 30.0 s an example<br>at 4/255: 99.0 s an example"))
    #expect(page.contains("at 4/255: ibp, then attack"))
    #expect(
      page.contains("--eps 4/255 --out four\n") || page.contains("--eps 4/255 --out four</code>"))
    #expect(page.contains("surety report results/mine four FOLDER"))
    #expect(page.contains("<p class=\"name\">certified accuracy at 2/255</p>"))
    #expect(page.contains("certified accuracy: from 40 % to 10 %"))
    #expect(page.contains("over radius in 255ths"))
  }

  @Test("Thousands of large pictures make a page of a few megabytes")
  func size() {
    let history = SampleCertification(
      count: 3_000, shape: [3, 160, 160], classes: (0..<200).map { "class \($0)" }, keeps: 40
    ).history
    let shown = ShownExamples(history.lines)
    #expect(shown.violated.count == 12 && shown.all.count == 30)
    let page = CertificationReport(history).page
    #expect(page.utf8.count < 6_000_000)
    #expect(page.contains("All 200 classes"))
  }
}
