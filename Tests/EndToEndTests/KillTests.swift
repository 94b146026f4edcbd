import Foundation
import TestSupport
import Testing

@Suite("A training run that is killed")
struct KillTests {
  @Test("at twenty random moments ends in the same model and records as one that was left alone")
  func twentyTimes() throws {
    let tiny = try TinyTraining(epochs: 40)
    #expect(try tiny.train("whole").code == 0)
    var random = SplitMix64(seed: 20)
    // A run that ends before its killers are through is compared, and the next one starts.
    var (kills, late, runs) = (0, 0, 0)
    while kills < 20 {
      let out = "killed\(runs)"
      runs += 1
      try #require(runs <= 20, "runs end before they can be killed")
      var isFinished = false
      while kills < 20 && !isFinished {
        // One in four at some moment from the start of the program on, the others after it has written a
        // checkpoint, however slow the machine is: while it trains, judges, or writes the next.
        let waits = random.uniform(in: 0...1) > 0.25
        let process = try start(tiny, out, waitingForCheckpoint: waits)
        usleep(UInt32(random.uniform(in: 0...(waits ? 100_000 : 200_000))))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal {
          kills += 1
          if waits { late += 1 }
        } else {
          #expect(process.terminationStatus == 0)
          isFinished = true
        }
      }
      let last = try tiny.train(out, "--resume")
      #expect(last.code == 0, "\(last.errors)")
      try tiny.expectSame(out, "whole")
    }
    #expect(late >= 8, "most kills must hit a run that is under way, \(late) did")
  }

  /// Starts or resumes a run, and waits until it writes a checkpoint or ends.
  private func start(
    _ tiny: TinyTraining, _ out: String, waitingForCheckpoint waits: Bool
  ) throws -> Process {
    let checkpoint = "\(tiny.path(out))/checkpoint.safetensors"
    func written() -> Date? {
      (try? FileManager.default.attributesOfItem(atPath: checkpoint))?[.modificationDate] as? Date
    }
    let before = written()
    let process = try Program.start(
      tiny.arguments(out, "--resume"), output: Pipe(), errors: Pipe())
    while waits && process.isRunning && written() == before { usleep(1_000) }
    return process
  }
}
