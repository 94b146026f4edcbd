extension ONNXImporter {
  /// The supported operators.
  static var translations: [String: Translation] {
    [
      // Arithmetic
      "Add": addition, "Sub": subtraction, "Mul": multiplication, "Div": division, "Neg": negation,
      "Sum": variadicSum, "Mean": variadicMean,
      // Products
      "Gemm": generalProduct, "MatMul": matrixProduct, "Conv": convolution,
      "ConvTranspose": transposedConvolution, "BatchNormalization": batchNormalization,
      // Pooling and reductions
      "MaxPool": maxPool, "AveragePool": averagePool, "GlobalMaxPool": globalMaxPool,
      "GlobalAveragePool": globalAveragePool, "ReduceSum": reduceSum, "ReduceMean": reduceMean,
      // The same elements in another shape
      "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
      "Transpose": transpose, "Identity": identity, "Dropout": dropout, "Cast": cast,
      // Elements picked and joined
      "Slice": slice, "Gather": gather, "Split": split, "Concat": concatenation, "Pad": pad,
      "Expand": expand, "Tile": tile, "Upsample": upsample, "Resize": resize,
      // Elements rearranged, and sums along axes
      "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth, "Trilu": triangle,
      "ReverseSequence": reverseSequence, "GatherElements": gatherElements, "GatherND": gatherND,
      "Scatter": scatterElements, "ScatterElements": scatterElements, "ScatterND": scatterND,
      "CumSum": runningSum, "Einsum": einsteinSum,
      "GridSample": gridSample, "LSTM": longShortTermMemory, "GRU": gatedRecurrentUnit,
      "RNN": plainRecurrence,
      // Constants and what is computed from them
      "Constant": constantNode, "ConstantOfShape": constantOfShape, "Shape": shapeOf,
      "Size": sizeOf, "Range": range, "NonZero": nonZero, "IsNaN": isNaN,
      "EyeLike": identityMatrix,
      // Integers that stand for floats
      "QuantizeLinear": quantization, "DequantizeLinear": dequantization, "CastLike": castLike,
    ].merging(nonlinearTranslations) { own, _ in own }
      .merging(plainTranslations) { own, _ in own }
  }

  /// Limits, activations, comparisons, normalisations and reductions.
  private static var nonlinearTranslations: [String: Translation] {
    [
      "Max": maximum, "Min": minimum, "Clip": clipping, "Pow": power, "Mod": remainder,
      "Ceil": ceiling, "Round": rounding,
      // Activations
      "LeakyRelu": leakyReLU, "PRelu": parametricReLU, "Elu": elu, "Selu": selu, "Celu": celu,
      "HardSigmoid": hardSigmoid, "Gelu": gelu, "Swish": swish,
      "ThresholdedRelu": thresholdedReLU, "Shrink": shrink, "Softmax": softmax,
      "LogSoftmax": logSoftmax, "Hardmax": hardmax, "ArgMax": argMax, "ArgMin": argMin,
      // Comparisons
      "Equal": equal, "Greater": greater, "GreaterOrEqual": greaterOrEqual, "Less": less,
      "LessOrEqual": lessOrEqual, "And": and, "Or": or, "Xor": exclusiveOr, "Not": not,
      "Where": choice,
      // Normalisations
      "LayerNormalization": layerNormalization, "RMSNormalization": rootMeanSquareNormalization,
      "InstanceNormalization": instanceNormalization, "GroupNormalization": groupNormalization,
      "MeanVarianceNormalization": meanVarianceNormalization, "LpNormalization": lpNormalization,
      // Reductions
      "ReduceMax": reduceMaximum, "ReduceMin": reduceMinimum, "ReduceL1": reduceL1,
      "ReduceL2": reduceL2, "ReduceSumSquare": reduceSumSquare, "ReduceLogSum": reduceLogSum,
      "ReduceLogSumExp": reduceLogSumExp, "ReduceProd": reduceProduct,
    ]
  }
}
