import Networks
import Tensors

extension ONNXImporter {
  func leakyReLU(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(LeakyReLU(slope: node.float("alpha", default: Double(Float(0.01)))), node)
  }

  func parametricReLU(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    var stated = try input(node, 1)
    if opset < 7, shape(stated).rank == 1, shape(x).rank > 1, shape(stated)[0] == shape(x)[1] {
      guard shape(stated)[0] == 1 || shape(x).rank == 2 || shape(stated)[0] != shape(x)[-1] else {
        throw ONNXProblem(
          "its slope of \(shape(stated)[0]) numbers may be one for each channel or for each place of the last axis"
        )
      }
      // Then a number for each channel, without axes to tell so.
      let ones = [Int](repeating: 1, count: shape(x).rank - 2)
      stated = try reshaped(stated, Shape([shape(x)[1]] + ones))
    }
    guard Shape.broadcast(shape(stated), shape(x)) == shape(x) else {
      throw ONNXProblem("its slope has shape \(shape(stated)), which does not fit \(shape(x))")
    }
    guard case .constant(let slope) = stated else {
      // Of the two sides one is 0, so that nothing is lost in the difference.
      let below = try multiply(apply(ReLU(), negate(x)), stated)
      return [try subtract(apply(ReLU(), x), below)]
    }
    if let slope = slope.uniformValue { return [try apply(LeakyReLU(slope: slope), x)] }
    return [try apply(ParametricReLU(slope: parameter(slope, "slope")), x)]
  }

  func elu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(Elu(alpha: node.float("alpha", default: 1)), node)
  }

  func selu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(
      Elu(
        alpha: node.float("alpha", default: 1.67326319217681884765625),
        scale: node.float("gamma", default: 1.05070102214813232421875)), node)
  }

  func celu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let alpha = node.float("alpha", default: 1)
    guard alpha != 0 else { throw ONNXProblem("attribute alpha is 0, and it is divided by") }
    return try unary(Elu(alpha: alpha, width: alpha), node)
  }

  func hardSigmoid(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let alpha = node.float("alpha", default: Double(Float(0.2)))
    let line = try shift(scale(input(node, 0), by: alpha), by: node.float("beta", default: 0.5))
    let raised = try maximum(line, .constant(.scalar(0)))
    return [try minimum(raised, .constant(.scalar(1)))]
  }

  func gelu(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let approximation = node.string("approximate", default: "none")
    guard ["none", "tanh"].contains(approximation) else {
      throw ONNXProblem("attribute approximate is \(approximation), expected none or tanh")
    }
    return try unary(Gelu(isApproximate: approximation == "tanh"), node)
  }

  func swish(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try unary(GatedLinear(sharpness: node.float("alpha", default: 1)), node)
  }

  func thresholdedReLU(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let alpha = node.float("alpha", default: 1)
    if alpha == 0 { return try unary(ReLU(), node) }
    return try unary(Shrink(threshold: alpha, keepsPositiveOnly: true), node)
  }

  func shrink(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let threshold = node.float("lambd", default: 0.5)
    guard threshold >= 0 else {
      throw ONNXProblem(
        "attribute lambd is \(threshold); only thresholds of at least 0 are supported")
    }
    return try unary(Shrink(threshold: threshold, bias: node.float("bias", default: 0)), node)
  }
}
