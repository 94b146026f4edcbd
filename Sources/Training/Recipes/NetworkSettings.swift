import Files
import Networks
import Tensors

/// What is trained, and from where.
public struct NetworkSettings: Sendable, Hashable {
  /// Where the statistics of batch normalisation for judging and saving come from.
  public enum Statistics: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// The running averages of the training batches.
    case running
    /// The plain average over one more pass through the training data after every epoch.
    case population
    /// Running estimates, by which normalisations go in training too, so that a batch may be as small as one image (Qiao et al.
    /// 2019).
    case estimated
  }

  /// The name of the architecture, one of `Architectures.names`.
  public var architecture = "cnn-7"
  /// The ONNX file to start from instead of an architecture; nil to start anew.
  public var file: String?
  /// The sizes of the architecture, nil for the published ones.
  public var sizes = ArchitectureSettings()
  /// The statistics of batch normalisation for judging and saving.
  public var statistics = Statistics.running
  /// The weight of a batch in statistics that run: after the first batches, in those that are estimated.
  public var statisticsSpeed = 0.1
  /// How the kernels that the network computes with follow from those that are trained.
  public var weights = WeightSettings()
  /// The groups of channels that are normalised once more behind every batch normalisation of images; nil for none.
  public var channelGroups: Int?
  /// The function behind the layers of architectures that have ReLUs; nil for those.
  public var activation: LayerActivation?
  /// How the first weights are drawn.
  public var initialization = Initialization.ibp

  mutating func visit(_ fields: inout some RecipeFields, _ method: TrainingMethod) {
    fields.text("file", &file, none: "none")
    if file == nil {
      fields.text("architecture", &architecture, default: "cnn-7")
      fields.integer("width", &sizes.width, in: 1...100_000, none: "published")
      if architecture == VisionTransformer.name {
        sizes.transformer.visit(&fields)
        fields.inapplicable(
          ["linear", "hidden", "channel-groups"],
          "is no size of a vit; known are width and expansion")
      } else {
        fields.integer("linear", &sizes.linear, in: 1...1_000_000, none: "published")
        fields.integers("hidden", &sizes.hidden, in: 1...1_000_000, none: "published")
        fields.choice("normalization", &sizes.normalization, none: "published")
        fields.integer("channel-groups", &channelGroups, in: 1...100_000, none: "none")
        fields.choice("activation", &activation, none: "published")
        fields.inapplicable(
          VisionTransformerSettings.ownKeys.filter { $0 != "activation" },
          "belongs to the architecture vit; the architecture is \(architecture)")
      }
      if architecture == StagedNetwork.name {
        fields.words(
          "stages", &sizes.stages, example: StagedNetwork.usualStages, none: "published")
      } else {
        fields.inapplicable(
          ["stages"],
          "belongs to the architecture \(StagedNetwork.name); the architecture is \(architecture)")
      }
      fields.choice(
        "initialization", &initialization.weights,
        default: method.usesFastWarmUp ? .ibp : .framework)
      fields.choice(
        "biases", &initialization.biases,
        default: initialization.weights == .framework ? .framework : .zero)
    } else {
      fields.inapplicable(
        [
          "architecture", "width", "linear", "hidden", "normalization", "channel-groups",
          "initialization", "biases", "stages",
        ] + VisionTransformerSettings.ownKeys, "the network is read from a file, which decides it")
    }
    weights.visit(&fields, isFromFile: file != nil)
    fields.choice(
      "statistics", &statistics,
      default: method.usesFastWarmUp && method != .fast ? .population : .running)
    if statistics == .population {
      fields.inapplicable(
        ["statistics-speed"], "statistics of the population are plain averages over an epoch")
    } else {
      fields.number(
        "statistics-speed", &statisticsSpeed, in: .share,
        default: statistics == .estimated ? 0.01 : 0.1)
    }
  }

  /// Reports an architecture that does not exist or has no such size.
  func reportContradictions(to problems: RecipeProblems) {
    guard file == nil else { return }
    if weights.kind == .standardized, sizes.normalization == NormalizationPlacement.none {
      problems.add(
        "network.weights",
        "weight-standardization leaves the size of a convolution to the normalisation behind it, and "
          + "network.normalization is none; expected scaled-weight-standardization")
    }
    if channelGroups != nil, sizes.normalization == NormalizationPlacement.none {
      problems.add(
        "network.channel-groups",
        "stand behind batch normalisations, and network.normalization is none; expected none")
    }
    do throws(InputError) {
      _ = try Architectures.named(architecture, sizes)
    } catch {
      // The place is the size that the architecture does not have.
      problems.add(
        "network.\(error.place.isEmpty ? "architecture" : error.place)",
        "\(error.source) \(error.message)")
    }
  }
}

extension VisionTransformerSettings {
  /// The keys that no other architecture has.
  static let ownKeys = [
    "patch", "layers", "heads", "expansion", "positions", "residual", "activation", "attention",
    "attention-scale", "mod-factor",
  ]

  mutating func visit(_ fields: inout some RecipeFields) {
    fields.integer("patch", &patch, in: 1...10_000, none: "published")
    fields.integer("layers", &layers, in: 1...1_000, none: "published")
    fields.integer("heads", &heads, in: 1...10_000, none: "published")
    fields.integer("expansion", &expansion, in: 1...1_000, none: "published")
    fields.choice("positions", &positions, none: "published")
    fields.choice("normalization", &normalization, none: "published")
    fields.choice("residual", &residual, none: "published")
    fields.choice("activation", &activation, none: "published")
    fields.choice("attention", &attention, none: "published")
    fields.number(
      "attention-scale", &attentionScale, in: .positive, none: "published", default: nil)
    fields.number("mod-factor", &modFactor, in: .share, none: "none", default: nil)
  }
}

extension VisionTransformer.Positions: RecipeChoice {}
extension VisionTransformer.Normalization: RecipeChoice {}
extension VisionTransformer.Residual: RecipeChoice {}
extension VisionTransformer.Activation: RecipeChoice {}
extension AttentionForm.Logits: RecipeChoice {}
extension NormalizationPlacement: RecipeChoice {}
extension Initialization.Scheme: RecipeChoice {}
extension Initialization.Biases: RecipeChoice {}
