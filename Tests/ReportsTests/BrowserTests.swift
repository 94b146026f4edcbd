import Certificates
import Foundation
import Testing

@testable import Reports

@Suite("Reports in a real browser", .needsBrowser, .serialized)
struct BrowserTests {
  /// Looks at every picture: texts that leave it, overlap or cannot be told from the page, lines that are not there.
  private static let probe = """
    <script>
    window.addEventListener('load', () => {
      const problems = [];
      const light = c => { const v = c.map(x => { x /= 255; return x <= 0.03928 ? x / 12.92 :
        Math.pow((x + 0.055) / 1.055, 2.4); }); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
      const rgb = s => s.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const page = light(rgb(getComputedStyle(document.body).backgroundColor));
      const contrast = c => { const l = light(rgb(c));
        return (Math.max(l, page) + 0.05) / (Math.min(l, page) + 0.05); };
      document.querySelectorAll('svg').forEach((svg, number) => {
        const box = svg.viewBox.baseVal;
        const texts = [...svg.querySelectorAll('text')];
        const boxes = texts.map(t => t.getBBox());
        texts.forEach((t, i) => {
          const b = boxes[i], name = `picture ${number}: "${t.textContent}"`;
          if (b.x < -1 || b.y < -1 || b.x + b.width > box.width + 1 || b.y + b.height > box.height + 1)
            problems.push(`${name} leaves the picture`);
          if (contrast(getComputedStyle(t).fill) < 4.5)
            problems.push(`${name} has contrast ${contrast(getComputedStyle(t).fill).toFixed(1)}`);
          for (let j = 0; j < i; j++) {
            const c = boxes[j];
            const w = Math.min(b.x + b.width, c.x + c.width) - Math.max(b.x, c.x);
            const h = Math.min(b.y + b.height, c.y + c.height) - Math.max(b.y, c.y);
            if (w > 1 && h > 4) problems.push(`${name} overlaps "${texts[j].textContent}"`);
          }
        });
        svg.querySelectorAll('polyline, polygon').forEach(line => {
          const b = line.getBBox();
          if (line.points.length > 1 && b.width < 1) problems.push(`picture ${number}: a line without width`);
          if (b.x < 0 || b.y < 0 || b.x + b.width > box.width || b.y + b.height > box.height)
            problems.push(`picture ${number}: a line leaves the picture`);
        });
      });
      if (document.documentElement.scrollWidth > innerWidth) problems.push('the page is wider than the window');
      const report = document.createElement('div');
      report.id = 'probe';
      report.textContent = `${document.querySelectorAll('svg').length} pictures; ` + problems.join(' | ');
      document.body.append(report);
    });
    </script>
    """

  @Test(
    "Nothing overlaps, leaves its picture or is too faint",
    arguments: [
      (25, 6, 1000, false), (25, 6, 1000, true), (160, 14, 1000, false), (1, 6, 500, true),
    ])
  func pictures(epochs: Int, layers: Int, width: Int, isDark: Bool) throws {
    let page = TrainingReport(sampleHistory(epochs: epochs, layers: layers)).page
    let result = try Browser.open(
      page.replacingOccurrences(of: "</body>", with: Self.probe + "</body>"), width: width,
      isDark: isDark)
    let found = try #require(
      result.document.firstMatch(of: #/<div id="probe">(\d+) pictures; (.*?)<\/div>/#))
    #expect(try #require(Int(found.1)) >= 6)
    #expect(found.2 == "")
    #expect(result.console == "")
  }

  @Test("The page is not blank, and the browser has nothing to say about it")
  func picture() throws {
    let report = try Browser.open(TrainingReport(sampleHistory()).page, width: 1000, isDark: false)
    let blank = try Browser.open("<!doctype html><title>blank</title>", width: 1000, isDark: false)
    #expect(report.picture.count > 8 * blank.picture.count)
    #expect(report.console == "")
  }
}
