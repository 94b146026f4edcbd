extension ONNXImporter {
  /// The supported operators.
  static var translations: [String: Translation] {
    [
      // Arithmetic
      "Add": addition, "Sub": subtraction, "Mul": multiplication, "Div": division, "Neg": negation,
      "Pow": power, "Sum": variadicSum, "Mean": variadicMean, "Max": maximum, "Min": minimum,
      "Clip": clipping,
      // Products
      "Gemm": generalProduct, "MatMul": matrixProduct, "Conv": convolution,
      "ConvTranspose": transposedConvolution, "BatchNormalization": batchNormalization,
      // Elementwise functions
      "Relu": relu, "LeakyRelu": leakyReLU, "PRelu": parametricReLU, "Elu": elu, "Sigmoid": sigmoid,
      "HardSigmoid": hardSigmoid, "HardSwish": hardSwish, "Tanh": tanh, "Erf": erf, "Gelu": gelu,
      "Exp": exponential, "Log": logarithm, "Sqrt": squareRoot, "Reciprocal": reciprocal,
      "Abs": magnitude, "Sign": sign, "Floor": floor, "Sin": sine, "Cos": cosine,
      "Softplus": softplus, "Softmax": softmax, "LogSoftmax": logSoftmax,
      // Pooling and reductions
      "MaxPool": maxPool, "AveragePool": averagePool, "GlobalMaxPool": globalMaxPool,
      "GlobalAveragePool": globalAveragePool, "ReduceSum": reduceSum, "ReduceMean": reduceMean,
      // The same elements in another shape
      "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
      "Transpose": transpose, "Identity": identity, "Dropout": dropout, "Cast": cast,
      // Elements picked and joined
      "Slice": slice, "Gather": gather, "Split": split, "Concat": concatenation, "Pad": pad,
      "Expand": expand, "Tile": tile, "Upsample": upsample, "Resize": resize, "Where": choice,
      // Integers that stand for floats
      "QuantizeLinear": quantization, "DequantizeLinear": dequantization, "CastLike": castLike,
      // Constants and what is computed from them
      "Constant": constantNode, "ConstantOfShape": constantOfShape, "Shape": shapeOf,
      "Size": sizeOf, "Range": range, "NonZero": nonZero, "Equal": equal, "Greater": greater,
      "GreaterOrEqual": greaterOrEqual, "Less": less, "LessOrEqual": lessOrEqual, "And": and,
      "Or": or, "Not": not, "Ceil": ceiling, "Round": rounding, "Mod": remainder,
      "Xor": exclusiveOr, "IsNaN": isNaN, "EyeLike": identityMatrix, "Trilu": triangle,
      "ReduceProd": reduceProduct,
    ]
  }
}
