import Files
import Foundation
import Records
import Testing
import Training

@Suite("Records of a training run")
struct RecordsTests {
  private func withFile(_ name: String, _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("records-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body("\(folder)/\(name)")
  }

  private func epoch(_ number: Int) -> EpochRecord {
    var record = EpochRecord(epoch: number, loss: 1 / Double(number))
    record.robustLoss = number > 1 ? 2 : nil
    record.layers = [LayerRecord(name: "relu1", width: 2, active: 0.25, inactive: 0.5)]
    record.test = EvaluationRecord(
      count: 100, epsilon: 8.0 / 255, cleanAccuracy: 0.5, verifiedAccuracy: 0.25)
    return record
  }

  @Test("Epochs are appended line by line and read back")
  func appending() throws {
    try withFile("metrics.jsonl") { path in
      let log = try MetricsLog(path, keeping: 0)
      for number in 1...3 { try log.append(epoch(number)) }
      #expect(try MetricsLog.epochs(of: path) == [epoch(1), epoch(2), epoch(3)])
      let text = String(decoding: try readFile(path), as: UTF8.self)
      #expect(text.split(separator: "\n").count == 3)
      #expect(text.contains(#""verified_accuracy":0.25"#))
      #expect(epoch(1).layers[0].unstable == 0.25)
    }
  }

  @Test("A resumed run drops the epochs that it does again")
  func resuming() throws {
    try withFile("metrics.jsonl") { path in
      do {
        let log = try MetricsLog(path, keeping: 0)
        for number in 1...5 { try log.append(epoch(number)) }
      }
      let log = try MetricsLog(path, keeping: 3)
      #expect(log.epochs.map(\.epoch) == [1, 2, 3])
      try log.append(epoch(4))
      #expect(try MetricsLog.epochs(of: path).map(\.epoch) == [1, 2, 3, 4])
    }
  }

  @Test("A last line that was cut off at any byte is dropped")
  func torn() throws {
    try withFile("metrics.jsonl") { path in
      do {
        let log = try MetricsLog(path, keeping: 0)
        for number in 1...2 { try log.append(epoch(number)) }
      }
      let whole = try readFile(path)
      let first = try #require(whole.firstIndex(of: 10)) + 1
      for count in first..<whole.count {
        try writeFile(whole.prefix(count), to: path)
        #expect(try MetricsLog.epochs(of: path).map(\.epoch) == [1])
        let log = try MetricsLog(path, keeping: 9)
        #expect(log.epochs.map(\.epoch) == [1])
        #expect(try readFile(path).count == first)
      }
    }
  }

  @Test("A damaged line in the middle is named")
  func damaged() throws {
    try withFile("metrics.jsonl") { path in
      try writeFile(Data("{}\n{\"schema\":1}\n".utf8), to: path)
      #expect(
        throws: InputError(
          path, place: "line 1", "is not an epoch (no key schema); remove the line")
      ) {
        try MetricsLog(path, keeping: 0)
      }
      try writeFile(Data("{\"schema\":2}\n".utf8), to: path)
      #expect(
        throws: InputError(
          path, place: "line 1",
          "is not an epoch (schema 2 is not known, expected 1); remove the line")
      ) { try MetricsLog.epochs(of: path) }
    }
  }

  @Test("Numbers that are not finite are refused, and the file stays whole")
  func notFinite() throws {
    try withFile("metrics.jsonl") { path in
      let log = try MetricsLog(path, keeping: 0)
      try log.append(epoch(1))
      #expect(throws: InputError.self) { try log.append(EpochRecord(epoch: 2, loss: .nan)) }
      #expect(try MetricsLog.epochs(of: path) == [epoch(1)])
    }
  }

  @Test("The record of a run reads back, with the machine it ran on")
  func run() throws {
    try withFile("run.json") { path in
      let images = ImagesRecord(name: "digits train", count: 10, digest: "ab")
      var run = TrainingRun(
        version: "1", recipe: try Recipe.named("digits").yaml, seed: 7,
        images: RunImages(training: images, test: images), machine: .current)
      run.radii = [
        EvaluationRecord(count: 10, epsilon: 0, cleanAccuracy: 1, verifiedAccuracy: 1)
      ]
      run.status = .diverged
      run.reason = "the loss is not a number"
      try run.write(to: path)
      #expect(try TrainingRun(contentsOf: path) == run)
      #expect(run.machine.cores > 0 && run.machine.memory > 0 && !run.machine.processor.isEmpty)
      #expect(run.started.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#) != nil)
      #expect(try Recipe(yaml: run.recipe, source: path) == Recipe.named("digits"))
      try writeFile(Data("{}".utf8), to: path)
      #expect(throws: InputError(path, "is not the record of a training run (no key schema)")) {
        try TrainingRun(contentsOf: path)
      }
    }
  }
}
