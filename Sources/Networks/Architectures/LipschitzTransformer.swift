import Files
import Tensors

/// A transformer that reads tokens and predicts the next one at each place, without normalisations, so that how far its outputs move follows
/// from the norms of its weights.
///
/// Each block is functional attention, then two layers around GELU, each beside a residual connection `(1 - a) x + a f(x)` with `a` one over the
/// number of residual connections. Attention is divided by 3 and GELU by 1.12891. No layer has a bias.
///
/// Source: Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025), section 4.
public struct LipschitzTransformer: Sendable, Hashable {
  /// How many kinds of tokens there are.
  public var vocabulary: Int
  /// How many tokens a network reads.
  public var tokens: Int
  /// The width of a token.
  public var width: Int
  /// The number of blocks.
  public var blocks: Int
  /// The heads of each block.
  public var heads: Int
  /// How many times wider the layer before GELU is.
  public var expansion: Int
  /// What logits of attention are multiplied by, beside one over a head's width.
  public var logitScale: Double
  /// What the network's outputs are multiplied by.
  public var finalScale: Double
  /// What logits of attention are made of; with distances queries, keys and values are one.
  public var attention = AttentionForm.Logits.products

  /// What GELU is divided by: no less than its largest slope.
  public static var geluDivisor: Double { 1.12891 }

  /// Creates an architecture.
  public init(
    vocabulary: Int, tokens: Int, width: Int, blocks: Int, heads: Int, expansion: Int = 4,
    logitScale: Double = 1, finalScale: Double = 1
  ) {
    (self.vocabulary, self.tokens, self.width) = (vocabulary, tokens, width)
    (self.blocks, self.heads, self.expansion) = (blocks, heads, expansion)
    (self.logitScale, self.finalScale) = (logitScale, finalScale)
  }

  /// Builds the network, its weights zero: tokens of shape `[1, tokens]` in, `[1, tokens, vocabulary]` out.
  ///
  /// - Throws: `InputError` naming a size that does not fit the others.
  public func network() throws(InputError) -> Network {
    try check()
    var network = Network(input: [1, tokens], named: "tokens")
    // Equal shapes share their zeros until they get values of their own, so that large networks can be looked at.
    var zeros: [Shape: Tensor<Double>] = [:]
    func parameter(_ name: String, _ shape: Shape) -> ParameterID {
      let zero = zeros[shape] ?? Tensor(repeating: 0, shape)
      zeros[shape] = zero
      return network.addParameter(name, zero)
    }
    func constant(_ name: String, _ value: Double) -> ParameterID {
      // As a 32-bit float, so that a model file holds the same number.
      network.addParameter(name, Tensor([1], [Double(Float(value))]))
    }
    let angles = RotaryPositions.tables(places: tokens, width: width / heads, heads: heads)
    let form = AttentionForm(
      heads: heads, scale: logitScale * Double(heads) / Double(width), isCausal: true,
      logits: attention)
    do throws(ShapeMismatch) {
      let table = parameter("embedding.weight", [vocabulary, width])
      var stream = try network.add(Embedding(table: table), [0], named: "embedding")
      let cosines = network.addParameter("rotary.cosines", angles.cosines)
      let sines = network.addParameter("rotary.sines", angles.sines)
      let turn = RotaryPositions(cosines: cosines, sines: sines, heads: heads)
      let share = 1 / Double(max(1, 2 * blocks))
      let rest = constant("residual.rest", 1 - share)
      let attended = constant("attention.share", share / 3)
      let risen = constant("mlp.share", share / Self.geluDivisor)
      func linear(_ name: String, _ from: Int, _ to: Int, _ source: Int) throws(ShapeMismatch)
        -> Int
      {
        let weight = parameter("\(name).weight", [from, to])
        return try network.add(Linear(weight: weight), [source], named: name)
      }
      func residual(_ name: String, _ branch: Int, _ factor: ParameterID) throws(ShapeMismatch) {
        let kept = try network.add(MultiplyConstant(rest), [stream], named: "\(name).rest")
        let added = try network.add(MultiplyConstant(factor), [branch], named: "\(name).share")
        stream = try network.add(Add(), [kept, added], named: "\(name).sum")
      }
      for block in 0..<blocks {
        let name = "block\(block + 1)"
        let plain = try linear("\(name).queries", width, width, stream)
        let queries = try network.add(turn, [plain], named: "\(name).queries.turned")
        var inputs = [queries, queries, queries]
        if self.attention == .products {
          let plainKeys = try linear("\(name).keys", width, width, stream)
          inputs[1] = try network.add(turn, [plainKeys], named: "\(name).keys.turned")
          inputs[2] = try linear("\(name).values", width, width, stream)
        }
        let attention = try network.add(Attention(form), inputs, named: "\(name).attention")
        try residual(
          "\(name).attention", try linear("\(name).mixing", width, width, attention), attended)
        let rising = try linear("\(name).rising", width, expansion * width, stream)
        let bent = try network.add(Gelu(), [rising], named: "\(name).gelu")
        try residual(
          "\(name).mlp", try linear("\(name).falling", expansion * width, width, bent), risen)
      }
      var logits = try linear("head", width, vocabulary, stream)
      if finalScale != 1 {
        logits = try network.add(
          MultiplyConstant(constant("head.scale", finalScale)), [logits], named: "head.scaled")
      }
      network.setOutput(logits, named: "logits")
    } catch {
      throw InputError("transformer", "\(error)")
    }
    return network
  }

  /// A weight of the network.
  public struct WeightShape: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its shape.
    public var shape: Shape
  }

  /// The weights of the network with their shapes, in its order, without making it.
  public var weightShapes: [WeightShape] {
    let parts = attention == .products ? ["queries", "keys", "values"] : ["queries"]
    let square: [(String, Shape)] = (parts + ["mixing"]).map { ($0, [width, width]) }
    let layers: [(String, Shape)] = [
      ("rising", [width, expansion * width]), ("falling", [expansion * width, width]),
    ]
    let inner = (0..<blocks).flatMap { block in
      (square + layers).map { name, shape in
        WeightShape(name: "block\(block + 1).\(name).weight", shape: shape)
      }
    }
    return [WeightShape(name: "embedding.weight", shape: [vocabulary, width])] + inner
      + [WeightShape(name: "head.weight", shape: [width, vocabulary])]
  }

  /// The number of weights that are trained.
  public var weightCount: Int { weightShapes.reduce(0) { $0 + $1.shape.count } }

  private func check() throws(InputError) {
    for (name, value) in [
      ("vocabulary", vocabulary), ("tokens", tokens), ("width", width), ("blocks", blocks),
      ("heads", heads), ("expansion", expansion),
    ] where value < 1 {
      throw InputError("transformer", place: name, "\(value) of them; expected 1 or more")
    }
    guard width % (2 * heads) == 0 else {
      throw InputError(
        "transformer", place: "width",
        "\(width) for \(heads) heads; expected an even number of features in each")
    }
  }
}
