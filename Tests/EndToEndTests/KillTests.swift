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
      try #require(runs <= 10, "runs end before they can be killed")
      var isFinished = false
      while kills < 20 && !isFinished {
        let process = try Program.start(
          tiny.arguments(out, "--resume"), output: Pipe(), errors: Pipe())
        usleep(UInt32(random.uniform(in: 5_000...250_000)))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal {
          kills += 1
          let checkpoint = "\(tiny.path(out))/checkpoint.safetensors"
          if FileManager.default.fileExists(atPath: checkpoint) { late += 1 }
        } else {
          #expect(process.terminationStatus == 0)
          isFinished = true
        }
      }
      let last = try tiny.train(out, "--resume")
      #expect(last.code == 0, "\(last.errors)")
      try tiny.expectSame(out, "whole")
    }
    #expect(late >= 5, "most kills must hit a run that is under way")
  }
}
