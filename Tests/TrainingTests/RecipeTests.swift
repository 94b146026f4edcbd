import Files
import Testing

@testable import Training

@Suite("Recipes")
struct RecipeTests {
  static let minimal = "data: {name: digits}\nepsilon: {test: 1/16}\n"

  @Test("What must be written suffices: everything else has a default")
  func minimalRecipe() throws {
    let recipe = try Recipe(yaml: Self.minimal, source: "r.yaml")
    #expect(recipe.method == .fast)
    #expect(recipe.epochs == 30)
    #expect(recipe.epsilon.test == 0.0625)
    #expect(recipe.epsilon.length == 15)
    #expect(recipe.optimizer.decayEpochs == [21, 25])
    #expect(recipe.regularizer.weight == 0.5)
    #expect(recipe.network.initialization.weights == .ibp)
    #expect(recipe.data.first == nil)
  }

  @Test("Defaults follow the method")
  func defaultsFollowMethod() throws {
    func recipe(_ method: String) throws -> Recipe {
      try Recipe(yaml: Self.minimal, source: "r.yaml", settings: ["method=\(method)"])
    }
    let plain = try recipe("ibp")
    #expect(plain.regularizer.weight == 0)
    #expect(plain.network.initialization == .framework)
    #expect(plain.network.statistics == .running)
    let sabr = try recipe("sabr")
    #expect(sabr.network.statistics == .population)
    #expect(sabr.attack.stepSize == 0.2)
    #expect(sabr.attack.steps == 5)
    let mtl = try recipe("mtl-ibp")
    #expect(mtl.attack.steps == 1 && mtl.attack.stepSize == 2)
    let adversarial = try recipe("adversarial")
    #expect(adversarial.epsilon.ramp == .constant)
    #expect(adversarial.attack.stepSize == 0.25)
  }

  @Test("Radii may be quotients, and are exact")
  func quotients() throws {
    let recipe = try Recipe(
      yaml: "data: {name: mnist}\nepsilon: {test: 8/255, train-multiplier: 4/3}", source: "r.yaml")
    #expect(recipe.epsilon.test == 8.0 / 255)
    #expect(recipe.epsilon.train == 8.0 / 255 * (4.0 / 3))
    #expect(recipe.yaml.contains("test: 8/255\n"))
  }

  @Test("The written form reads back as the same recipe", arguments: Recipe.builtIn)
  func roundTrip(summary: Recipe.Summary) throws {
    let recipe = try Recipe.named(summary.name)
    #expect(recipe.name == summary.name)
    let again = try Recipe(yaml: recipe.yaml, source: "again.yaml")
    #expect(again == recipe)
    #expect(again.yaml == recipe.yaml)
  }

  @Test(
    "Names and files that need quotes survive writing",
    arguments: ["a: b", "#1", "\"", "é\\", "- x", "*a"])
  func quoting(name: String) throws {
    var recipe = try Recipe(yaml: Self.minimal, source: "r.yaml")
    recipe.name = name
    recipe.data.name = "folder:\(name)/x y"
    #expect(try recipe.validated() == recipe)
  }

  @Test("A recipe for every method, and every one of its fields changed, survives writing")
  func everyMethod() throws {
    for method in TrainingMethod.allCases {
      var recipe = try Recipe(
        yaml: Self.minimal, source: "r.yaml", settings: ["method=\(method.rawValue)"])
      if method != .clean { recipe.loss.cleanWeight = WeightSchedule(from: 1, to: 0.25) }
      if method == .crownIBP { recipe.loss.isFused = false }
      if method.usesSmallBox { recipe.loss.lambda = 0.123 }
      if method.usesAlpha { (recipe.loss.alpha, recipe.attack.range) = (0.01, 2.1) }
      if method.usesLatentAttack { recipe.loss.attackedModules = 17 }
      recipe.optimizer.clip = nil
      recipe.averaging.kind = .ema
      recipe.data.first = 100
      recipe.network.sizes.width = 4
      #expect(try recipe.validated() == recipe, "\(method.rawValue)")
    }
  }

  @Test("The embedded recipes are the settings that were published")
  func published() throws {
    let cifar = try Recipe.named("cifar10-8")
    #expect(cifar.epochs == 160 && cifar.batch == 128 && cifar.method == .fast)
    #expect(cifar.epsilon.start == 2 && cifar.epsilon.length == 80)
    #expect(cifar.optimizer.decayEpochs == [120, 140] && cifar.optimizer.decayFactor == 0.2)
    #expect(cifar.optimizer.learningRate == 5e-4 && cifar.optimizer.clip == 10)
    #expect(cifar.data.mean == [0.4914, 0.4822, 0.4465])
    let small = try Recipe.named("cifar10-8-small")
    #expect(small.data.first == 10_000 && small.evaluation.first == 2_000)
    #expect(small.network.sizes.width == 8 && small.network.sizes.linear == 64)
    #expect(small.epochs == 25 && small.optimizer.decayEpochs == [20, 23])
    #expect(small.epsilon.start == 2 && small.epsilon.length == 14)
    #expect(try Recipe.named("mnist-0.3").epsilon.train == 0.3 * (4.0 / 3))
    let sabr = try Recipe.named("cifar10-2-sabr")
    #expect(abs(sabr.epsilon.train - 3.0 / 255) < 1e-15)
    #expect(sabr.loss.lambda == 0.1 && sabr.loss.reluShrink == 0.8 && sabr.loss.l1 == 1e-6)
    let mtl = try Recipe.named("cifar10-2-mtl")
    #expect(mtl.loss.alpha == 0.01 && mtl.attack.range == 2 && mtl.averaging.start == 150)
    #expect(mtl.loss.cleanWeight == .constant(0.1))
    #expect(try Recipe.named("tinyimagenet-1").regularizer.weight == 0.2)
  }

  @Test("Schedules come from the recipe, and a run of other length keeps their proportions")
  func schedules() throws {
    let recipe = try Recipe.named("cifar10-8")
    let schedules = recipe.schedules(batchesPerEpoch: 391)
    #expect(schedules.settings(at: 81 * 391).epsilon == 8.0 / 255)
    #expect(schedules.settings(at: 120 * 391).learningRate == 5e-4 * 0.2)
    #expect(schedules.settings(at: 0).regularizerWeight == 0.5)
    #expect(schedules.settings(at: 0).crownWeight == 0)
    for epochs in 1...320 {
      let scaled = recipe.scaled(toEpochs: epochs)
      #expect(scaled.epochs == epochs)
      #expect(try scaled.validated() == scaled)
    }
    let half = recipe.scaled(toEpochs: 80)
    #expect(half.epsilon.start == 2 && half.epsilon.length == 40)
    #expect(half.optimizer.decayEpochs == [60, 70])
    for summary in Recipe.builtIn {
      let scaled = try Recipe.named(summary.name).scaled(toEpochs: 7)
      #expect(try scaled.validated() == scaled, "\(summary.name)")
    }
  }

  @Test("Attack steps shrink as published")
  func attackSteps() {
    var attack = AttackSettings()
    func sizes(_ steps: Int, _ at: [Int]) -> [Double] {
      attack.steps = steps
      return at.map { attack.stepSize(at: $0) }
    }
    #expect(sizes(8, [0, 7]) == [1, 1])
    #expect(sizes(12, [0, 9, 10, 11]) == [1, 1, 0.2, 0.2])
    #expect(sizes(40, [0, 27, 28, 39]) == [1, 1, 0.1, 0.1])
    #expect(sizes(200, [99, 100, 159]) == [1, 0.1, 0.1])
    #expect(abs(sizes(200, [199])[0] - 1e-3) < 1e-15)
  }

  @Test("Averaging follows the recipe")
  func averaging() throws {
    let mtl = try Recipe.named("mnist-0.1-mtl").schedules(batchesPerEpoch: 235)
    #expect(mtl.settings(at: 64 * 235 + 8).averageWeight == nil)
    #expect(mtl.settings(at: 64 * 235 + 9).averageWeight == 1)
    #expect(mtl.settings(at: 64 * 235 + 19).averageWeight == 0.5)
    let fast = try Recipe.named("mnist-0.1").schedules(batchesPerEpoch: 235)
    #expect(fast.settings(at: 69 * 235).averageWeight == nil)
  }

  @Test("Network and batches come from the recipe")
  func parts() throws {
    let recipe = try Recipe.named("cifar10-8-small", settings: ["seed=3"])
    let task = recipe.task(shape: [3, 32, 32], classes: 10)
    let network = try #require(try recipe.architecture()).network(for: task)
    #expect(network.parameters.contains { $0.value.shape.dimensions == [8, 3, 3, 3] })
    let options = try recipe.batchOptions()
    #expect(options.size == 128 && options.seed == 3 && options.augmentation == .cifar10)
  }

  @Test("Clean training has no radius, no regulariser and all the weight on clean images")
  func cleanSchedules() throws {
    let recipe = try Recipe(yaml: Self.minimal, source: "r.yaml", settings: ["method=clean"])
    let settings = recipe.schedules(batchesPerEpoch: 10).settings(at: 25)
    #expect(settings.epsilon == 0 && settings.cleanWeight == 1 && settings.regularizerWeight == 0)
  }
}
