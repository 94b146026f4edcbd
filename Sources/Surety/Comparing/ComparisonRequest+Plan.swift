import Datasets
import Files
import ModelFiles
import Records
import Training

extension ComparisonRequest.Entry {
  /// A trainer of the recipe.
  ///
  /// - Throws: `InputError` when the images do not fit the network, or its method cannot train it.
  func trainer(on images: ImageSet) throws -> Trainer {
    try Trainer(
      recipe, TrainingSession.network(recipe, for: images), on: images,
      teacher: TeacherFile(of: recipe, for: images)?.network)
  }

  /// The digests of the models that the recipe names: where training starts, and what it is drawn to.
  ///
  /// - Throws: `InputError` when one cannot be read.
  func models() throws(InputError) -> (start: String?, teacher: String?) {
    func digest(_ path: String?) throws(InputError) -> String? {
      guard let path else { return nil }
      return try ModelFile(path).digest()
    }
    return (try digest(recipe.network.file), try digest(recipe.distillation.teacher))
  }
}

extension ComparisonRequest {
  /// The folders of all trainings within that of the comparison.
  var folders: [String] {
    entries.flatMap { entry in
      seeds.map { ComparisonRecord.folder(of: entry.name, seed: $0) }
    }
  }

  /// The part of the time that the epochs are counted for; the rest is room for a pace that changes.
  private static let plannedPart = 0.95

  /// The plan of a comparison that begins: with a time, the epochs of each recipe are counted by trials of a second.
  ///
  /// Every recipe is timed in turn, three times over, and the middle one of its trials counts: what else the machine does for a moment
  /// is then no recipe's loss.
  ///
  /// - Throws: `InputError` when an epoch does not fit the time.
  func planned(on images: ImageSet) throws -> ComparisonPlan {
    guard let time else { return ComparisonPlan(request: self) }
    let trainers = try entries.map { try $0.trainer(on: images) }
    let rounds = (0..<3).map { _ in trainers.map { $0.secondsPerEpoch(measuredFor: 1) } }
    let paces = entries.indices.map { place in rounds.map { $0[place] }.sorted()[1] }
    return ComparisonPlan(request: try fitting(time, paces), paces: paces)
  }

  /// The request with the epochs that fit a time, schedules stretched or shortened as `Recipe.scaled(toEpochs:)` does.
  ///
  /// - Parameters:
  ///   - time: The seconds of each training.
  ///   - paces: The seconds that an epoch of each recipe takes.
  /// - Throws: `InputError` when an epoch does not fit.
  func fitting(_ time: Double, _ paces: [Double]) throws(InputError) -> ComparisonRequest {
    var counts: [Int] = []
    for (entry, pace) in zip(entries, paces) {
      let count = Self.plannedPart * time / pace
      guard count >= 1 else {
        let needed = (10 * pace / Self.plannedPart).rounded(.up) / 10
        throw InputError(
          "--time",
          "\(time) seconds are less than an epoch of \(entry.name) takes; expected \(needed) or more"
        )
      }
      counts.append(Int(min(count, 1_000_000)))
    }
    return scaled(toEpochs: counts)
  }

  /// The request with the epochs of a comparison that it goes on with.
  ///
  /// - Parameter source: The file of the record, for errors.
  /// - Throws: `InputError` naming the first difference when the record is of another comparison.
  func continuing(
    _ known: ComparisonRecord, images: RunImages, source: String
  ) throws(InputError) -> ComparisonRequest {
    func refusal(_ difference: String) -> InputError {
      InputError(
        source,
        "holds another comparison (\(difference)); go on with its own options, choose another --out, or start over with --restart"
      )
    }
    func list(_ items: [some Any]) -> String { items.map { "\($0)" }.joined(separator: ", ") }
    guard known.version == Release.version else { throw refusal("surety \(known.version)") }
    guard known.recipes.map(\.name) == entries.map(\.name) else {
      throw refusal("recipes \(list(known.recipes.map(\.name)))")
    }
    guard known.seeds == seeds else { throw refusal("seeds \(list(known.seeds))") }
    guard known.time == time else {
      throw refusal(known.time.map { "a time of \($0) s" } ?? "no time limit")
    }
    guard known.images == images else { throw refusal("other images") }
    let planned = time == nil ? self : scaled(toEpochs: known.recipes.map(\.epochs))
    for (entry, before) in zip(planned.entries, known.recipes) {
      if let difference = Recipe.difference(there: before.recipe, here: entry.recipe.yaml) {
        throw refusal("in \(entry.name) \(difference)")
      }
      let models = try entry.models()
      guard models.start == before.startDigest else {
        throw refusal("\(entry.name) starts from another network.file")
      }
      guard models.teacher == before.teacherDigest else {
        throw refusal("\(entry.name) has another distillation.teacher")
      }
    }
    return planned
  }
}

/// What a comparison that begins is going to do.
struct ComparisonPlan {
  /// The recipes, with the epochs that fit the time where there is one.
  var request: ComparisonRequest
  /// The seconds that an epoch of each recipe takes; empty where no time was given.
  var paces: [Double] = []

  /// The record before the first training.
  ///
  /// - Throws: `InputError` where a model that a recipe names cannot be read.
  func record(images: RunImages) throws(InputError) -> ComparisonRecord {
    let entries = request.entries
    let settings = Recipe.differing(entries.map(\.recipe))
    var recipes: [ComparedRecipe] = []
    for place in entries.indices {
      let recipe = entries[place].recipe
      var compared = ComparedRecipe(
        name: entries[place].name, recipe: recipe.yaml, epochs: recipe.epochs,
        secondsPerEpoch: paces.isEmpty ? nil : paces[place])
      compared.settings = settings[place]
      let models = try entries[place].models()
      (compared.startDigest, compared.teacherDigest) = (models.start, models.teacher)
      recipes.append(compared)
    }
    var record = ComparisonRecord(
      version: Release.version, machine: .current, images: images, seeds: request.seeds,
      recipes: recipes)
    let first = entries[0].recipe
    record.software = .current
    record.epsilon = first.epsilon.test
    record.requested = min(first.evaluation.certified, images.test.count)
    record.methods = first.evaluation.methods.map(\.rawValue)
    record.time = request.time
    return record
  }
}
