import Bounds

/// How often a network is judged during training, and how much the final one.
public struct EvaluationSettings: Sendable, Hashable {
  /// The epochs from one judgement to the next; the last epoch is always judged.
  public var every = 1
  /// The number of test images, from the first on; nil for all.
  public var first: Int?
  /// How many test images the certifier is asked about at the end; 0 for none.
  public var certified = 200
  /// The methods that the certifier tries, in order.
  public var methods: [BoundMethod] = [.ibp, .crownIBP, .crown]
  /// The seconds that the certifier may take; nil for a minute, or a tenth of the training's if that is more.
  public var seconds: Double?

  mutating func visit(_ fields: inout some RecipeFields) {
    fields.integer("every", &every, in: 1...1_000_000, default: 1)
    fields.integer("first", &first, in: 1...Int.max, none: "all")
    fields.integer("certify", &certified, in: 0...Int.max, default: 200)
    guard certified > 0 else {
      return fields.inapplicable(["methods", "seconds"], "certify is 0, so nothing is certified")
    }
    fields.choices("methods", &methods, default: [.ibp, .crownIBP, .crown])
    fields.number("seconds", &seconds, in: .positive, none: "auto", default: nil)
  }

  /// The seconds that the certifier may take after a training of some length.
  public func certificationSeconds(afterTraining training: Double) -> Double {
    seconds ?? max(60, training / 10)
  }

  /// Reports a certifier without a method.
  func reportContradictions(to problems: RecipeProblems) {
    guard certified > 0, methods.isEmpty else { return }
    problems.add("evaluation.methods", "is empty; write certify: 0 for no certification")
  }
}

extension BoundMethod: RecipeChoice {}
