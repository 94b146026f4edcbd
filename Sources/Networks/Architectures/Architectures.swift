import Files

/// The sizes of an architecture that a recipe may set; nil leaves the published ones.
public struct ArchitectureSettings: Sendable, Hashable {
  /// The channels of the first convolution, or by what a residual network is widened.
  public var width: Int?
  /// The size of every hidden linear layer.
  public var linear: Int?
  /// The sizes of the hidden layers of an `mlp`.
  public var hidden: [Int]?
  /// Which layers are normalised.
  public var normalization: NormalizationPlacement?
  /// What a `vit` has beside its width.
  public var transformer = VisionTransformerSettings()
  /// The stages of a `staged` network.
  public var stages: [NetworkStage]?

  /// Creates settings.
  public init(
    width: Int? = nil, linear: Int? = nil, hidden: [Int]? = nil,
    normalization: NormalizationPlacement? = nil,
    transformer: VisionTransformerSettings = .init(), stages: [NetworkStage]? = nil
  ) {
    self.width = width
    self.linear = linear
    self.hidden = hidden
    self.normalization = normalization
    self.transformer = transformer
    self.stages = stages
  }

  /// The names of the settings that are made.
  fileprivate var made: [String] {
    [
      width.map { _ in "width" }, linear.map { _ in "linear" }, hidden.map { _ in "hidden" },
      normalization.map { _ in "normalization" }, stages.map { _ in "stages" },
    ].compactMap(\.self) + transformer.made
  }
}

/// The architectures that recipes name.
public enum Architectures {
  /// The names, in alphabetical order.
  public static var names: [String] { entries.map(\.name).sorted() }

  /// The architecture of a name.
  ///
  /// - Throws: `InputError` when the name is unknown, naming the nearest known one, or when a setting is
  ///   made that this architecture does not have.
  public static func named(
    _ name: String, _ settings: ArchitectureSettings = .init()
  ) throws(InputError) -> any Architecture {
    guard let entry = entries.first(where: { $0.name == name }) else {
      let hint = nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
      throw InputError(
        "architecture \"\(name)\"", "unknown; known are \(names.joined(separator: ", "))\(hint)")
    }
    for setting in settings.made where !entry.settings.contains(setting) {
      throw InputError(
        "architecture \"\(name)\"", place: setting,
        "has no such setting; expected \(entry.settings.joined(separator: ", "))")
    }
    // Both kinds of normalisation have one name.
    let isOtherKind =
      name == VisionTransformer.name
      ? settings.normalization != nil : settings.transformer.normalization != nil
    guard !isOtherKind else {
      throw InputError(
        "architecture \"\(name)\"", place: "normalization", "is one of another architecture's")
    }
    return entry.make(settings)
  }

  private struct Entry: Sendable {
    var name: String
    var settings = ["width", "linear", "normalization"]
    var make: @Sendable (ArchitectureSettings) -> any Architecture
  }

  private static let entries: [Entry] = chains + deepMind + residual + transformers + staged

  private static let staged: [Entry] = [
    Entry(name: StagedNetwork.name, settings: ["stages", "linear", "normalization"]) {
      StagedNetwork(
        $0.stages ?? StagedNetwork.usualStages, linear: $0.linear,
        normalization: $0.normalization ?? .full)
    }
  ]

  private static let transformers: [Entry] = [
    Entry(
      name: VisionTransformer.name,
      settings: [
        "width", "patch", "layers", "heads", "expansion", "positions", "normalization", "residual",
        "activation", "attention", "attention-scale", "mod-factor",
      ]
    ) { $0.transformer.architecture(width: $0.width) }
  ]

  private static let chains: [Entry] =
    [
      Entry(name: "cnn-7") {
        CNN7(
          width: $0.width ?? 64, linear: $0.linear ?? 512, normalization: $0.normalization ?? .full)
      },
      Entry(name: "cnn-7-tinyimagenet") {
        CNN7(
          width: $0.width ?? 64, linear: $0.linear ?? 512,
          normalization: $0.normalization ?? .full, lastStride: 2)
      },
      Entry(name: "mlp", settings: ["hidden", "normalization"]) {
        MLP(hidden: $0.hidden ?? [256, 256], isNormalized: $0.normalization == .full)
      },
    ]
    + ShallowCNN.Depth.allCases.map { depth in
      Entry(
        name: "cnn-\(depth.rawValue)",
        settings: depth == .three
          ? ["width", "normalization"] : ["width", "linear", "normalization"]
      ) {
        ShallowCNN(
          depth, width: $0.width, linear: $0.linear, normalization: $0.normalization ?? .full)
      }
    }
    + [false, true].flatMap { isLarger in
      [
        Entry(name: isLarger ? "conv-med-big" : "conv-med") {
          ConvMed(
            isBig: isLarger, width: $0.width ?? 32, linear: $0.linear ?? 250,
            normalization: $0.normalization ?? .none)
        },
        Entry(name: isLarger ? "strided-4" : "strided-2") {
          StridedCNN(
            isDeep: isLarger, width: $0.width ?? 1, linear: $0.linear,
            normalization: $0.normalization ?? .none)
        },
      ]
    }

  private static let deepMind: [Entry] =
    DeepMindCNN.Size.allCases.map { size in
      Entry(
        name: "dm-\(size.rawValue)",
        settings: size == .tiny
          ? ["linear", "normalization"] : ["width", "linear", "normalization"]
      ) {
        DeepMindCNN(
          size, width: $0.width, linear: $0.linear, normalization: $0.normalization ?? .none)
      }
    } + [
      Entry(name: "dm-large") {
        CNN7(
          width: $0.width ?? 64, linear: $0.linear ?? 512, normalization: $0.normalization ?? .none)
      }
    ]

  private static let residual: [Entry] = [
    Entry(name: "wide-resnet-8", settings: ["width", "linear"]) {
      WideResNet8(widening: $0.width ?? 8, linear: $0.linear ?? 512)
    },
    Entry(name: "wide-resnet-8-tinyimagenet", settings: ["width", "linear"]) {
      WideResNet8(widening: $0.width ?? 10, linear: $0.linear ?? 512)
    },
    Entry(name: "resnext", settings: ["width", "linear"]) {
      ResNeXt(width: $0.width ?? 64, linear: $0.linear ?? 512)
    },
    Entry(name: "resnext-tinyimagenet", settings: ["width", "linear"]) {
      ResNeXt(width: $0.width ?? 16, blocks: [2, 2, 2], linear: $0.linear ?? 512)
    },
  ]
}
