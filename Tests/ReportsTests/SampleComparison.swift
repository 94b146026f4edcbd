import Foundation
import Records

/// A made-up comparison of recipes with three seeds, one training of which diverged.
func sampleComparison(
  _ names: [String] = ["fast", "sabr", "mtl-ibp"], seeds: [Int] = [1, 2, 3], trainings: Int = .max
) -> ComparisonRecord {
  let history = sampleHistory()
  var record = ComparisonRecord(
    version: "0.1.0", machine: history.run.machine, images: history.run.images, seeds: seeds,
    recipes: names.enumerated().map { place, name in
      var recipe = ComparedRecipe(
        name: name, recipe: "name: \(name)\n# <not> \"HTML\"\n", epochs: 25, secondsPerEpoch: 14.2)
      recipe.settings = ["method": name]
      if place > 0 { recipe.settings["loss.lambda"] = "0.\(place)" }
      return recipe
    })
  (record.epsilon, record.requested, record.methods) = (8.0 / 255, 200, ["ibp", "crown"])
  record.time = 375
  record.software = history.run.software
  record.command = ["surety", "compare", "a b"]
  record.started = "2026-11-24T12:00:00Z"
  for (index, seed) in seeds.enumerated() {
    for place in names.indices where record.trainings < trainings {
      let step = Double(7 * index % 5) / 100
      let certified = 0.22 + 0.1 * Double(place) + step
      var run = history.run
      (run.seed, run.status) = (seed, .finished)
      if place == 2, index == 1 {
        (run.status, run.reason) = (.diverged, "the loss is <b>nan")
      }
      run.radii = [
        EvaluationRecord(
          count: 2_000, epsilon: record.epsilon, cleanAccuracy: certified + 0.2,
          verifiedAccuracy: certified - 0.02)
      ]
      run.certification = CertificationRecord(
        methods: record.methods, arithmetic: "float32", requested: 200,
        count: place == 1 ? 160 : 200,
        seconds: 60,
        radii: [
          .init(
            epsilon: record.epsilon, cleanAccuracy: certified + 0.19,
            attackAccuracy: certified + 0.04, certifiedAccuracy: certified)
        ])
      var training = ComparedTraining(
        TrainingHistory(run: run, epochs: history.epochs),
        folder: ComparisonRecord.folder(of: names[place], seed: seed), epsilon: record.epsilon)
      training.seconds += 3 * Double(place) + Double(index)
      if training.status == .finished {
        training.bounds = TightnessRecord(count: 32, intervalWidth: 4, crownWidth: 3.1 + step)
      }
      record.add(training, to: place)
    }
  }
  if record.isFinished { record.ended = "2026-11-24T13:10:00Z" }
  return record
}
