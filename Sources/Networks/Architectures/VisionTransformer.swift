import Files
import Foundation
import Tensors

/// A transformer of the patches of an image: a linear layer of each patch, positions, blocks of attention and of two layers, the mean over the
/// patches and a linear classifier.
///
/// In a block, attention and the two layers are each beside a residual connection, behind a normalisation where there are any. Queries and keys have
/// no bias: that of keys would not matter to a softmax, and without that of queries logits are a bilinear form of the tokens.
///
/// With `attention: .distances` queries, keys and values are one, as in Kim et al., "The Lipschitz constant of self-attention" (ICML 2021), whose
/// matrices behind the tied one, `W' V O`, are a product, and here the one layer behind attention.
///
/// Sources: Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021); the mean instead of a class token and sines as positions after Beyer
/// et al., "Better plain ViT baselines for ImageNet-1k" (2022).
public struct VisionTransformer: Architecture {
  /// What stands before attention, before the two layers and before the mean.
  public enum Normalization: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing.
    case none
    /// Each token less its mean, divided by its deviation (Ba et al., "Layer normalization", 2016).
    case layer
    /// Each token divided by its root mean square (Zhang and Sennrich, "Root mean square layer normalization", NeurIPS 2019).
    case rms
  }

  /// What is added to tell the places of patches apart.
  public enum Positions: String, Sendable, Hashable, CaseIterable, Codable {
    /// Numbers that are trained and begin as the fixed ones.
    case learned
    /// Sines and cosines of row and column.
    case fixed
    /// Nothing.
    case none
  }

  /// How a branch joins the stream.
  public enum Residual: String, Sendable, Hashable, CaseIterable, Codable {
    /// `x + f(x)`.
    case plain
    /// `(1 - a) x + a f(x)`, with `a` one over the number of branches, attention divided by 3 and GELU by 1.12891 (Newhouse et al. 2025).
    case mixed
  }

  /// The function between the two layers of a block.
  public enum Activation: String, Sendable, Hashable, CaseIterable, Codable {
    /// GELU by the error function.
    case gelu
    /// The positive part.
    case relu
  }

  /// Height and width of a patch, in pixels.
  public var patch: Int
  /// The width of a token.
  public var width: Int
  /// The number of blocks.
  public var layers: Int
  /// The heads of each block.
  public var heads: Int
  /// How many times wider the first of the two layers is.
  public var expansion: Int
  /// What is added for the places of patches.
  public var positions: Positions
  /// What is normalised.
  public var normalization: Normalization
  /// How branches join the stream.
  public var residual: Residual
  /// The function between the two layers.
  public var activation: Activation
  /// What products of queries and keys are multiplied by; nil for one over the root of a head's width, or over the width itself with mixed branches.
  public var attentionScale: Double?
  /// What logits are made of; with distances queries, keys and values are one.
  public var attention = AttentionForm.Logits.products
  /// The factor of the schedule by which deeper blocks keep fewer tokens (`MixtureOfDepths`); nil where every block has all of them.
  public var modFactor: Double?

  /// Creates an architecture.
  public init(
    patch: Int = 4, width: Int = 64, layers: Int = 4, heads: Int = 4, expansion: Int = 2,
    positions: Positions = .learned, normalization: Normalization = .layer,
    residual: Residual = .plain, activation: Activation = .gelu, attentionScale: Double? = nil,
    modFactor: Double? = nil
  ) {
    (self.patch, self.width, self.layers, self.heads) = (patch, width, layers, heads)
    (self.expansion, self.positions, self.normalization) = (expansion, positions, normalization)
    (self.residual, self.activation, self.attentionScale) = (residual, activation, attentionScale)
    self.modFactor = modFactor
  }

  /// The name in recipes.
  public static var name: String { "vit" }
  public var name: String { Self.name }

  public func network(for task: ImageTask) throws(InputError) -> Network {
    var stack = try LayerStack(name, task)
    try check(task)
    try stack.convolution(ConvolutionLayer(width, patch, stride: patch), "patches")
    let tokens = stack.network.nodes[stack.last].shape.count / width
    try stack.add(Reshape(to: [1, width, tokens]), [stack.last], "patches.rows")
    try stack.add(Transpose([0, 2, 1]), [stack.last], "tokens")
    if positions != .none {
      let table = Self.sines(
        rows: task.shape[1] / patch, columns: task.shape[2] / patch, width: width)
      let constant = stack.parameter("positions", table)
      try stack.add(
        AddConstant(constant, isTrained: positions == .learned), [stack.last], "positions")
    }
    for (block, kept) in try keptTokens(of: tokens).enumerated() {
      try add(block: "block\(block + 1)", keeping: kept, to: &stack)
    }
    try normalize(&stack, "norm")
    try stack.add(Reduce(axes: [1], keepingAxes: false, isMean: true), [stack.last], "mean")
    return try stack.head(hidden: [], isNormalized: false, classes: task.classes)
  }

  /// Adds attention and the two layers.
  ///
  /// - Parameter kept: How many tokens go through them; nil for all, without a choice.
  func add(block name: String, keeping kept: Int?, to stack: inout LayerStack) throws(InputError) {
    var stream = stack.last
    let route = try route(&stack, name, keeping: kept)
    try normalize(&stack, "\(name).attention.norm")
    let read = stack.last
    func part(_ part: String, hasBias: Bool = false) throws(InputError) -> Int {
      try stack.linear(width, "\(name).\(part)", from: read, hasBias: hasBias)
      return stack.last
    }
    let queries = try part("queries")
    let inputs =
      attention == .distances
      ? [queries, queries, queries]
      : [queries, try part("keys"), try part("values", hasBias: true)]
    let form = AttentionForm(heads: heads, scale: scale, isCausal: false, logits: attention)
    if let route {
      try attend(&stack, "\(name).attention", inputs, form, among: route)
    } else {
      try stack.add(Attention(form), inputs, "\(name).attention")
    }
    try stack.linear(width, "\(name).mixing")
    try join(&stack, "\(name).attention", stream, divisor: 3)
    stream = stack.last
    try normalize(&stack, "\(name).mlp.norm")
    try stack.linear(expansion * width, "\(name).rising")
    switch activation {
    case .gelu: try stack.add(Gelu(), [stack.last], "\(name).gelu")
    case .relu: try stack.relu("\(name).relu")
    }
    try stack.linear(width, "\(name).falling")
    if let route { try stack.add(Multiply(), [stack.last, route.gate], "\(name).mlp.gated") }
    try join(
      &stack, "\(name).mlp", stream,
      divisor: activation == .gelu ? LipschitzTransformer.geluDivisor : 1)
    if let route { try merge(&stack, name, route) }
  }

  /// What products of queries and keys are multiplied by, a 32-bit float so that a model file holds the same number.
  var scale: Double {
    let head = Double(width / heads)
    return Double(
      Float(attentionScale ?? (residual == .plain ? 1 / head.squareRoot() : 1 / head)))
  }

  /// Adds the last node to the stream.
  private func join(
    _ stack: inout LayerStack, _ name: String, _ stream: Int, divisor: Double
  ) throws(InputError) {
    let branch = stack.last
    guard residual == .mixed else {
      try stack.add(Add(), [stream, branch], "\(name).sum")
      return
    }
    let share = 1 / Double(2 * layers)
    func constant(_ part: String, _ value: Double) -> ParameterID {
      stack.parameter("\(name).\(part)", Tensor([1], [Double(Float(value))]))
    }
    let (rest, factor) = (constant("rest", 1 - share), constant("share", share / divisor))
    let kept = try stack.add(MultiplyConstant(rest), [stream], "\(name).rest")
    let added = try stack.add(MultiplyConstant(factor), [branch], "\(name).share")
    try stack.add(Add(), [kept, added], "\(name).sum")
  }

  /// Adds a normalisation of the last node's tokens, of operations that bounds, gradients and model files know.
  private func normalize(_ stack: inout LayerStack, _ name: String) throws(InputError) {
    guard normalization != .none else { return }
    func mean(_ part: String) throws(InputError) {
      try stack.add(
        Reduce(axes: [2], keepingAxes: true, isMean: true), [stack.last], "\(name).\(part)")
    }
    var source = stack.last
    if normalization == .layer {
      try mean("mean")
      source = try stack.add(Add(isDifference: true), [source, stack.last], "\(name).distance")
    }
    try stack.add(Power(exponent: 2), [source], "\(name).squares")
    try mean("variance")
    let epsilon = stack.parameter("\(name).epsilon", Tensor([1], [Double(Float(1e-5))]))
    try stack.add(AddConstant(epsilon), [stack.last], "\(name).shifted")
    // One operation, whose lines are tighter than those of a root and a quotient.
    try stack.add(Power(exponent: -0.5), [stack.last], "\(name).inverse")
    try stack.add(Multiply(), [source, stack.last], "\(name).standard")
    let scale = stack.parameter("\(name).scale", Tensor(repeating: 1, [width]))
    try stack.add(MultiplyConstant(scale, isTrained: true), [stack.last], "\(name).scaled")
    guard normalization == .layer else { return }
    let shift = stack.parameter("\(name).shift", Tensor(repeating: 0, [width]))
    try stack.add(AddConstant(shift, isTrained: true), [stack.last], name)
  }

  private func check(_ task: ImageTask) throws(InputError) {
    func problem(_ place: String, _ text: String) -> InputError {
      InputError("architecture \"\(name)\"", place: place, text)
    }
    for (place, value) in [
      ("patch", patch), ("width", width), ("layers", layers), ("heads", heads),
      ("expansion", expansion),
    ] where value < 1 {
      throw problem(place, "\(value); expected 1 or more")
    }
    guard width % heads == 0 else {
      throw problem("heads", "\(heads) of them do not divide a width of \(width)")
    }
    guard positions == .none || width % 4 == 0 else {
      throw problem(
        "width",
        "\(width) for positions by row and column; expected a multiple of 4, or positions: none")
    }
    if let attentionScale, !(attentionScale.isFinite && attentionScale > 0) {
      throw problem("attention-scale", "\(attentionScale); expected a number above 0")
    }
    guard attention == .products || modFactor == nil else {
      throw problem(
        "attention",
        "\(attention.rawValue) together with mod-factor; blocks that tokens skip have products alone"
      )
    }
    guard task.shape[1] % patch == 0, task.shape[2] % patch == 0 else {
      throw problem(
        "patch",
        "images of shape \(Shape(task.shape)) do not fall into patches of \(patch)x\(patch)")
    }
  }

  /// Sines and cosines of the rows and of the columns, a quarter of the features each, for each patch.
  static func sines(rows: Int, columns: Int, width: Int) -> Tensor<Double> {
    let part = width / 4
    var values: [Double] = []
    for row in 0..<rows {
      for column in 0..<columns {
        for place in [row, column] {
          let angles = (0..<part).map {
            Double(place) / pow(10_000, Double($0) / Double(max(1, part - 1)))
          }
          values += angles.map { Double(Float(sin($0))) }
          values += angles.map { Double(Float(cos($0))) }
        }
      }
    }
    return Tensor([rows * columns, width], values)
  }
}
