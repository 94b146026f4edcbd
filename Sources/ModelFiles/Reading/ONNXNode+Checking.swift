import Networks

extension ONNXNode {
  /// Refuses a node that is not as the standard describes its operator.
  ///
  /// Runtimes refuse such nodes as well. A reader that takes them anyhow reads another network than the one that was
  /// meant: an attribute of the wrong type as zero, or one with a misspelt name not at all.
  func check(against schema: ONNXSchema) throws(ONNXProblem) {
    try checkAttributes(schema)
    try checkInputs(schema)
    try checkOutputs(schema)
  }

  private func checkAttributes(_ schema: ONNXSchema) throws(ONNXProblem) {
    let version = "\(type) of opset \(schema.opset)"
    for name in attributeNames {
      guard let attribute = schema.attributes.first(where: { $0.name == name }) else {
        let known = schema.attributes.map(\.name).joined(separator: ", ")
        throw ONNXProblem(
          "attribute \(name) is none of \(version)"
            + (known.isEmpty ? ", which has no attributes" : ", which has \(known)"))
      }
      guard let kind = kind(of: name) else {
        throw ONNXProblem("attribute \(name) refers to another one and has no value here")
      }
      guard kind == attribute.kind else {
        throw ONNXProblem("attribute \(name) is \(kind), expected \(attribute.kind)")
      }
    }
    if let missing = schema.attributes.first(where: { $0.isRequired && !has($0.name) }) {
      throw ONNXProblem("attribute \(missing.name) is missing; \(version) needs it")
    }
  }

  private func checkInputs(_ schema: ONNXSchema) throws(ONNXProblem) {
    let version = "\(type) of opset \(schema.opset)"
    let isOpen = schema.inputs.last?.isVariadic ?? false
    guard inputs.count >= schema.leastInputs, isOpen || inputs.count <= schema.inputs.count else {
      let most =
        isOpen
        ? " or more" : schema.inputs.count == schema.leastInputs ? "" : " to \(schema.inputs.count)"
      throw ONNXProblem(
        "it has \(inputs.count) inputs; \(version) takes \(schema.leastInputs)\(most)")
    }
    for (index, input) in inputs.enumerated() where input.isEmpty {
      let port = ONNXSchema.port(index, of: schema.inputs)
      guard port?.isOptional ?? false else {
        throw ONNXProblem("input \(port?.name ?? "\(index)") is left out; \(version) needs it")
      }
    }
  }

  private func checkOutputs(_ schema: ONNXSchema) throws(ONNXProblem) {
    let isOpen = schema.outputs.last?.isVariadic ?? false
    guard outputs.count >= schema.leastOutputs, isOpen || outputs.count <= schema.outputs.count
    else {
      throw ONNXProblem(
        "it has \(outputs.count) outputs; \(type) of opset \(schema.opset) gives "
          + "\(isOpen ? "\(schema.leastOutputs) or more" : "at most \(schema.outputs.count)")")
    }
    try checkTraining(schema)
  }

  /// Refuses what was exported while training: such a node computes with the batch it is in, or at random.
  private func checkTraining(_ schema: ONNXSchema) throws(ONNXProblem) {
    let remedy = "export the model for inference"
    // The opsets before 7 say so by an attribute, whose default is training.
    if schema.attributes.contains(where: { $0.name == "is_test" }), !flag("is_test") {
      throw ONNXProblem("it is in training mode (attribute is_test is 0); \(remedy)")
    }
    let given = outputs.filter { !$0.isEmpty }.count
    if type == "BatchNormalization", schema.opset < 14, given > 1 {
      throw ONNXProblem("it is in training mode, as it has \(given) outputs; \(remedy)")
    }
  }
}
