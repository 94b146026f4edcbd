import Foundation
import Records
import Testing

@testable import Reports

@Suite("Reports in a real browser", .needsBrowser, .serialized)
struct BrowserTests {
  /// What the probe found.
  private struct Finding: Decodable {
    var width: Int
    var count: [String: Int]
    var problems: [String]
  }

  static let windows: [(size: Browser.Size, isDark: Bool)] = [
    (.phone, false), (.phone, true), (.tablet, true), (.desktop, false), (.desktop, true),
    (.wide, false),
  ]

  private func look(
    at page: String, _ window: (size: Browser.Size, isDark: Bool)
  ) throws -> Finding {
    let result = try Browser.open(
      page.replacingOccurrences(of: "</body>", with: probe + "</body>"), window.size,
      isDark: window.isDark)
    #expect(result.console == "")
    let text = try #require(
      result.document.firstMatch(of: #/<pre id="probe" hidden="">(.*?)<\/pre>/#)?.1)
    let json = text.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    return try JSONDecoder().decode(Finding.self, from: Data(json.utf8))
  }

  @Test(
    "A page about pictures is whole and legible at every size, in the light and in the dark",
    arguments: windows)
  func certification(window: (size: Browser.Size, isDark: Bool)) throws {
    let history = SampleCertification().history
    var other = history.summary
    (other.epsilon, other.certifiedAccuracy) = (4.0 / 255, 0.1)
    let found = try look(at: CertificationReport(history, with: [other]).page, window)
    #expect(found.problems == [])
    #expect(found.width == window.size.width)
    #expect(found.count["pictures"] ?? 0 >= 10 && found.count["labels"] ?? 0 >= 10)
    #expect(found.count["texts"] ?? 0 > 400 && found.count["marks"] ?? 0 > 60)
  }

  @Test("So is a page about tables and series", arguments: [[20, 1, 1], [1, 1, 400]], [1, 3])
  func values(shape: [Int], window: Int) throws {
    var sample = SampleCertification(shape: shape)
    sample.epsilon = 0.1
    let found = try look(
      at: CertificationReport(sample.history).page, Self.windows[window])
    #expect(found.problems == [])
    #expect(found.count["pictures"] == nil)
  }

  @Test("So is a page about radii", arguments: [0, 4])
  func radii(window: Int) throws {
    let found = try look(at: RadiusReport(SampleRadii().history).page, Self.windows[window])
    #expect(found.problems == [])
    #expect(found.count["labels"] ?? 0 >= 8)
  }

  @Test(
    "The table of radii has all its columns in a window of 900 pixels, and sorts without outcomes in colour"
  )
  func narrowTable() throws {
    let steps = """
      <script>
      addEventListener('load', () => {
        const scroll = document.querySelector('.all .scroll');
        const head = [...document.querySelectorAll('.all th button')].find(b => b.textContent === 'upper bound');
        head.click();
        const column = head.parentElement.cellIndex;
        const first = [...document.querySelectorAll('.all tbody tr')].map(row => row.cells[column].textContent);
        const hidden = scroll.scrollWidth - scroll.clientWidth;
        parent.postMessage(JSON.stringify({ hidden: hidden > 1, least: first[0], heads: document.querySelectorAll('.all th').length }), '*');
      });
      </script>
      """
    let page = RadiusReport(SampleRadii().history).page
      .replacingOccurrences(of: "</body>", with: steps + "</body>")
    let result = try Browser.open(page, Browser.Size(width: 900, height: 1000), isDark: false)
    #expect(result.console == "")
    let document = result.document.replacing("&quot;", with: "\"")
    #expect(
      document.contains(#"{"hidden":false,"least":"0.05","heads":11}"#), "\(document.suffix(400))")
  }

  @Test(
    "So is a page about a training run, whatever its length and depth",
    arguments: [(25, 6, 0), (25, 6, 4), (160, 14, 1), (160, 14, 2), (160, 14, 5), (1, 6, 0)])
  func training(epochs: Int, layers: Int, window: Int) throws {
    let history = sampleHistory(epochs: epochs, layers: layers)
    let found = try look(at: TrainingReport(history).page, Self.windows[window])
    #expect(found.problems == [])
    #expect(found.count["labels"] ?? 0 > 30)
  }

  @Test(
    "So is a page about recipes that are compared", arguments: [(3, 0), (3, 4), (9, 1), (9, 2)])
  func comparison(recipes: Int, window: Int) throws {
    let names = (1...recipes).map { "cifar10-8-small-recipe-\($0)" }
    let found = try look(
      at: ComparisonReport(sampleComparison(names)).page, Self.windows[window])
    #expect(found.problems == [])
    #expect(found.count["labels"] ?? 0 > 12)
  }

  @Test("So is a page about a search for networks", arguments: [(12, 0), (30, 4)])
  func search(networks: Int, window: Int) throws {
    let record = sampleSearch(networks: networks) {
      "convolution-16x\($0)/2 attention-32x2/2 delta-32x1 linear-64"
    }
    let found = try look(at: ArchitectureSearchReport(record).page, Self.windows[window])
    #expect(found.problems == [])
    #expect(found.count["labels"] ?? 0 > 12)
  }

  @Test("The table sorts by numbers, filters by words and by outcomes")
  func table() throws {
    let steps = """
      <script>
      addEventListener('load', () => {
        const head = name => [...document.querySelectorAll('.all th button')].find(b => b.textContent === name);
        const rows = () => [...document.querySelectorAll('.all tbody tr')].filter(row => !row.hidden);
        const cells = (column, count) => rows().slice(0, count).map(row => row.cells[column].textContent);
        const found = { start: cells(0, 3) };
        head('clean margin').click();
        found.margins = cells(5, 1).concat(cells(5, 99).filter(Boolean).slice(-1));
        found.sorted = head('clean margin').parentElement.getAttribute('aria-sort');
        head('example').click(); head('example').click();
        found.last = cells(0, 2);
        const buttons = [...document.querySelectorAll('.filter button')];
        const violated = buttons.find(b => b.textContent === 'violated');
        violated.click();
        found.violated = [rows().length, cells(3, 99).every(text => text === 'violated'), violated.getAttribute('aria-pressed')];
        const search = document.querySelector('.filter input');
        search.value = 'airplane attack';
        search.dispatchEvent(new Event('input'));
        found.both = [rows().length, document.querySelector('.filter output').value];
        parent.postMessage(JSON.stringify(found), '*');
      });
      </script>
      """
    let page = CertificationReport(SampleCertification().history).page
      .replacingOccurrences(of: "</body>", with: steps + "</body>")
    let result = try Browser.open(page, .desktop, isDark: false)
    #expect(result.console == "")
    let document = result.document.replacing("&quot;", with: "\"")
    for text in [
      #""start":["0","1","2"]"#, #""margins":["-0.85","1.85"]"#, #""sorted":"ascending""#,
      #""last":["59","58"]"#, #""violated":[10,true,"true"]"#, #""both":[2,"2 of 60"]"#,
    ] { #expect(document.contains(text), "\(text)") }
  }
}
