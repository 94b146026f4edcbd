import Foundation
import Testing

@testable import Datasets

@Suite("Reading batches ahead")
struct BatchReaderTests {
  private func batches(_ count: Int = 23) throws -> TrainingBatches {
    try TrainingBatches(
      TrainingBatchesTests.images(count),
      BatchOptions(size: 5, augmentation: TrainingBatchesTests.moving, seed: 3))
  }

  @Test("A reader gives what is made one by one, across epochs", arguments: [1, 3, 100])
  func equality(ahead: Int) throws {
    let batches = try batches()
    let read = Array(batches.reader(upTo: 3, ahead: ahead))
    #expect(
      read.map(\.position)
        == (0..<3).flatMap { epoch in (0..<5).map { BatchPosition(epoch: epoch, batch: $0) } })
    for batch in read {
      let made = batches.batch(at: batch.position)
      #expect(batch.examples == made.examples && batch.pixels == made.pixels)
    }
  }

  @Test("A reader that starts in the middle goes on as one that started at the front")
  func resuming() throws {
    let batches = try batches()
    let whole = Array(batches.reader(upTo: 2))
    let rest = Array(batches.reader(from: BatchPosition(epoch: 1, batch: 2), upTo: 2))
    #expect(rest.map(\.pixels) == whole[7...].map(\.pixels))
    #expect(Array(batches.reader(from: BatchPosition(epoch: 1, batch: 5), upTo: 2)).isEmpty)
    #expect(Array(batches.reader(upTo: 0)).isEmpty)
  }

  @Test("As many batches are made ahead as may wait, and no more")
  func bounded() throws {
    let reader = try batches().reader(upTo: 1_000_000, ahead: 2)
    for expected in 0..<5 {
      #expect(reader.next()?.position.batch == expected)
      for _ in 0..<1_000 where reader.readyCount < 2 { Thread.sleep(forTimeInterval: 0.005) }
      // An unbounded reader would make thousands of batches meanwhile.
      Thread.sleep(forTimeInterval: 0.01)
      #expect(reader.readyCount == 2)
    }
    reader.stop()
  }

  @Test("Stopping in the middle of an epoch ends the thread, and nothing more comes")
  func stopping() throws {
    for taken in 0..<8 {
      let reader = try batches().reader(upTo: 1_000_000)
      for _ in 0..<taken { #expect(reader.next() != nil) }
      reader.stop()
      #expect(reader.next() == nil)
      reader.stop()
    }
  }

  @Test("Stopping from another thread wakes one that waits")
  func stoppingWhileReading() throws {
    let reader = try batches().reader(upTo: 1_000_000)
    let stopper = Thread {
      Thread.sleep(forTimeInterval: 0.02)
      reader.stop()
    }
    stopper.start()
    var count = 0
    while reader.next() != nil { count += 1 }
    #expect(count > 0)
  }

  @Test("A reader that is let go of leaves no thread behind")
  func abandoning() throws {
    func threads() -> Int {
      ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []).filter {
        let name = try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
        return name?.hasPrefix("surety batches") ?? false
      }.count
    }
    let batches = try batches()
    for _ in 0..<200 {
      for batch in batches.reader(upTo: 1_000_000) where batch.count > 0 { break }
    }
    // Other tests of this suite have a few of their own at the same time.
    for _ in 0..<100 where threads() > 10 { Thread.sleep(forTimeInterval: 0.05) }
    #expect(threads() <= 10)
  }
}
