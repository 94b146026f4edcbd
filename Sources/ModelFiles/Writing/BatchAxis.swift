import Networks
import Tensors

// A network is written with a symbolic first axis where every operation, as it is written, treats N along the first
// axis of its inputs as N examples. Here each operation says whether that is so. One that does not say so keeps the
// model at the one example that it was read with.

extension ONNXWritable {
  /// Not known to be so.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { false }
}

extension ONNXWritable where Self: ElementwiseOperation {
  /// Functions of one element are written with constants of one number.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension PlainONNXWritable {
  /// Elementwise operations align their operands from the last axis, so the first axes meet where ranks agree.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.inputShapes.allSatisfy { $0.rank == step.outputShape.rank }
  }
}

extension Choose {
  /// Its operands are aligned from the last axis, so the first axes meet where ranks agree.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.inputShapes.prefix(3).allSatisfy { $0.rank == step.outputShape.rank }
  }
}

extension MatrixProduct {
  /// Matrices themselves have no axis for examples.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.inputShapes.allSatisfy { $0.rank == step.outputShape.rank && $0.rank > 2 }
  }
}

extension Softmax {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    axis != 0 && axis != -step.outputShape.rank
  }
}

extension ONNXStep {
  /// Whether a constant is the same for each of N examples.
  fileprivate func aligns(_ constant: Shape) -> Bool {
    let rank = outputShape.rank
    return inputShapes[0].rank == rank
      && (constant.rank < rank || (constant.rank == rank && constant[0] == 1))
  }
}

extension AddConstant {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.aligns(writer.shape(constant))
  }
}

extension MultiplyConstant {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.aligns(writer.shape(constant))
  }
}

extension Linear {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    step.inputShapes[0].rank > 1
  }
}

extension Convolution {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension TransposedConvolution {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension BatchNormalization {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension MaxPool {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension AveragePool {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { true }
}

extension Reduce {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool {
    !axes.contains(0) && !axes.contains(-step.inputShapes[0].rank)
  }
}

extension Reshape {
  /// What each example holds stays together when both shapes have one example along the first axis.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { shape.rank > 1 }
}

extension Transpose {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { permutation.first == 0 }
}

extension Concatenate {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { axis > 0 }
}

extension Selection {
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool { axis > 0 }
}
