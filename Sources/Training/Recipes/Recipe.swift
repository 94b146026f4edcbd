import Files

/// Everything that decides how a network is trained, but for the data themselves.
///
/// A recipe is written in YAML (`docs/recipes.md` explains every key) or comes with the library:
///
///     var recipe = try Recipe.named("cifar10-8-small", settings: ["seed=1"])
///     print(recipe.yaml)    // every setting, defaults included
///
/// The same recipe, data, version and machine give the same network.
public struct Recipe: Sendable, Hashable {
  /// What people call it, such as `cifar10-8-small`; may be empty.
  public var name: String
  /// What training minimises.
  public var method: TrainingMethod
  /// Where every random number of the run starts.
  public var seed: Int
  /// The passes over the data.
  public var epochs: Int
  /// The images of a batch; the last batch of an epoch may have fewer.
  public var batch: Int
  /// The shares of a batch, each a step of its own whose gradients are summed in order; several processes divide them among themselves.
  public var shares: Int
  /// What the network learns from.
  public var data: DataSettings
  /// What is trained.
  public var network: NetworkSettings
  /// The radius.
  public var epsilon: EpsilonSettings
  /// The parameters of the method.
  public var loss: LossSettings
  /// The teacher, where there is one.
  public var distillation: DistillationSettings
  /// The search for adversarial inputs; meaningless where `method.usesAttack` is false.
  public var attack: AttackSettings
  /// The regularisers of the warm-up; their weight is 0 where the method has no bounds.
  public var regularizer: RegularizerSettings
  /// How the weights move.
  public var optimizer: OptimizerSettings
  /// What is done to them after each step.
  public var constraint: ConstraintSettings
  /// Which weights are kept in the end.
  public var averaging: AveragingSettings
  /// How often the network is judged, and by how many images.
  public var evaluation: EvaluationSettings

  /// Reads a recipe from YAML.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - source: The file or the name to give in errors.
  ///   - settings: Texts of the form `epochs=10` or `optimizer.learning-rate=1e-3`, which replace or add to
  ///     what the text says, in their order.
  /// - Throws: `InputError` that lists everything that is wrong, with the lines: unknown keys and the
  ///   nearest known ones, wrong types, numbers out of range, settings that contradict each other.
  public init(
    yaml: String, source: String, settings: [String] = []
  ) throws(InputError) {
    var tree = try RecipeTree(yaml: yaml, source: source)
    for setting in settings { try tree.apply(setting: setting, source: source) }
    guard case .section(let entries) = tree.content else {
      throw InputError(source, "is not a recipe; expected lines such as \"method: fast\"")
    }
    let problems = RecipeProblems(source: source)
    var reader = RecipeReader(entries, problems: problems)
    self.init()
    visit(&reader)
    reader.finish()
    // What contradicts is asked only about values that could be read.
    if problems.isEmpty { reportContradictions(to: problems) }
    try problems.throwIfAny()
  }

  /// Reads a recipe from a file.
  ///
  /// - Throws: `InputError` as the other initialiser does, and when the file cannot be read, is larger than
  ///   a mebibyte, or is not UTF-8.
  public init(contentsOf path: String, settings: [String] = []) throws(InputError) {
    try self.init(yaml: Self.text(of: path), source: path, settings: settings)
  }

  /// The text of a recipe's file.
  static func text(of path: String) throws(InputError) -> String {
    let data = try readFile(path, limit: 1 << 20)
    guard data.count <= 1 << 20 else {
      throw InputError(path, "is too large for a recipe (\(data.count) bytes)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw InputError(path, "is not UTF-8 text; is it a recipe?")
    }
    return text
  }

  /// The recipe as YAML with every setting that applies, in one order: the record beside a model.
  ///
  /// Reading it gives an equal recipe.
  public var yaml: String {
    var writer = RecipeWriter()
    var copy = self
    copy.visit(&writer)
    return writer.lines.joined(separator: "\n") + "\n"
  }

  /// The recipe after changes in code, checked as if it had been read.
  ///
  /// - Throws: `InputError` as reading does.
  public func validated() throws(InputError) -> Recipe {
    try Recipe(yaml: yaml, source: name.isEmpty ? "recipe" : name)
  }

  init() {
    name = ""
    method = .fast
    seed = 0
    epochs = 1
    batch = 128
    shares = 1
    data = DataSettings()
    network = NetworkSettings()
    epsilon = EpsilonSettings()
    loss = LossSettings()
    distillation = DistillationSettings()
    attack = AttackSettings()
    regularizer = RegularizerSettings()
    optimizer = OptimizerSettings()
    constraint = ConstraintSettings()
    averaging = AveragingSettings()
    evaluation = EvaluationSettings()
  }

  /// Every field, in the order in which they are written.
  mutating func visit(_ fields: inout some RecipeFields) {
    fields.text("name", &name, default: "")
    fields.choice("method", &method, default: .fast)
    fields.integer("seed", &seed, in: 0...Int.max, default: 0)
    fields.integer("epochs", &epochs, in: 1...1_000_000, default: 30)
    fields.integer("batch", &batch, in: 1...1_000_000, default: 128)
    fields.integer("shares", &shares, in: 1...1_000_000, default: 1)
    let (method, epochs) = (method, epochs)
    fields.section("data") { data.visit(&$0) }
    fields.section("network") { network.visit(&$0, method) }
    fields.section("epsilon") { epsilon.visit(&$0, method, epochs) }
    fields.section("loss") { loss.visit(&$0, method) }
    if method.takesTeacher {
      let alpha = loss.alpha
      fields.section("distillation") { distillation.visit(&$0, method, alpha: alpha) }
    } else {
      fields.inapplicable(
        ["distillation"],
        "belongs to \(TrainingMethod.names(where: \.takesTeacher)); the method is \(method.rawValue)"
      )
    }
    if method.usesAttack {
      fields.section("attack") { attack.visit(&$0, method) }
    } else {
      fields.inapplicable(["attack"], "\(method.rawValue) makes no adversarial inputs")
    }
    if method.usesBounds {
      fields.section("regularizer") { regularizer.visit(&$0, method) }
    } else {
      fields.inapplicable(["regularizer"], "\(method.rawValue) has no bounds to regularise")
    }
    fields.section("optimizer") { optimizer.visit(&$0, epochs) }
    fields.section("constraint") { constraint.visit(&$0) }
    fields.section("averaging") { averaging.visit(&$0, epochs) }
    fields.section("evaluation") { evaluation.visit(&$0) }
  }
}

extension TrainingMethod: RecipeChoice {}
