import Foundation
import Records
import TestSupport
import Testing

@testable import Reports

@Suite("The page about a search for networks")
struct ArchitectureSearchReportTests {
  private let page = ArchitectureSearchReport(sampleSearch()).page

  @Test("It is one file: no script, nothing from elsewhere")
  func selfContained() {
    for word in ["<script", "<link", "<img", "src=", "@import", "http:", "https:", "url("] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.matches(of: #/href="([^#"][^"]*)"/#).isEmpty)
  }

  @Test("Every picture has its words")
  func alternatives() {
    let labels = page.matches(of: #/role="img" aria-label="([^"]*)"/#).map { String($0.1) }
    #expect(labels.count == 3)
    #expect(
      labels[0].contains("Certified accuracy over milliseconds an image. the frontier: from"),
      "\(labels[0])")
    #expect(labels[0].contains("cnn-5: lowest 31 %, highest 31 %."), "\(labels[0])")
    #expect(labels[2].contains("the best so far"))
  }

  @Test("It says what is best, how hand-made networks compare, and what became of each trial")
  func words() throws {
    let record = sampleSearch()
    let best = try #require(record.best)
    #expect(best.judged?.certifiedAccuracy == 0.35)
    #expect(
      page.contains(
        "\(best.name) certifies 35.0 % of 200 validation images at radius 8/255,"))
    #expect(page.contains("11 of 12 networks were trained, 1 rejected before."))
    for reference in record.references {
      let rival = record.rival(of: reference)
      // The slowest one is behind the best network, the fastest is faster than all.
      #expect((rival == nil) == (reference.name == "cnn-3"))
      #expect(
        page.contains(
          rival == nil
            ? "No network of the search is as fast as <b>\(reference.name)</b>"
            : "No slower than <b>\(reference.name)</b>, <b>\(rival?.name ?? "")</b> certifies"))
    }
    #expect(page.contains("rejected: answers an image in 3 ms, of &lt;2&gt; that it may take"))
    #expect(page.contains("no network: the loss is &lt;b&gt;nan"))
    #expect(page.contains("# &lt;not&gt; &quot;HTML&quot;"))
    #expect(page.contains("<dd>surety search 'a b'</dd>"))
  }

  @Test("No network of the frontier is surpassed, and every other one is")
  func frontier() {
    let record = sampleSearch(networks: 30)
    func surpasses(_ a: SearchedNetwork, _ b: SearchedNetwork) -> Bool {
      guard let (x, y) = a.times.flatMap({ x in b.times.map { (x.latency, $0.latency) } }),
        let (p, q) = a.judged.flatMap({ p in
          b.judged.map { (p.certifiedAccuracy, $0.certifiedAccuracy) }
        })
      else { return false }
      return x <= y && p >= q && (x < y || p > q)
    }
    let frontier = record.frontier
    let judged = record.networks.filter { $0.judged != nil }
    for network in judged {
      let isSurpassed = judged.contains { surpasses($0, network) }
      let isThere = frontier.contains(network)
      // Of equal ones the first is there.
      let isTwin = judged.contains {
        $0.number < network.number && $0.times?.latency == network.times?.latency
          && $0.judged?.certifiedAccuracy == network.judged?.certifiedAccuracy
      }
      #expect(isThere == (!isSurpassed && !isTwin), "\(network.number)")
    }
    #expect(frontier.last?.judged?.certifiedAccuracy == record.best?.judged?.certifiedAccuracy)
  }

  @Test("A search without a network, with one, and without hand-made ones has a page")
  func little() {
    let empty = ArchitectureSearchReport(sampleSearch(networks: 0, references: 0)).page
    #expect(empty.contains("No network of the search has come to a result yet."))
    #expect(empty.contains("ended</dt><dd>not yet"))
    let single = ArchitectureSearchReport(sampleSearch(networks: 1, references: 0)).page
    #expect(single.contains("Search of 1 network<"))
    let names = ArchitectureSearchReport(sampleSearch(names: { "<u>\($0)\"" })).page
    #expect(!names.contains("<u>"))
    for page in [empty, single] { #expect(!page.contains("nan") && !page.contains("inf\"")) }
  }

  @Test("The record is written as it is read, and others are refused")
  func record() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/search.json"
    let record = sampleSearch()
    try record.write(to: path)
    #expect(try ArchitectureSearchRecord(contentsOf: path) == record)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = try folder.file(
      "other.json", text.replacing("\"schema\" : 1", with: "\"schema\" : 2"))
    let error = #expect(throws: (any Error).self) {
      try ArchitectureSearchRecord(contentsOf: other)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("is not the record of a search"))
  }
}
