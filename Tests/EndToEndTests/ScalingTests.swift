import Foundation
import TestSupport
import Testing

@testable import Surety

@Suite("surety diagnose scaling")
struct ScalingTests {
  @Test("The slope is the exponent of a power, and there is none of what has no logarithm")
  func slope() throws {
    let points = [8.0, 16, 64].map { (x: $0, y: 3 * pow($0, 0.75)) }
    #expect(abs(try #require(logarithmicSlope(points)) - 0.75) < 1e-12)
    #expect(logarithmicSlope([(8, 1)]) == nil)
    #expect(logarithmicSlope([(8, 1), (8, 2)]) == nil)
    #expect(logarithmicSlope([(8, 1), (16, 0)]) == nil)
    #expect(logarithmicSlope([(8, 1), (16, .infinity)]) == nil)
  }

  @Test("Rates that carry over keep the largest singular value, those that do not let it grow")
  func sweep() throws {
    var options = ScalingOptions()
    (options.widths, options.rules, options.seeds) = ([16, 32, 64], [.rule, .none], [1, 2])
    (options.toy.steps, options.toy.baseWidth) = (600, 32)
    let record = try #require(try ScalingDiagnosis(options).run())
    #expect(record.runs.count == 12 && record.rules.map(\.rule) == [.rule, .none])
    let (rule, none) = (try #require(record.rules[0].slope), try #require(record.rules[1].slope))
    #expect(abs(rule.mean) < 0.3, "\(rule)")
    #expect(none.mean > rule.mean + 0.3, "\(none) and \(rule)")
    let drifts = try record.rules.map { try #require($0.gainDrift).mean }
    #expect(drifts[1] > drifts[0], "\(drifts)")
    for rule in record.rules {
      #expect(
        rule.slopes.map(\.step) == [150, 300, 450, 600] && rule.slopes.last?.slope == rule.slope)
      for spread in [rule.slope, rule.gainSlope, rule.gainDrift].compactMap(\.self) {
        #expect(spread.lowest <= spread.mean && spread.mean <= spread.highest)
      }
    }
    // The base width is trained alike by all rules.
    let base = record.runs.filter { $0.width == 32 }.map(\.measures)
    #expect(base.count == 4 && base[0] == base[2] && base[1] == base[3] && base[0] != base[1])
  }

  private static let small = [
    "diagnose", "scaling", "--widths", "16,8", "--rules", "rule,none", "--seeds", "1,2", "--steps",
    "40", "--base-width", "8", "--batch", "16",
  ]

  @Test("JSON has every training and what each rule leads to, whatever the threads")
  func json() throws {
    let result = try Program.run(Self.small + ["--json", "--threads", "1"])
    #expect(result.code == 0 && result.errors == "", "\(result)")
    let record = try JSONDecoder().decode(ScalingRecord.self, from: Data(result.output.utf8))
    #expect(record.baseWidth == 8 && record.steps == 40 && record.seeds == [1, 2])
    #expect(record.runs.count == 8 && record.runs.allSatisfy { $0.measures.count == 4 })
    #expect(record.rules.map { $0.widths.map(\.width) } == [[8, 16], [8, 16]])
    #expect(record.rules[0].widths.map(\.rate) == [0.01, 0.005])
    #expect(record.rules[1].widths.map(\.rate) == [0.01, 0.01])
    #expect(record.rules[1].publishedSlope == 0.75)
    let object = try result.object()
    #expect(
      Set(object.keys) == [
        "base_width", "batch", "decay", "rate", "rules", "runs", "seconds", "seeds", "steps",
      ])
    let other = try Program.run(Self.small + ["--json", "--threads", "2"])
    var again = try JSONDecoder().decode(ScalingRecord.self, from: Data(other.output.utf8))
    again.seconds = record.seconds
    #expect(again == record)
  }

  @Test("The table has a row for each rule and width, and one for the slopes of each rule")
  func table() throws {
    let result = try Program.run(Self.small)
    #expect(result.code == 0 && result.errors == "", "\(result)")
    #expect(
      result.firstLine
        == "40 steps of AdamW at rate 0.01 and decay 1 for width 8, 16 examples each; seeds 1,2, mean and lowest to highest"
    )
    for row in [#/\nrule +8 +0.01 +1 /#, #/\nrule +16 +0.005 +1.41421 /#, #/\nnone +16 +0.01 +1 /#]
    {
      #expect(result.output.contains(row), "\(result.output)")
    }
    for row in [#/\nrule +0.00 /#, #/\nnone +0.75 /#, #/slope after 40 /#, #/proved from above/#] {
      #expect(result.output.contains(row), "\(result.output)")
    }
  }

  @Test("A rule by which a training diverged has no slope, and lacks the width at which it did")
  func divergence() throws {
    var options = ScalingOptions()
    (options.widths, options.rules, options.seeds) = ([8, 16], [.none], [1])
    (options.toy.steps, options.toy.batch) = (40, 4)
    var hopeless = options.toy
    (hopeless.rate, hopeless.decay) = (1, 1e30)
    let runs = try [options.toy, hopeless].enumerated().map { place, settings in
      try #require(
        WidthToy(width: options.widths[place], rule: .none, seed: 1, settings: settings).train())
    }
    let rule = ScalingRecord(options, runs, seconds: 0).rules[0]
    #expect(rule.slope == nil && rule.gainDrift == nil && rule.slopes.isEmpty)
    #expect(rule.widths.map(\.width) == [8])
  }

  @Test(
    "What cannot be measured is refused in a line",
    arguments: [
      (["--widths", "64"], "--widths: is one width, expected two or more: one has no slope"),
      (
        ["--widths", "64,x"], "--widths: 'x' is not a number, expected a list such as 1,2,3"
      ),
      (["--widths", "64,64"], "--widths: 64 is there twice, expected each once"),
      (
        ["--widths", "64,100000"],
        "--widths: 100000 is out of range, expected widths from 2 to 4096"
      ),
      (
        ["--rules", "rule,constan"],
        "--rules: 'constan' is none, expected some of rule, constant, proportional, none; did you mean constant?"
      ),
      (["--seeds", "1,1"], "--seeds: 1 is there twice, expected each once"),
      (["--steps", "0"], "--steps: 0 is out of range, expected a number from 4 to 1000000"),
      (["--batch", "0"], "--batch: 0 is out of range, expected a number from 1 to 65536"),
      (["--rate", "0"], "--rate: 0.0 is out of range, expected a number above 0, at most 1"),
      (["--decay", "0"], "--decay: 0.0 is out of range, expected a number above 0"),
      (
        ["--rate", "0.5", "--decay", "3"],
        "--decay: 3.0 takes all of a matrix off in a step at width 64 (rule); expected rate times decay below 1 there"
      ),
      (
        ["--base-width", "1"],
        "--base-width: 1 is out of range, expected a width from 2 to 4096"
      ),
      (["--threads", "0"], "--threads: 0 is not a number of threads, expected 1 or more"),
      (
        ["--width", "64,128"],
        "Unknown option '--width'. Did you mean '--widths'? (see 'surety diagnose scaling --help')"
      ),
    ])
  func refusals(_ arguments: [String], _ message: String) throws {
    let result = try Program.run(["diagnose", "scaling"] + arguments)
    #expect(result.code == 2 && result.output == "")
    #expect(result.errors == "surety: error: \(message)\n")
  }

  @Test("Ctrl-C ends it within a second or so, with nothing on standard output")
  func interruption() throws {
    let (output, errors) = (Pipe(), Pipe())
    let process = try Program.start(
      ["diagnose", "scaling", "--widths", "64,128", "--steps", "1000000"], output: output,
      errors: errors)
    Thread.sleep(forTimeInterval: 1)
    let begin = Date()
    kill(process.processIdentifier, SIGINT)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(text.isEmpty && problems.contains("surety: stopping within a second"), "\(problems)")
    // Far more than a second, because a test may run beside others.
    #expect(Date().timeIntervalSince(begin) < 20)
  }
}
