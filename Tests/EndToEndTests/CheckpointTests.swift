import Foundation
import Surety
import TestSupport
import Testing

@Suite("A search that is killed goes on from its checkpoint")
struct SearchCheckpointTests {
  @Test("Killed at twenty moments, it gives the same verdict")
  func kills() throws {
    let folder = try TemporaryFolder()
    let arguments =
      ["verify"] + (try DigitsQuestion(in: folder, example: 3, epsilon: 0.193)).arguments
    let checkpoint = "\(folder.path)/tree"
    let whole = try Program.run(arguments + ["--timeout", "120"])
    #expect(whole.firstLine == "unsat", "\(whole.output)")
    var (kills, moment) = (0, 0.6)
    var isKept = false
    while kills < 20 {
      let (output, errors) = (Pipe(), Pipe())
      let process = try Program.start(
        arguments + ["--checkpoint", checkpoint, "--timeout", "120"], output: output, errors: errors
      )
      let end = Date(timeIntervalSinceNow: moment)
      while process.isRunning, end > Date() { Thread.sleep(forTimeInterval: 0.01) }
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        kills += 1
      }
      process.waitUntilExit()
      isKept = isKept || FileManager.default.fileExists(atPath: checkpoint)
      // A busy machine takes longer to the first tree.
      moment *= isKept ? 1.07 : 1.4
      if process.terminationReason == .exit {
        let text = String(
          decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text.hasPrefix("unsat\n"), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: checkpoint))
        // Begun anew, and killed sooner.
        moment *= 0.8
      }
    }
    #expect(isKept, "no run was killed after it had written a tree")
    let last = try Program.run(arguments + ["--checkpoint", checkpoint, "--timeout", "120"])
    #expect(last.firstLine == "unsat", "\(last.output)")
  }

  @Test("Killed again and again soon after its start, it still comes to the end")
  func impatience() throws {
    let folder = try TemporaryFolder()
    // Takes many times longer than the program is ever left alone.
    let question = try DigitsQuestion(in: folder, example: 3, epsilon: 0.193).arguments
    let arguments = ["verify"] + question
    let begin = Date()
    #expect(try Program.run(arguments + ["--timeout", "120"]).firstLine == "unsat")
    let whole = Date().timeIntervalSince(begin)
    let checkpoint = "\(folder.path)/tree"
    var answer = ""
    for number in 0..<200 where answer.isEmpty {
      let (output, errors) = (Pipe(), Pipe())
      let process = try Program.start(
        arguments + ["--checkpoint", checkpoint, "--timeout", "120"], output: output, errors: errors
      )
      // A busy machine may be slower than it was; in the end the run is left alone longer.
      let end = Date(timeIntervalSinceNow: whole / 4 * pow(1.02, Double(number)))
      while process.isRunning, end > Date() { Thread.sleep(forTimeInterval: 0.005) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      answer = String(
        decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    #expect(answer.hasPrefix("unsat\n"), "\(answer)")
    #expect(!FileManager.default.fileExists(atPath: checkpoint))
  }

  @Test("Time that runs out leaves a tree, and another question does not take it")
  func subject() throws {
    let folder = try TemporaryFolder()
    let arguments = try DigitsQuestion(in: folder, example: 3, epsilon: 0.193).arguments
    let checkpoint = "\(folder.path)/tree"
    let first = try Program.run(
      ["verify"] + arguments + ["--checkpoint", checkpoint, "--timeout", "1"])
    #expect(first.firstLine == "timeout" && first.output.contains("decided"))
    let tree = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
    let other = try DigitsQuestion(in: folder, example: 3, epsilon: 0.194).arguments
    let second = try Program.run(["verify"] + other + ["--checkpoint", checkpoint])
    #expect(second.code == 2 && second.errors.contains("is the checkpoint of another question"))
    // A tree that lost its sub-problems, or one of its bits, must not pass for another.
    var random = SplitMix64(seed: 5)
    let changed = (0..<6).map { _ in
      var changed = tree
      changed[Int(random.next() % UInt64(tree.count))] ^= UInt8(1 << (random.next() % 8))
      return changed
    }
    let cut = [0, 10, tree.count / 3, tree.count - 20, tree.count - 1].map { tree.prefix($0) }
    for damaged in changed + cut + [tree + tree, tree + Data([0])] {
      try damaged.write(to: URL(fileURLWithPath: checkpoint))
      let run = try Program.run(["verify"] + arguments + ["--checkpoint", checkpoint])
      #expect(run.code == 2 && run.errors.contains("is not a checkpoint"), "\(run)")
    }
    try tree.write(to: URL(fileURLWithPath: checkpoint))
    let double = try Program.run(
      ["verify"] + arguments + ["--checkpoint", checkpoint, "--precision", "double"])
    #expect(double.code == 2 && double.errors.contains("is the checkpoint of another question"))
    try "nonsense".write(toFile: checkpoint, atomically: true, encoding: .utf8)
    let third = try Program.run(["verify"] + other + ["--checkpoint", checkpoint])
    #expect(third.code == 2 && third.errors.contains("is not a checkpoint"))
  }
}
