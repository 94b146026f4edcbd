import Foundation
import Records
import Testing

@testable import Reports

@Suite("The page about recipes that are compared")
struct ComparisonReportTests {
  private let page = ComparisonReport(sampleComparison()).page

  @Test("It is one file: no script, nothing from elsewhere, links to the trainings beside it alone")
  func selfContained() {
    for word in ["<script", "<link", "<img", "src=", "@import", "http:", "https:", "url("] {
      #expect(!page.contains(word), "\(word)")
    }
    let links = page.matches(of: #/href="([^#"][^"]*)"/#).map { String($0.1) }
    #expect(links.count == 9 && links.contains("sabr-seed-2/report.html"))
  }

  @Test("Every picture has its words")
  func alternatives() {
    let labels = page.matches(of: #/role="img" aria-label="([^"]*)"/#).map { String($0.1) }
    #expect(labels.count == 2)
    #expect(
      labels[0].contains("sabr, certified: mean 34.0 %, from 32.0 % to 36.0 %."), "\(labels[0])")
    #expect(labels[1].contains("fast: lowest 22 %, highest 26 %."), "\(labels[1])")
  }

  @Test(
    "It says which recipe certifies most, whether by more than the spread, and where the rest is")
  func words() {
    #expect(
      page.contains(
        "mtl-ibp certifies 44.0 % of the first 200 test images at radius 8/255, in the mean of 2 seeds, 20 points more than fast: "
          + "more than the spread of the seeds (by chance once in 5 times); 1 training without a network left out."
      ), "\(page.matches(of: #/<h1>.*/#).map { $0.0 })")
    #expect(
      page.contains("as many epochs as fit 6 min, with seeds 1, 2, 3. 9 of 9 trainings have ended.")
    )
    #expect(page.contains("<b>mtl-ibp</b>: 1 of 3 trainings ended without a network"))
    #expect(page.contains("certified only 160 images in the time"))
    #expect(page.contains("not judged by the same images, so that nothing follows.</li>"))
    #expect(page.contains("mtl-ibp (2 of 3 trainings)"))
    #expect(page.contains("<dd>surety compare 'a b'</dd>"))
    #expect(page.contains("<td>loss.lambda</td>") && page.contains(">none</td>"))
    let rows = page.matches(of: #/<tr><td>(fast|sabr|mtl-ibp)[^<]*<\/td>/#).map { String($0.1) }
    #expect(rows == ["mtl-ibp", "sabr", "fast"])
  }

  @Test("Texts from outside are escaped")
  func escaping() {
    #expect(page.contains("# &lt;not&gt; &quot;HTML&quot;"))
    #expect(page.contains("no network: the loss is &lt;b&gt;nan"))
    let page = ComparisonReport(sampleComparison(["<u>", "<i>\"", "a"])).page
    #expect(!page.contains("<u>") && !page.contains("<i>\""))
  }

  @Test("A comparison without a training, with some, with one recipe and with one seed has a page")
  func little() {
    let empty = ComparisonReport(sampleComparison(trainings: 0)).page
    #expect(empty.contains("No training has come to a result yet."))
    #expect(empty.contains("0 of 9 trainings have ended."))
    let some = ComparisonReport(sampleComparison(trainings: 3)).page
    #expect(some.contains("one seed says nothing of the spread"))
    #expect(some.contains("ended</dt><dd>not yet"))
    let single = ComparisonReport(sampleComparison(["fast"], seeds: [5])).page
    #expect(single.contains("Comparison of 1 recipe<"))
    #expect(single.contains("fast certifies 22.0 % of the first 200 test images at radius 8/255."))
    for page in [empty, some, single] { #expect(!page.contains("nan") && !page.contains("inf\"")) }
  }
}

@Suite("The chart of ranges")
struct SpreadChartTests {
  @Test(
    "A range has a line, a mark at its mean and a dot for each number; a row without numbers is left out"
  )
  func parts() {
    let chart = SpreadChart(
      title: "T",
      rows: [
        .init(name: "a", ranges: [.init(name: "clean", tone: .clean, values: [0.2, 0.4, 0.6])]),
        .init(name: "b", ranges: [.init(name: "clean", tone: .clean, values: [])]),
      ])
    let html = chart.html
    #expect(html.components(separatedBy: "class=\"of\"").count == 2)
    #expect(html.components(separatedBy: "class=\"dot clean\"").count == 4)
    #expect(html.components(separatedBy: "class=\"mean clean\"").count == 2)
    #expect(chart.description == "T. a, clean: mean 40.0 %, from 20.0 % to 60.0 %.")
    #expect(SpreadChart(title: "T", rows: []).html == "<p>Nothing was measured.</p>")
  }
}
