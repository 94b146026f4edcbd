import Networks

extension ONNXImporter {
  /// The functions of one element that are an ONNX operator without attributes, under its name.
  ///
  /// They are read from here, and those that opset 13 has are written from here; what is written as several operators
  /// conforms to `ONNXWritable`.
  static let plainFunctions: [any ElementwiseOperation] = [
    ReLU(), Sigmoid(), Tanh(), Erf(), Exponential(), Logarithm(), SquareRoot(), Reciprocal(),
    Magnitude(), Sign(), Floor(), RoundToEven(), Sine(), Cosine(),
    Softsign(), Softplus(), HardSwish(), Mish(),
    Tangent(), ArcSine(), ArcCosine(), ArcTangent(),
    HyperbolicSine(), HyperbolicCosine(), AreaSine(), AreaCosine(), AreaTangent(),
  ]

  /// What reads the plain functions.
  static var plainTranslations: [String: Translation] {
    var translations: [String: Translation] = [:]
    for function in plainFunctions { translations[function.name] = plainFunction }
    return translations
  }

  private func plainFunction(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    guard let function = Self.plainFunctions.first(where: { $0.name == node.type }) else {
      throw ONNXProblem("\(node.type) is no plain function")
    }
    return try unary(function, node)
  }

  func unary(
    _ operation: any Networks.Operation, _ node: ONNXNode
  ) throws(ONNXProblem) -> [ONNXValue] {
    [try apply(operation, input(node, 0))]
  }
}
