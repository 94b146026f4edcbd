import Foundation
import Records
import Testing

@testable import Reports

@Suite("The page about a training run")
struct TrainingReportTests {
  private let page = TrainingReport(sampleHistory()).page

  @Test("It is one file: no script, nothing from elsewhere")
  func selfContained() {
    for word in [
      "<script", "<link", "<img", "src=", "@import", "http:", "https:", "url(", "<iframe",
    ] {
      #expect(!page.contains(word), "\(word)")
    }
  }

  @Test("Every picture has its words")
  func alternatives() throws {
    let labels = page.matches(of: #/role="img" aria-label="([^"]*)"/#).map { String($0.1) }
    // Accuracy, loss, radius, learning rate, gradient, widths, six layers, accuracy against the radius.
    #expect(labels.count == 13)
    for label in labels { #expect(label.count >= 20 && label.contains(#/\d/#), "\(label)") }
    // What is drawn is left to the words.
    let drawn = page.components(separatedBy: "<svg ").dropFirst()
    #expect(drawn.count >= 13 && drawn.allSatisfy { $0.prefix(200).contains("aria-hidden") })
    #expect(page.contains("radius in 255ths: from 0 to 8, lowest 0, highest 8."))
  }

  @Test("It says what came out, what was asked for, and where")
  func words() {
    #expect(page.contains("<title>Training: cifar10-8-small</title>"))
    #expect(page.contains("fast on 10000 images of cifar10 train. 25 of 25 epochs are done"))
    #expect(page.contains("are verified at radius 8/255; the clean accuracy is"))
    #expect(page.contains("first: 10000"))
    #expect(page.contains("AMD EPYC (example), 2 cores"))
    #expect(page.contains("<td>8/255</td>"))
    #expect(page.contains("<dd>OpenBLAS 0.3 (example)</dd>"))
    #expect(
      page.contains(
        "The first 160 test images of 200 that were asked for, certified by ibp, crown in float32, in 60 seconds"
      ))
    #expect(page.contains("certified: from "))
  }

  @Test("Texts from outside are escaped")
  func escaping() {
    #expect(page.contains("# &lt;not&gt; &quot;HTML&quot; &amp; such"))
    var history = sampleHistory()
    history.run.reason = "<b>"
    history.run.machine.processor = "<i>"
    history.epochs[5].layers[0].name = "<u>"
    history.epochs[24].layers[0].name = "<u>"
    let page = TrainingReport(history).page
    for tag in ["<b>", "<i>", "<u>"] { #expect(!page.contains(tag), "\(tag)") }
  }

  @Test("A run without an epoch, with one, and with little measured has a page")
  func little() {
    #expect(TrainingReport(sampleHistory(epochs: 0)).page.contains("No epoch is finished yet."))
    #expect(TrainingReport(sampleHistory(epochs: 1)).page.contains("1 of 25 epochs"))
    var history = sampleHistory(epochs: 2)
    history.epochs = [EpochRecord(epoch: 1, loss: 2), EpochRecord(epoch: 2, loss: 1)]
    history.run.radii = []
    history.run.status = .diverged
    history.run.reason = "the loss is not a number"
    let page = TrainingReport(history).page
    #expect(page.contains("Nothing was measured."))
    #expect(page.contains("the run ended early: the loss is not a number."))
    #expect(!page.contains("nan") && !page.contains("inf\""))
  }
}

@Suite("Axes")
struct AxisTests {
  @Test("Marks are round numbers around what is shown")
  func linear() {
    #expect(
      Axis([0.47, 0.21], includesZero: true).ticks.map(shortNumber) == [
        "0", "0.1", "0.2", "0.3", "0.4", "0.5",
      ])
    #expect(Axis([1, 25], isWhole: true, fits: true).ticks == [5, 10, 15, 20, 25])
    #expect(Axis([1, 3], isWhole: true, fits: true).ticks == [1, 2, 3])
    #expect(Axis([1.3, 900], scale: .logarithmic).ticks == [1, 10, 100, 1_000])
    #expect(Axis([3, 5], scale: .logarithmic).ticks == [2, 5])
  }

  @Test(
    "Any numbers give marks in order within the range, and places from 0 to 1",
    arguments: [Axis.Scale.linear, .logarithmic])
  func anyNumbers(scale: Axis.Scale) {
    let values = [-1e9, -3, 0, 1e-300, 1e-9, 0.1, 0.3, 1, 2, 7, 99, 1e5, 1e300]
    for a in values {
      for b in values {
        for fits in [true, false] {
          let axis = Axis([a, b], scale: scale, includesZero: !fits, fits: fits)
          #expect(axis.range.lowerBound < axis.range.upperBound, "\(a) \(b)")
          #expect(
            axis.ticks.count < 30 && axis.ticks == axis.ticks.sorted(), "\(a) \(b) \(axis.ticks)")
          #expect((0...1).contains(axis.place(a)) && (0...1).contains(axis.place(b)), "\(a) \(b)")
        }
      }
    }
    #expect(Axis([]).ticks.count > 1)
  }

  @Test("Numbers are short")
  func numbers() {
    #expect(
      [0, 1, 0.25, 2.5, 1234.56, 5e-4, 1.5e-4, 1e6, 0.031].map(shortNumber)
        == ["0", "1", "0.25", "2.5", "1234.6", "5e-4", "1.5e-4", "1e6", "0.031"])
    #expect([8.0 / 255, 0.3, 0].map(radiusText) == ["8/255", "0.3", "0"])
  }
}
