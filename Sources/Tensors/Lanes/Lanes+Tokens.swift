// Steps of transformers. Products of tokens take whole matrices, so that attention gains nothing from examples side by side.

extension Lanes {
  public static func attention(
    _ queries: Lanes, _ keys: Lanes, _ values: Lanes, _ form: AttentionForm
  ) -> Lanes {
    Lanes(plain: .attention(queries.plain, keys.plain, values.plain, form))
  }

  public static func attentionGradient(
    _ queries: Lanes, _ keys: Lanes, _ values: Lanes, _ form: AttentionForm, rows: Lanes
  ) -> (queries: Lanes, keys: Lanes, values: Lanes) {
    let found = Tensor.attentionGradient(
      queries.plain, keys.plain, values.plain, form, rows: rows.plain)
    return (Lanes(plain: found.queries), Lanes(plain: found.keys), Lanes(plain: found.values))
  }

  public func geluWithSlope() -> (value: Lanes, slope: Lanes) {
    switch storage {
    case .plain(let tensor):
      let found = tensor.geluWithSlope()
      return (Lanes(plain: found.value), Lanes(plain: found.slope))
    case .blocked(let blocks):
      let found = blocks.geluWithSlope()
      return (Lanes(blocks: found.value, shape), Lanes(blocks: found.slope, shape))
    }
  }
}
