import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety compare")
struct CompareTests {
  @Test("Two recipes with two seeds leave four trainings, one record, one page and a table")
  func whole() throws {
    let tiny = try TinyComparison()
    let outcome = try tiny.compare("a")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try tiny.record("a")
    #expect(
      record.isFinished && record.ended != nil && record.command?.dropFirst().first == "compare")
    #expect(record.epsilon == 1.0 / 16 && record.requested == 32 && record.seeds == [1, 2])
    #expect(record.recipes.map(\.name) == ["plain", "quick"])
    #expect(record.recipes.map { $0.settings["method"] } == ["ibp", "fast"])
    for recipe in record.recipes {
      #expect(recipe.trainings.map(\.seed) == [1, 2])
      for training in recipe.trainings {
        let folder = tiny.path("a/\(recipe.name)-seed-\(training.seed)")
        let history = try TrainingHistory(folder: folder)
        #expect(history.run.status == .finished && history.run.seed == training.seed)
        #expect(try sha256(ofFile: "\(folder)/model.onnx") == training.modelDigest)
        #expect(training.epochs == 4 && training.seconds > 0 && training.seconds == history.seconds)
        let judged = try #require(training.judged)
        #expect(judged.count == 32)
        #expect(judged.certifiedAccuracy <= judged.attackAccuracy)
        #expect(judged.attackAccuracy <= judged.cleanAccuracy)
        let bounds = try #require(training.bounds)
        #expect(bounds.count == 32 && bounds.crownWidth <= bounds.intervalWidth)
        #expect(training.intervals?.count == 64)
      }
      #expect(recipe.results.certified?.count == 2)
    }
    #expect(record.recipes[0].difference == nil && record.recipes[1].difference != nil)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "the first 32 images of digits test at radius 0.0625, seeds 1, 2; mean ± standard deviation (lowest to highest)"
    )
    #expect(lines[1].hasPrefix("recipe") && lines[1].hasSuffix("training s"))
    #expect(lines[2].hasPrefix(record.ranked[0].name) && lines[3].hasPrefix(record.ranked[1].name))
    #expect(lines[4].hasPrefix("quick certifies "))
    #expect(
      lines[4].hasSuffix(" within the spread of the seeds")
        || lines[4].hasSuffix(" more than the spread of the seeds (by chance once in 3 times)"))
    #expect(lines.last == "The report: \(tiny.path("a"))/report.html")
    let page = try String(contentsOfFile: tiny.path("a/report.html"), encoding: .utf8)
    #expect(page.contains("href=\"quick-seed-2/report.html\""))
    // The page is made again from the record.
    try FileManager.default.removeItem(atPath: tiny.path("a/report.html"))
    #expect(try Program.run("report", tiny.path("a")).code == 0)
    #expect(try String(contentsOfFile: tiny.path("a/report.html"), encoding: .utf8) == page)
  }

  @Test("A training of a comparison is the one that surety train makes")
  func sameAsTrain() throws {
    let tiny = try TinyComparison()
    #expect(try tiny.compare("a", "--epochs", "2", "--json").code == 0)
    let alone = try Program.run(
      "train", tiny.recipes[1], "--seed", "2", "--epochs", "2", "--set", "evaluation.seconds=600",
      "--out", tiny.path("alone"))
    #expect(alone.code == 0, "\(alone.errors)")
    let models = try ["a/quick-seed-2", "alone"].map {
      try sha256(ofFile: tiny.path("\($0)/model.onnx"))
    }
    #expect(models[0] == models[1])
  }

  @Test("--json prints the record, --eps, --test and --set are for every recipe")
  func options() throws {
    let tiny = try TinyComparison()
    let outcome = try tiny.compare(
      "a", "--json", "--eps", "1/8", "--test", "20", "--epochs", "2", "--set", "batch=128")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let object = try outcome.object()
    #expect(object["epsilon"] as? Double == 0.125 && object["requested"] as? Int == 20)
    let record = try tiny.record("a")
    for recipe in record.recipes {
      #expect(recipe.recipe.contains("batch: 128") && recipe.epochs == 2)
      #expect(recipe.trainings.allSatisfy { $0.intervals?.count == 20 && $0.judged?.count == 20 })
    }
  }

  @Test("With --time each recipe has the epochs that fit")
  func time() throws {
    let tiny = try TinyComparison()
    let outcome = try tiny.compare("a", "--time", "0.5", "--seeds", "3")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try tiny.record("a")
    #expect(record.time == 0.5 && record.seeds == [3])
    for recipe in record.recipes {
      let pace = try #require(recipe.secondsPerEpoch)
      #expect(recipe.epochs == Int(0.95 * 0.5 / pace))
      let training = try #require(recipe.trainings.first)
      // One epoch of room, and a machine that others use.
      #expect(training.seconds < 1 && training.epochs <= recipe.epochs)
      #expect(training.epochs == recipe.epochs || training.reason?.contains("was over") == true)
    }
    #expect(outcome.output.contains("one seed says nothing of the spread"))
    let short = try tiny.compare("b", "--time", "0.0001")
    #expect(short.code == 2)
    #expect(
      short.errors.contains(
        "--time: 0.0001 seconds are less than an epoch of plain takes; expected"),
      "\(short.errors)")
    #expect(!FileManager.default.fileExists(atPath: tiny.path("b")))
  }

  @Test(
    "What cannot be compared is one line and exit code 2, and nothing is written",
    arguments: [
      (["digits", "digits"], "digits-2: is the same recipe as digits; expected different ones"),
      (["digits", "digitz"], "recipe \"digitz\": unknown; did you mean digits?"),
      (
        ["digits", "shakespeare"],
        "recipe \"shakespeare\": is for text; expected recipes for images"
      ),
      (
        ["digits", "mnist-0.1-small"],
        "mnist-0.1-small: data.name is mnist, and digits in digits; recipes are compared on the same, expected --data as well"
      ),
      (
        ["mnist-0.1-small", "mnist-0.3-small"],
        "mnist-0.3-small: epsilon.test is 0.3, and 0.1 in mnist-0.1-small; recipes are compared on the same, expected --eps as well"
      ),
      (["digits", "--seeds", "1,x"], "--seeds: 'x' is not a seed, expected a list such as 1,2,3"),
      (["digits", "--seeds", "1,2,1"], "--seeds: 1 is there twice"),
      (
        ["digits", "--seeds", "1 2,3"],
        "--seeds: '1 2' is not a seed, expected a list such as 1,2,3"
      ),
      (["digits", "--seeds", "1,"], "--seeds: '' is not a seed, expected a list such as 1,2,3"),
      (
        ["digits", "--set", " seed =4"],
        "--set  seed =4: seeds of a comparison are those of --seeds; expected them there"
      ),
      (
        ["digits", "--set", "method=clean", "--set", "epsilon={test: 0}"],
        "digits: epsilon.test is 0, at which every right answer counts as certified; expected --eps as well"
      ),
      (["digits", "--seeds=-1"], "--seeds: -1 is not a seed, expected 0 or more"),
      (
        ["digits", "--epochs", "0"], "--epochs: 0 is not a number of epochs, expected 1 to 1000000"
      ),
      (["digits", "--time", "0"], "--time: 0.0 is not a time, expected seconds above 0"),
      (
        ["digits", "--time", "5", "--epochs", "2"],
        "--time: decides the number of epochs; expected it or --epochs, not both"
      ),
      (["digits", "--test", "0"], "--test: 0 is not a number of images, expected 1 or more"),
      (
        ["digits", "--eps", "a"],
        "--eps: 'a' is not a distance, expected a number such as 0.03 or a fraction such as 8/255"
      ),
      (
        ["digits", "--set", "evaluation.certify=0"],
        "digits: evaluation.certify is 0, so nothing would be compared; expected --test as well"
      ),
      (
        ["digits", "--resume", "--restart"],
        "--restart: contradicts --resume; expected one of the two"
      ),
    ])
  func errors(arguments: [String], message: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(["compare"] + arguments + ["--out", "\(folder.path)/x"])
    #expect(outcome.code == 2)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.names == [])
  }
}
