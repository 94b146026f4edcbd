/// How often a network is judged during training, and by how many images.
public struct EvaluationSettings: Sendable, Hashable {
  /// The epochs from one judgement to the next; the last epoch is always judged.
  public var every = 1
  /// The number of test images, from the first on; nil for all.
  public var first: Int?

  mutating func visit(_ fields: inout some RecipeFields) {
    fields.integer("every", &every, in: 1...1_000_000, default: 1)
    fields.integer("first", &first, in: 1...Int.max, none: "all")
  }
}
