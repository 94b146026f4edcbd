import Tensors

extension Network {
  /// With softmaxes of products of queries and keys, times values, as the attention in heads that they are, and turns of features by tables of
  /// angles as those.
  ///
  /// Scales are taken only where their product is exact. Bounds know the plain steps only; constants of tokens need to see heads.
  ///
  /// - Parameter isWanted: Which forms of attention to take; all of them unless stated.
  public func recognizingAttention(
    where isWanted: (AttentionForm) -> Bool = { _ in true }
  ) -> Network {
    let turned = rewritten { node, rebuilder in
      guard let turn = turn(at: node) else { return rebuilder.keep(node) }
      let operation = RotaryPositions(
        cosines: rebuilder.moved(turn.cosines), sines: rebuilder.moved(turn.sines),
        heads: turn.heads)
      rebuilder.replace(node, by: operation, reading: [turn.input])
    }
    return turned.rewritten { node, rebuilder in
      guard let found = turned.attention(at: node), isWanted(found.form) else {
        return rebuilder.keep(node)
      }
      rebuilder.replace(node, by: Attention(found.form), reading: found.inputs)
    }
  }

  /// With attention as the products and softmaxes that it stands for, which bounds know.
  public func expandingAttention() -> Network {
    guard nodes.contains(where: { $0.operation is Attention }) else { return self }
    return rewritten { node, rebuilder in
      guard let attention = nodes[node].operation as? Attention else { return rebuilder.keep(node) }
      let (form, shape) = (attention.form, nodes[node].shape)
      let (tokens, width) = (shape[-2], shape[-1])
      let lead = Array(shape.dimensions.dropLast(2))
      let axes = Array(lead.indices)
      let byHead = axes + [axes.count + 1, axes.count, axes.count + 2]
      let turned = axes + [axes.count + 1, axes.count + 2, axes.count]
      let inHeads = Shape(lead + [tokens, form.heads, width / form.heads])
      func part(_ input: Int, _ permutation: [Int]) -> Int {
        let source = rebuilder.newNode(nodes[node].inputs[input])
        let parts = rebuilder.add(Reshape(to: inHeads), [source], for: node)
        return rebuilder.add(Transpose(permutation), [parts], for: node)
      }
      var logits: Int
      switch form.logits {
      case .products:
        logits = rebuilder.add(MatrixProduct(), [part(0, byHead), part(1, turned)], for: node)
      case .distances:
        // Differences, whose squares bounds know better than products less squares.
        let ends = [[tokens, 1], [1, tokens]].enumerated().map { input, extents in
          let spread = Shape(lead + [form.heads] + extents + [width / form.heads])
          return rebuilder.add(Reshape(to: spread), [part(input, byHead)], for: node)
        }
        let differences = rebuilder.add(Add(isDifference: true), ends, for: node)
        let squares = rebuilder.add(Power(exponent: 2), [differences], for: node)
        logits = rebuilder.add(
          Reduce(axes: [axes.count + 3], keepingAxes: false, isMean: false), [squares], for: node)
      }
      let factor = form.logits == .distances ? -form.scale : form.scale
      let scale = rebuilder.addParameter("\(nodes[node].name).scale", Tensor([1], [factor]))
      logits = rebuilder.add(MultiplyConstant(scale), [logits], for: node)
      if let mask = form.mask(tokens: tokens) {
        let hidden = rebuilder.addParameter("\(nodes[node].name).mask", mask)
        logits = rebuilder.add(AddConstant(hidden), [logits], for: node)
      }
      let weights = rebuilder.add(Softmax(axis: axes.count + 2), [logits], for: node)
      let mixed = rebuilder.add(MatrixProduct(), [weights, part(2, byHead)], for: node)
      let back = rebuilder.add(Transpose(byHead), [mixed], for: node)
      rebuilder.stand(rebuilder.add(Reshape(to: shape), [back], for: node), for: node)
    }
  }

  /// The network of embedded tokens: what it computes from the rows of its embedding on; nil where it has no embedding that reads the input.
  public func fromEmbedding() -> Network? {
    let tables = nodes.indices.filter { nodes[$0].operation is Embedding }
    guard tables.count == 1, let table = tables.first, nodes[table].inputs == [0],
      !nodes.indices.contains(where: { $0 != table && nodes[$0].inputs.contains(0) })
    else { return nil }
    var rebuilder = NetworkRebuilder(
      self, after: Network(input: nodes[table].shape, named: nodes[table].name))
    let needed = isNeeded
    for node in nodes.indices.dropFirst() where needed[node] {
      if node == table { rebuilder.stand(0, for: node) } else { rebuilder.keep(node) }
    }
    return rebuilder.finished()
  }

  // MARK: Turns

  /// `x * cosines + swapped(x) * sines`, with the tables of a place's angles.
  private func turn(
    at node: Int
  ) -> (input: Int, cosines: ParameterID, sines: ParameterID, heads: Int)? {
    guard let sum = nodes[node].operation as? Add, !sum.isDifference else { return nil }
    let shape = nodes[node].shape
    guard shape.rank >= 2 else { return nil }
    for (first, second) in [(0, 1), (1, 0)].map({ (nodes[node].inputs[$0], nodes[node].inputs[$1]) }
    ) {
      guard let cosine = nodes[first].operation as? MultiplyConstant, !cosine.isQuotient,
        let sine = nodes[second].operation as? MultiplyConstant, !sine.isQuotient,
        let selection = nodes[nodes[second].inputs[0]].operation as? Selection,
        selection.axis == shape.rank - 1
      else { continue }
      let input = nodes[first].inputs[0]
      // A table must not repeat what it is multiplied by.
      guard nodes[nodes[second].inputs[0]].inputs == [input], nodes[input].shape == shape,
        [cosine.constant, sine.constant].allSatisfy({
          parameters[$0.index].value.shape.dimensions == [shape[-2], shape[-1]]
        }), let heads = heads(swappedBy: selection.indices, width: shape[-1])
      else { continue }
      return (input, cosine.constant, sine.constant, heads)
    }
    return nil
  }

  /// The heads of which indices exchange the halves; nil where they do something else.
  private func heads(swappedBy indices: [Int32], width: Int) -> Int? {
    guard indices.count == width, let half = indices.first.map({ Int($0) }), half > 0,
      width % (2 * half) == 0
    else { return nil }
    let heads = width / (2 * half)
    let turn = RotaryPositions(cosines: ParameterID(0), sines: ParameterID(0), heads: heads)
    return turn.swapped(width: width).map { Int32($0) } == indices ? heads : nil
  }

  // MARK: Attention

  /// Attention whose heads were put side by side again at a node.
  private func attention(at node: Int) -> (form: AttentionForm, inputs: [Int])? {
    let shape = nodes[node].shape
    guard nodes[node].operation is Reshape, shape.rank >= 2 else { return nil }
    let back = nodes[node].inputs[0]
    guard nodes[back].operation is Transpose, let mixed = nodes[back].inputs.first,
      nodes[mixed].operation is MatrixProduct, nodes[mixed].shape.rank >= 3
    else { return nil }
    let heads = nodes[mixed].shape[-3]
    let (weights, values) = (nodes[mixed].inputs[0], nodes[mixed].inputs[1])
    guard isSwap(back, .byHead), nodes[back].shape[-2] == heads,
      nodes[back].shape[-2] * nodes[back].shape[-1] == shape[-1],
      let softmax = nodes[weights].operation as? Softmax,
      softmax.axis == nodes[weights].shape.rank - 1
    else { return nil }
    var (logits, scale, isCausal) = (nodes[weights].inputs[0], 1.0, false)
    if let sum = nodes[logits].operation as? AddConstant {
      guard isCausalMask(sum.constant, tokens: shape[-2]) else { return nil }
      (logits, isCausal) = (nodes[logits].inputs[0], true)
    }
    while let product = nodes[logits].operation as? MultiplyConstant {
      guard let number = parameters[product.constant.index].value.scalars.only, number.isFinite
      else { return nil }
      let next = product.isQuotient ? scale / number : scale * number
      let isExact =
        product.isQuotient
        ? scale.isExactProduct(of: next, number)
        : next.isExactProduct(of: scale, number)
      guard isExact, next.isNormal else { return nil }
      scale = next
      logits = nodes[logits].inputs[0]
    }
    guard let value = inHeads(values, .byHead, shape, heads) else { return nil }
    if let ends = distances(at: logits, shape, heads) {
      let form = AttentionForm(
        heads: heads, scale: -scale, isCausal: isCausal, logits: .distances)
      return (form, ends + [value])
    }
    guard nodes[logits].operation is MatrixProduct,
      let queries = inHeads(nodes[logits].inputs[0], .byHead, shape, heads),
      let keys = inHeads(nodes[logits].inputs[1], .turned, shape, heads)
    else { return nil }
    return (AttentionForm(heads: heads, scale: scale, isCausal: isCausal), [queries, keys, value])
  }

  /// The queries and the keys of which a node has the squares of the distances, head by head.
  private func distances(at node: Int, _ shape: Shape, _ heads: Int) -> [Int]? {
    let rank = nodes[node].shape.rank
    guard let sum = nodes[node].operation as? Reduce, !sum.isMean, !sum.keepingAxes,
      sum.axes == [rank], let square = nodes[node].inputs.first,
      (nodes[square].operation as? Power)?.exponent == 2,
      let difference = nodes[square].inputs.first,
      (nodes[difference].operation as? Add)?.isDifference == true
    else { return nil }
    let ends = zip(nodes[difference].inputs, [[shape[-2], 1], [1, shape[-2]]]).compactMap {
      input, extents -> Int? in
      let spread = nodes[input].shape
      guard nodes[input].operation is Reshape, spread.rank == rank + 1,
        Array(spread.dimensions.suffix(4)) == [heads] + extents + [shape[-1] / heads],
        spread.dimensions.dropLast(4).elementsEqual(shape.dimensions.dropLast(2))
      else { return nil }
      return inHeads(nodes[input].inputs[0], .byHead, shape, heads)
    }
    return ends.count == 2 ? ends : nil
  }

  /// How the last three axes, tokens, heads and features, were reordered.
  private enum HeadOrder {
    /// Heads, tokens, features, and back.
    case byHead
    /// Heads, features, tokens.
    case turned
  }

  private func isSwap(_ node: Int, _ order: HeadOrder) -> Bool {
    guard let transpose = nodes[node].operation as? Transpose else { return false }
    let rank = nodes[node].shape.rank
    guard rank >= 3 else { return false }
    let last =
      switch order {
      case .byHead: [rank - 2, rank - 3, rank - 1]
      case .turned: [rank - 2, rank - 1, rank - 3]
      }
    return transpose.permutation == Array(0..<rank - 3) + last
  }

  /// The node whose features a node is, head by head.
  private func inHeads(_ node: Int, _ order: HeadOrder, _ shape: Shape, _ heads: Int) -> Int? {
    guard isSwap(node, order), let parts = nodes[node].inputs.first,
      nodes[parts].operation is Reshape, nodes[parts].shape.rank >= 3,
      nodes[parts].shape[-3] == shape[-2], nodes[parts].shape[-2] == heads,
      nodes[parts].shape[-1] * heads == shape[-1]
    else { return nil }
    let source = nodes[parts].inputs[0]
    return nodes[source].shape == shape ? source : nil
  }

  private func isCausalMask(_ id: ParameterID, tokens: Int) -> Bool {
    let mask = parameters[id.index].value
    guard mask.count == tokens * tokens, mask.shape.rank >= 2, mask.shape[-1] == tokens,
      mask.shape[-2] == tokens
    else { return false }
    return mask.withElements { mask in
      (0..<tokens).allSatisfy { row in
        (0..<tokens).allSatisfy { column in
          let value = mask[row * tokens + column]
          return column > row ? value <= AttentionForm.hidden : value == 0
        }
      }
    }
  }
}

extension Array {
  /// The element of an array of one.
  fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
