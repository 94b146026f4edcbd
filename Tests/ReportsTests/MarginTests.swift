import Certificates
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
    // Twelve examples: two violated, four certified, two misclassified, one error, three attacked in vain.
    #expect(total.attacked == 11)
    #expect(total.attackAccuracy == 7.0 / 11)
    for index in lines.indices { lines[index].methodSeconds["attack"] = nil }
    total = Summary(of: lines, run: sample.run, version: "", model: "", requested: 12)
    #expect(total.attacked == 8)
    #expect(total.attackAccuracy == 4.0 / 8)
    #expect((total.certifiedAccuracy ?? 1) <= (total.attackAccuracy ?? 0))
  }
}
