import Datasets
import Files
import Networks
import Tensors

/// Everything that decides how a transformer learns to continue a text, but for the text itself.
///
/// Written in YAML with `task: text` (`docs/recipes.md`):
///
///     let recipe = try TextRecipe.named("shakespeare-small", settings: ["seed=1"])
public struct TextRecipe: Sendable, Hashable {
  /// The text.
  public struct Data: Sendable, Hashable {
    /// The file in UTF-8.
    public var file = ""
    /// What a token stands for.
    public var tokenizer = Tokenizer.Kind.characters
    /// The part that is kept for judging, the last of the text.
    public var validation = 0.1
  }

  /// The sizes of the transformer.
  public struct Sizes: Sendable, Hashable {
    /// The tokens that it reads.
    public var tokens = 256
    /// The width of a token.
    public var width = 256
    /// The number of blocks.
    public var blocks = 3
    /// The heads of a block.
    public var heads = 4
    /// How many times wider the layer before GELU is.
    public var expansion = 4
    /// What logits of attention are multiplied by, beside one over a head's width.
    public var logitScale = 1.0
    /// What the outputs are multiplied by.
    public var finalScale = 1.0
    /// What logits of attention are made of.
    public var attention = AttentionForm.Logits.products
  }

  /// What people call it; may be empty.
  public var name = ""
  /// Where every random number of the run starts.
  public var seed = 0
  /// The passes over the text.
  public var epochs = 1
  /// The windows of a batch.
  public var batch = 64
  /// The text.
  public var data = Data()
  /// What is trained.
  public var network = Sizes()
  /// How the weights move.
  public var optimizer = OptimizerSettings()
  /// What is done to them after each step.
  public var constraint = ConstraintSettings()
  /// The epochs from one judgement to the next; the last epoch is always judged.
  public var judgedEvery = 1

  /// Every field, in the order in which they are written.
  mutating func visit(_ fields: inout some RecipeFields) {
    var task = Task.text
    fields.text("name", &name, default: "")
    fields.choice("task", &task, default: .text)
    fields.integer("seed", &seed, in: 0...Int.max, default: 0)
    fields.integer("epochs", &epochs, in: 1...1_000_000, default: 20)
    fields.integer("batch", &batch, in: 1...1_000_000, default: 64)
    fields.section("data") { section in
      section.text("file", &data.file, default: nil)
      section.choice("tokenizer", &data.tokenizer, default: .characters)
      section.number("validation", &data.validation, in: .fraction, default: 0.1)
    }
    fields.section("network") { section in
      section.integer("tokens", &network.tokens, in: 2...100_000, default: 256)
      section.integer("width", &network.width, in: 2...100_000, default: 256)
      section.integer("blocks", &network.blocks, in: 1...1_000, default: 3)
      section.integer("heads", &network.heads, in: 1...1_000, default: 4)
      section.integer("expansion", &network.expansion, in: 1...100, default: 4)
      section.number("logit-scale", &network.logitScale, in: .positive, default: 1)
      section.number("final-scale", &network.finalScale, in: .positive, default: 1)
      section.choice("attention", &network.attention, default: .products)
    }
    let epochs = epochs
    fields.section("optimizer") { optimizer.visit(&$0, epochs) }
    fields.section("constraint") { constraint.visit(&$0) }
    fields.section("evaluation") { section in
      section.integer("every", &judgedEvery, in: 1...1_000_000, default: 1)
    }
  }

  private enum Task: String, CaseIterable, RecipeChoice { case text }

  /// The architecture for a number of tokens.
  public func architecture(vocabulary: Int) -> LipschitzTransformer {
    var result = LipschitzTransformer(
      vocabulary: vocabulary, tokens: network.tokens, width: network.width, blocks: network.blocks,
      heads: network.heads, expansion: network.expansion, logitScale: network.logitScale,
      finalScale: network.finalScale)
    result.attention = network.attention
    return result
  }

  /// What rate and decay of each weight are multiplied by, where they are carried over from another width; empty where they are not.
  ///
  /// - Throws: `InputError` when there is no transformer of that width.
  func stepScales(
    of network: Network, _ trained: TrainedNetwork, vocabulary: Int
  ) throws(InputError) -> [StepScale] {
    let trainable = trained.trainable
    if optimizer.masses == .modular {
      return try network.modularScales(
        trainable, trained.forms, blockMass: optimizer.blockMass, source: "the transformer")
    }
    guard let width = optimizer.transferredFrom else { return [] }
    func other(_ width: Int) throws(InputError) -> Network {
      var other = self
      other.network.width = width
      return try other.architecture(vocabulary: vocabulary).network()
    }
    return network.stepScales(from: try other(width), try other(2 * width), trainable)
  }

  func reportContradictions(to problems: RecipeProblems) {
    if !(data.validation > 0 && data.validation < 1) {
      problems.add("data.validation", "leaves nothing to judge by or to learn from")
    }
    if network.width % (2 * network.heads) != 0 {
      problems.add(
        "network.width",
        "\(network.width) for \(network.heads) heads; expected an even number of features in each")
    }
    constraint.reportContradictions(with: optimizer, to: problems)
    if let late = optimizer.decayEpochs.first(where: { $0 >= epochs }) {
      problems.add("optimizer.decay-epochs", "nothing comes after epoch \(late) of \(epochs)")
    }
    if optimizer.kind != .sgd, optimizer.betas.contains(1) {
      problems.add("optimizer.betas", "1 would never learn; expected numbers below 1")
    }
  }
}

extension Tokenizer.Kind: RecipeChoice {}
