import Files
import Tensors

// A block that most of its tokens may skip. Every token has a score, the product with a trained vector plus a trained number, and a gate,
// `1 + 0.2 tanh(score)`. The tokens with the largest scores go through attention, among themselves alone, and through the two layers, whose
// branch is multiplied by the gate; the others become their gate times what they were.
//
// The network computes every token and hides those that are left out: their logits as keys are lowered by 10^9, so that their exponentials are
// 0 in any float, as if they were not there, and what they compute as queries is not chosen in the end. So what it computes for the kept ones
// is what the block computes for the shorter sequence: a softmax over fewer keys is that over all with weights of 0, and everything else
// in a block is done token by token.

extension VisionTransformer {
  /// The nodes by which a block chooses its tokens.
  struct Route {
    /// What the block reads, `[1, tokens, width]`.
    var stream: Int
    /// What tokens are multiplied by, `[1, tokens, 1]`.
    var gate: Int
    /// 1 for those that are kept, 0 for the others, `[1, tokens, 1]`.
    var kept: Int
  }

  /// Adds scores, gates and the choice of tokens; nothing where all are kept without one.
  ///
  /// The trained numbers begin at 0, so that gates begin at 1.
  func route(
    _ stack: inout LayerStack, _ name: String, keeping kept: Int?
  ) throws(InputError) -> Route? {
    guard let kept else { return nil }
    let stream = stack.last
    let weight = stack.parameter("\(name).router.weight", Tensor(repeating: 0, [width]))
    let bias = stack.parameter("\(name).router.bias", Tensor(repeating: 0, [1]))
    // A product and a sum: as a vector it is left alone by what draws, norms or divides matrices.
    try stack.add(MultiplyConstant(weight, isTrained: true), [stream], "\(name).router.products")
    try stack.add(
      Reduce(axes: [2], keepingAxes: true, isMean: false), [stack.last], "\(name).router.sum")
    let scores = try stack.add(
      AddConstant(bias, isTrained: true), [stack.last], "\(name).router.scores")
    let tokens = stack.network.nodes[scores].shape[-2]
    let chosen = try stack.add(TopTokens(kept, of: tokens), [scores], "\(name).router")
    try stack.add(Tanh(), [scores], "\(name).gate.tanh")
    let reach = stack.parameter("\(name).gate.reach", Tensor([1], [MixtureOfDepths.gateReach]))
    try stack.add(MultiplyConstant(reach), [stack.last], "\(name).gate.distance")
    let one = stack.parameter("\(name).gate.one", Tensor([1], [1]))
    let gate = try stack.add(AddConstant(one), [stack.last], "\(name).gate")
    stack.goOn(from: stream)
    return Route(stream: stream, gate: gate, kept: chosen)
  }

  /// Adds attention among the tokens that are kept.
  func attend(
    _ stack: inout LayerStack, _ name: String, _ inputs: [Int], _ form: AttentionForm,
    among route: Route
  ) throws(InputError) {
    let shape = stack.network.nodes[inputs[0]].shape
    let (tokens, width) = (shape[-2], shape[-1])
    func inHeads(_ input: Int, _ permutation: [Int], _ part: String) throws(InputError) -> Int {
      try stack.add(
        Reshape(to: [1, tokens, form.heads, width / form.heads]), [input], "\(name).\(part)")
      return try stack.add(Transpose(permutation), [stack.last], "\(name).\(part).by-head")
    }
    let queries = try inHeads(inputs[0], [0, 2, 1, 3], "queries")
    let keys = try inHeads(inputs[1], [0, 2, 3, 1], "keys")
    let values = try inHeads(inputs[2], [0, 2, 1, 3], "values")
    try stack.add(MatrixProduct(), [queries, keys], "\(name).products")
    let scale = stack.parameter("\(name).scale", Tensor([1], [form.scale]))
    let logits = try stack.add(MultiplyConstant(scale), [stack.last], "\(name).logits")
    let depth = stack.parameter("\(name).hidden", Tensor([1], [AttentionForm.hidden]))
    let hidden = try stack.add(AddConstant(depth), [logits], "\(name).lowered")
    let present = try stack.add(
      Reshape(to: [1, 1, 1, tokens]), [route.kept], "\(name).present")
    try stack.add(Choose(), [present, logits, hidden], "\(name).masked")
    try stack.add(Softmax(axis: 3), [stack.last], "\(name).weights")
    try stack.add(MatrixProduct(), [stack.last, values], "\(name).mixed")
    try stack.add(Transpose([0, 2, 1, 3]), [stack.last], "\(name).by-token")
    try stack.add(Reshape(to: shape), [stack.last], name)
  }

  /// Adds what becomes of every token: the last node's for those that are kept, the gated stream for the others.
  func merge(_ stack: inout LayerStack, _ name: String, _ route: Route) throws(InputError) {
    let processed = stack.last
    let skipped = try stack.add(Multiply(), [route.stream, route.gate], "\(name).skipped")
    try stack.add(Choose(), [route.kept, processed, skipped], "\(name).merged")
  }
}
