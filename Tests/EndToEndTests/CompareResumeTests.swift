import Foundation
import Surety
import TestSupport
import Testing

@Suite("A comparison goes on where it stopped")
struct CompareResumeTests {
  @Test(
    "One that was stopped ends in the same record, whatever was under way",
    arguments: [
      // Within the first training, at the end of its first epoch, before and within its certification, after it, within the third.
      1, 24, 96, 97, 98, 230,
    ])
  func stopped(batches: Int) throws {
    let tiny = try TinyComparison()
    try tiny.begin("whole")
    try tiny.begin("parts", batches: batches)
    let before = try tiny.record("parts")
    #expect(!before.isFinished)
    let outcome = try tiny.compare("parts", "--resume")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let after = try tiny.record("parts")
    #expect(TinyComparison.timeless(after) == TinyComparison.timeless(try tiny.record("whole")))
    // What had ended was not trained again.
    for (old, new) in zip(before.recipes, after.recipes) {
      #expect(old.trainings == Array(new.trainings.prefix(old.trainings.count)))
    }
    #expect(after.started == before.started)
  }

  @Test("One that is killed goes on, and one that has ended stays as it is")
  func killed() throws {
    let tiny = try TinyComparison(epochs: 8)
    let process = try Program.start(tiny.arguments("a"), output: Pipe(), errors: Pipe())
    for _ in 0..<3_000 {
      if (try? tiny.record("a").trainings) ?? 0 > 0 || !process.isRunning { break }
      usleep(10_000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let before = try tiny.record("a")
    #expect(before.trainings > 0)
    #expect(try tiny.compare("a", "--resume").code == 0)
    let after = try tiny.record("a")
    #expect(after.isFinished)
    #expect(after.recipes[0].trainings[0] == before.recipes[0].trainings[0])
    let again = try tiny.compare("a", "--resume")
    #expect(again.code == 0)
    #expect(
      again.errors
        == "surety: the comparison in \(tiny.path("a")) is finished; nothing was changed\n")
    #expect(try tiny.record("a") == after)
  }

  @Test("Ctrl-C ends it with code 130 and says how far it is")
  func interrupted() throws {
    let tiny = try TinyComparison(epochs: 60)
    let errors = Pipe()
    let process = try Program.start(tiny.arguments("a"), output: Pipe(), errors: errors)
    let checkpoint = tiny.path("a/plain-seed-1/checkpoint.safetensors")
    for _ in 0..<1_000 where !FileManager.default.fileExists(atPath: checkpoint) { usleep(10_000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      said.hasSuffix("surety: stopped after 0 of 4 trainings; go on with --resume\n"), "\(said)")
    #expect(try TrainingRun(contentsOf: tiny.path("a/plain-seed-1/run.json")).status == .stopped)
    #expect(try tiny.record("a").trainings == 0)
  }

  @Test("A folder with a comparison is not written over, and goes on by its own options only")
  func occupied() throws {
    let tiny = try TinyComparison()
    try tiny.begin("a", batches: 100)
    let before = try tiny.record("a")
    let again = try tiny.compare("a")
    #expect(
      again.code == 2 && again.errors.contains("holds a comparison already"), "\(again.errors)")
    for (more, difference) in [
      (["--seeds", "1,3"], "seeds 1, 2"), (["--eps", "1/8"], "epsilon.test is 0.0625 there"),
      (["--epochs", "3"], "epochs is 4 there and 3 here"), (["--time", "50"], "no time limit"),
    ] {
      let other = try Program.run(tiny.arguments("a") + more + ["--resume"])
      #expect(
        other.code == 2 && other.errors.contains("holds another comparison (")
          && other.errors.contains(difference), "\(other.errors)")
    }
    #expect(try tiny.record("a") == before)
    // A command that keeps results elsewhere leaves them alone, too.
    let radius = try Program.run(
      "radius", tiny.path("a/plain-seed-1/model.onnx"), "--data", "digits", "--first", "2", "--eps",
      "0.1", "--methods", "ibp", "--out", tiny.path("a"))
    #expect(radius.code == 2 && radius.errors.contains("(comparison.json)"), "\(radius.errors)")
    let restarted = try tiny.compare("a", "--restart", "--epochs", "2")
    #expect(restarted.code == 0, "\(restarted.errors)")
    #expect(try tiny.record("a").recipes.allSatisfy { $0.epochs == 2 && $0.trainings.count == 2 })
    // Other seeds leave nothing of the old ones that could be taken for theirs.
    let other = try Program.run(
      "compare", tiny.recipes[0], "--seeds", "5", "--epochs", "2", "--out", tiny.path("a"),
      "--restart")
    #expect(other.code == 0, "\(other.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: tiny.path("a"))
    #expect(names.filter { $0.contains("-seed-") } == ["plain-seed-5"], "\(names)")
  }

  @Test("A comparison by time keeps the epochs that it began with")
  func time() throws {
    let tiny = try TinyComparison()
    var options = ComparisonOptions()
    (options.seeds, options.time) = ([1], 0.4)
    let request = try ComparisonRequest(tiny.recipes, options)
    var planned: [Int] = []
    do {
      var done = 0
      let first = try Comparison(request, folder: tiny.path("a"), resumes: false)
      let isWhole = try first.run(isStopped: { done >= 30 }) { _ in done += 1 }
      #expect(!isWhole)
      planned = first.record.recipes.map(\.epochs)
      // The folder belongs to one comparison at a time.
      #expect(throws: InputError.self) {
        try Comparison(request, folder: tiny.path("a"), resumes: true)
      }
      withExtendedLifetime(first) {}
    }
    let second = try Comparison(request, folder: tiny.path("a"), resumes: true)
    #expect(second.record.recipes.map(\.epochs) == planned)
    #expect(second.request.entries.map(\.recipe.epochs) == planned)
    #expect(try second.run())
    #expect(second.record.isFinished)
  }

  @Test("A training ends with the epoch in which its time is over, and has a model")
  func timeLimit() throws {
    let tiny = try TinyTraining(epochs: 6)
    let session = try TrainingSession(
      Recipe.named(tiny.recipe), folder: tiny.path("a"), resumes: false)
    session.timeLimit = 1e-6
    #expect(try session.train() == .finished)
    #expect(session.run.reason == "its time of 1e-06 s was over after epoch 1 of 6")
    #expect(session.epochs.count == 1 && session.run.radii.count == 5)
    #expect(try sha256(ofFile: tiny.path("a/model.onnx")) == session.run.modelDigest)
  }
}
