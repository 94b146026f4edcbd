import Datasets
import Files
import Foundation
import TestSupport
import Testing
import Training

@testable import Records

@Suite("The record of a comparison")
struct ComparisonRecordTests {
  private let images = RunImages(
    training: ImagesRecord(name: "digits train", count: 100, digest: "ab"),
    test: ImagesRecord(name: "digits test", count: 50, digest: "cd"))
  private let machine = MachineRecord(processor: "p", cores: 2, memory: 1, system: "s")

  private func record(_ names: [String], seeds: [Int] = [1, 2, 3]) -> ComparisonRecord {
    var record = ComparisonRecord(
      version: "0.1.0", machine: machine, images: images, seeds: seeds,
      recipes: names.map { ComparedRecipe(name: $0, recipe: "name: \($0)\n", epochs: 2) })
    (record.epsilon, record.requested, record.methods) = (0.1, 50, ["ibp"])
    return record
  }

  /// A training of two epochs that ended in a model certified for a part of the images, or diverged.
  private func training(_ seed: Int, certified: Double?, count: Int = 50) -> ComparedTraining {
    var run = TrainingRun(
      version: "0.1.0", recipe: "", seed: seed, images: images, machine: machine)
    run.status = certified == nil ? .diverged : .finished
    run.modelDigest = certified == nil ? nil : "ef"
    run.radii = [0.05, 0.1].map {
      EvaluationRecord(count: 50, epsilon: $0, cleanAccuracy: 0.9, verifiedAccuracy: $0)
    }
    run.certification = certified.map { certified in
      CertificationRecord(
        methods: ["ibp"], arithmetic: "float32", requested: 50, count: count, seconds: 1,
        radii: [0.05, 0.1].map {
          .init(
            epsilon: $0, cleanAccuracy: 0.9, attackAccuracy: certified + 0.1,
            certifiedAccuracy: $0 == 0.1 ? certified : 1)
        })
    }
    let epochs = (1...2).map { number in
      var epoch = EpochRecord(epoch: number, loss: 1)
      (epoch.seconds, epoch.imagesPerSecond) = (9, 50)
      return epoch
    }
    var training = ComparedTraining(
      TrainingHistory(run: run, epochs: epochs), folder: "x-seed-\(seed)", epsilon: 0.1)
    training.bounds = TightnessRecord(count: 3, intervalWidth: 4, crownWidth: 3)
    return training
  }

  @Test("A spread is the mean, the deviation of the single number, and the ends")
  func spread() throws {
    let spread = try #require(Spread([1, 2, 6]))
    #expect(spread.mean == 3 && spread.lowest == 1 && spread.highest == 6 && spread.count == 3)
    #expect(spread.deviation.map { abs($0 * $0 - 7) < 1e-12 } == true)
    #expect(Spread([]) == nil)
    let single = try #require(Spread([0.5]))
    #expect(single.mean == 0.5 && single.deviation == nil)
    // Three times a tenth is more than three tenths, in doubles.
    let equal = try #require(Spread([0.1, 0.1, 0.1]))
    #expect(equal.mean == 0.1 && (equal.deviation ?? 1) < 1e-15)
  }

  @Test("Any numbers have their mean between the ends", arguments: 0..<200)
  func spreads(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let values = (0..<Int.random(in: 1...6, using: &random)).map { _ in
      Double.random(in: -1...1, using: &random)
    }
    let spread = try #require(Spread(values), "seed \(seed)")
    #expect(spread.lowest <= spread.mean && spread.mean <= spread.highest, "seed \(seed)")
    let deviation = spread.deviation ?? 0
    #expect(deviation >= 0 && deviation <= spread.highest - spread.lowest, "seed \(seed)")
  }

  @Test("A difference is more than the spread where all seeds lie apart, and unknown for one seed")
  func apart() throws {
    func isApart(_ a: [Double], _ b: [Double]) throws -> Bool? {
      try #require(Spread(a)).isApart(from: #require(Spread(b)))
    }
    #expect(try isApart([1, 2], [3, 4]) == true && isApart([3, 4], [1, 2]) == true)
    #expect(try isApart([1, 3], [3, 4]) == false && isApart([1, 4], [2, 3]) == false)
    #expect(try isApart([1], [3, 4]) == nil && isApart([1, 2], [3]) == nil)
  }

  @Test(
    "A training has what was judged at the radius of the comparison, and the time of its batches")
  func oneTraining() {
    let known = training(2, certified: 0.6)
    #expect(known.judged?.certifiedAccuracy == 0.6 && known.judged?.cleanAccuracy == 0.9)
    #expect(known.intervals?.epsilon == 0.1 && known.intervals?.verifiedAccuracy == 0.1)
    #expect(known.epochs == 2 && known.seconds == 4 && known.modelDigest == "ef")
    #expect(known.bounds?.tightness == 0.75)
    let lost = training(2, certified: nil)
    #expect(lost.status == .diverged && lost.judged == nil && lost.intervals == nil)
  }

  @Test("Trainings are summed up as they come, and ranked by what is certified")
  func adding() {
    var record = record(["a", "b", "c"])
    #expect(record.planned == 9 && !record.isFinished)
    for (seed, parts) in zip([2, 1, 3], [[0.5, 0.7, 0.55], [0.4, 0.8, 0.2], [0.6, 0.9, 0.4]]) {
      for (place, part) in parts.enumerated() {
        record.add(training(seed, certified: part), to: place)
      }
    }
    #expect(record.isFinished && record.trainings == 9)
    #expect(record.ranked.map(\.name) == ["b", "a", "c"])
    let (a, b, c) = (record.recipes[0], record.recipes[1], record.recipes[2])
    #expect(a.trainings.map(\.seed) == [1, 2, 3])
    #expect(a.results.certified.map { abs($0.mean - 0.5) < 1e-12 } == true)
    #expect(a.results.certified?.lowest == 0.4 && a.results.certified?.highest == 0.6)
    #expect(a.results.seconds?.mean == 4 && a.results.tightness?.mean == 0.75)
    #expect(a.difference == nil)
    #expect(b.difference.map { abs($0.certified - 0.3) < 1e-12 } == true)
    #expect(b.difference?.exceedsSpread == true && c.difference?.exceedsSpread == false)
  }

  @Test("A training without a model counts in no figure, and a recipe with nothing else comes last")
  func diverged() {
    var record = record(["a", "b"], seeds: [1, 2])
    record.add(training(1, certified: nil), to: 0)
    record.add(training(2, certified: nil), to: 0)
    record.add(training(1, certified: 0.3), to: 1)
    record.add(training(2, certified: nil), to: 1)
    #expect(record.isFinished)
    #expect(record.ranked.map(\.name) == ["b", "a"])
    #expect(record.recipes[0].results.certified == nil && record.recipes[0].finished.isEmpty)
    #expect(record.recipes[1].results.certified?.count == 1)
    #expect(record.recipes[1].difference == nil)
  }

  @Test("Nothing follows from accuracies of different images, and it is said")
  func differentImages() throws {
    var record = record(["a", "b"], seeds: [1, 2])
    for (seed, count) in [(1, 50), (2, 32)] {
      record.add(training(seed, certified: 0.2), to: 0)
      record.add(training(seed, certified: 0.6, count: count), to: 1)
    }
    let difference = try #require(record.recipes[1].difference)
    #expect(difference.exceedsSpread == nil && difference.differentImages == true)
    #expect(
      record.judgement(of: record.recipes[1])
        == "not judged by the same images, so that nothing follows")
    #expect(record.judgement(of: record.recipes[0]) == nil)
  }

  @Test("A judgement says how often chance does as much, and which trainings are left out")
  func judgements() {
    func words(_ first: [Double?], _ second: [Double?]) -> String? {
      var record = record(["a", "b"], seeds: Array(1...max(first.count, second.count)))
      for (place, parts) in [first, second].enumerated() {
        for (seed, part) in parts.enumerated() {
          record.add(training(seed + 1, certified: part), to: place)
        }
      }
      return record.judgement(of: record.recipes[1])
    }
    #expect(
      words([0.1, 0.2], [0.3, 0.4])
        == "more than the spread of the seeds (by chance once in 3 times)")
    #expect(
      words([0.1, 0.2, 0.1], [0.3, 0.4, 0.5])
        == "more than the spread of the seeds (by chance once in 10 times)")
    #expect(
      words([0.1, 0.2, 0.1, 0.1, 0.1], [0.3, 0.4, 0.5, 0.3, 0.3])
        == "more than the spread of the seeds (by chance once in 126 times)")
    #expect(
      words([0.1, 0.2, nil], [0.3, 0.4, 0.5])
        == "more than the spread of the seeds (by chance once in 5 times); 1 training without a network left out"
    )
    #expect(words([0.1, 0.35], [0.3, 0.4]) == "within the spread of the seeds")
    #expect(
      words([0.1, 0.2], [0.3, nil])
        == "one seed says nothing of the spread; 1 training without a network left out")
    #expect(words([nil, nil], [0.3, 0.4]) == nil)
  }

  @Test("Chance is what counting all orders of the seeds gives", arguments: 2...4, 2...4)
  func chance(first: Int, second: Int) {
    // Every choice of the places of one recipe's numbers in the order of all.
    var (all, apart) = (0, 0)
    for mask in 0..<(1 << (first + second)) where mask.nonzeroBitCount == first {
      all += 1
      let places = (0..<first + second).filter { mask >> $0 & 1 == 1 }
      if places == Array(0..<first) || places == Array(second..<first + second) { apart += 1 }
    }
    #expect(
      abs(ComparisonRecord.timesPerChance(first, second) - Double(all) / Double(apart)) < 1e-12)
  }

  @Test("A recipe of which trainings were lost is named with what its figures are over")
  func titles() {
    var record = record(["a", "b"], seeds: [1, 2])
    record.add(training(1, certified: nil), to: 0)
    #expect(record.title(of: record.recipes[0]) == "a")
    record.add(training(2, certified: 0.3), to: 0)
    #expect(record.title(of: record.recipes[0]) == "a (1 of 2 trainings)")
    record.add(training(1, certified: 0.3), to: 1)
    #expect(record.title(of: record.recipes[1]) == "b")
  }

  @Test("The file reads back as it was, and what is no record is refused in words")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/comparison.json"
    var record = record(["a", "b"])
    record.recipes[0].settings = ["loss.lambda": "0.4"]
    record.time = 1.5
    record.add(training(1, certified: 0.25), to: 0)
    record.add(training(1, certified: nil), to: 1)
    try record.write(to: path)
    #expect(try ComparisonRecord(contentsOf: path) == record)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new, message) in [
      ("\"schema\" : 1", "\"schema\" : 7", "schema 7 is not known"),
      ("\"seeds\"", "\"sedes\"", "is not the record of a comparison"),
    ] {
      try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: InputError.self) { try ComparisonRecord(contentsOf: path) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("Settings in which recipes differ are named, those that a method lacks are missing")
  func settings() throws {
    let recipes = try ["method=fast", "method=sabr"].map {
      try Recipe.named("digits", settings: [$0, "seed=4"])
    }
    let settings = Recipe.differing(recipes)
    #expect(settings.map { $0["method"] } == ["fast", "sabr"])
    #expect(settings[0]["loss.lambda"] == nil && settings[1]["loss.lambda"] == "0.4")
    #expect(settings.allSatisfy { $0["epochs"] == nil && $0["seed"] == nil && $0["name"] == nil })
    #expect(Recipe.differing([recipes[0]]) == [[:]])
  }
}

@Suite("The pace of a training")
struct PaceTests {
  @Test("A trial takes little, and counts all images of an epoch")
  func pace() throws {
    let images = Datasets.digits(.train)
    func pace(_ count: Int) throws -> Double {
      let recipe = try Recipe(
        yaml: """
          method: ibp
          epochs: 4
          batch: 64
          data: {name: digits}
          network: {architecture: mlp, hidden: [16]}
          epsilon: {test: 1/16}
          """, source: "test")
      let part = try images.first(count)
      let network = try #require(try recipe.emptyNetwork(for: part))
        .initialized(recipe.network.initialization, seed: 1)
      return try Trainer(recipe, network, on: part).secondsPerEpoch(measuredFor: 0.2)
    }
    let (few, many) = (try pace(100), try pace(1_000))
    #expect(few > 0 && many > 2 * few && many < 60)
  }
}
