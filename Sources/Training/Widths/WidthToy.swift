import Differentiation
import Foundation
import Lipschitz
import RandomNumbers
import Tensors

/// A network small enough to be trained at many widths: two layers, each normalised by its root mean square and rectified, learn what a fixed
/// small network says of random inputs.
///
/// The first matrix, `[inputs, width]`, and the last, `[width, outputs]`, have one side that grows; the one in the middle,
/// `[width, width]`, is what is measured. The student has no biases. Every number follows from the seed.
///
///     let run = WidthToy(width: 64, rule: .rule, seed: 1).train()
///     print(run?.measures.last?.largest.upper.value ?? 0)
public struct WidthToy: Sendable, Hashable {
  /// What is learnt, and how.
  public struct Settings: Sendable, Hashable {
    /// The learning rate of AdamW at the base width.
    public var rate = 0.01
    /// The weight decay at the base width.
    public var decay = 1.0
    /// The width at which rate and decay are as they are.
    public var baseWidth = 64
    /// The steps of each training.
    public var steps = 3200
    /// The examples of a step, drawn anew for each.
    public var batch = 64
    /// The numbers that the teacher and the student read.
    public var inputs = 16
    /// The numbers that they say.
    public var outputs = 8
    /// The width of the teacher.
    public var teacher = 32

    /// Creates the settings that the command has where nothing else is asked for.
    public init() {}
  }

  /// What is learnt, and how.
  public var settings: Settings
  /// The width of the student.
  public let width: Int
  /// How rate and decay follow from the width.
  public let rule: WidthRule
  /// Where the random numbers start.
  public let seed: Int

  /// Creates a training that has not begun.
  ///
  /// - Precondition: The width and all settings are positive.
  public init(width: Int, rule: WidthRule, seed: Int, settings: Settings = Settings()) {
    precondition(
      width > 0 && settings.baseWidth > 0 && settings.steps > 0 && settings.batch > 0,
      "width \(width) with \(settings)")
    (self.width, self.rule, self.seed, self.settings) = (width, rule, seed, settings)
  }

  /// What rate and decay of the square matrix are multiplied by.
  var scale: StepScale { rule.scale(Double(width) / Double(settings.baseWidth)) }

  /// The learning rate of the square matrix.
  public var rate: Double { settings.rate * scale.rate }
  /// The weight decay of the square matrix.
  public var decay: Double { settings.decay * scale.decay }

  /// The steps after which the square matrix is measured: the quarters of the run.
  public var measuredSteps: [Int] {
    (1...4).map { max(1, settings.steps * $0 / 4) }.reduce(into: []) { steps, step in
      if steps.last != step { steps.append(step) }
    }
  }

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - isStopped: Asked after every step.
  ///   - onStep: Told the steps that are done.
  /// - Returns: What was measured; nil where the training was stopped.
  public func train(
    isStopped: () -> Bool = { false }, onStep: (Int) -> Void = { _ in }
  ) -> WidthToyRun? {
    var random = SplitMix64(seed: UInt64(bitPattern: Int64(seed)))
    let teacher = Teacher(settings, &random)
    var weights = initialWeights(&random)
    let optimizer = optimizer(for: weights)
    var state = optimizer.initialState(for: weights)
    // Inputs of their own, so that what is measured does not depend on the last batch.
    var unseen = SplitMix64(seed: UInt64(bitPattern: Int64(seed)), stream: 1)
    let probe = teacher.examples(Self.probes, &unseen)
    var run = WidthToyRun(self)
    let marks = Set(measuredSteps)
    for step in 1...settings.steps {
      let batch = teacher.examples(settings.batch, &random)
      let gradients = gradients(of: weights, on: batch)
      optimizer.step(&weights, gradients, norm: 0, &state, rate: settings.rate)
      if marks.contains(step) {
        guard weights.allSatisfy(\.isFinite) else {
          run.divergedBy = step
          return run
        }
        run.measures.append(measure(weights, on: probe, after: step))
      }
      onStep(step)
      if isStopped() { return nil }
    }
    return run
  }

  /// The examples that gain and error are measured on.
  private static let probes = 256

  // MARK: The student

  /// The first weights: each element normal, with a variance of one over the number of inputs.
  private func initialWeights(_ random: inout SplitMix64) -> [Tensor<Float>] {
    [[settings.inputs, width], [width, width], [width, settings.outputs]].map { sides in
      .normal(Shape(sides), 1 / Double(sides[0]).squareRoot(), &random)
    }
  }

  private func optimizer(for weights: [Tensor<Float>]) -> Optimizer {
    var rule = OptimizerSettings()
    (rule.kind, rule.learningRate, rule.weightDecay) = (.adamw, settings.rate, settings.decay)
    (rule.betas, rule.clip) = ([0.9, 0.95], nil)
    var optimizer = Optimizer(rule, weights.map { WeightForm($0.shape) })
    // Inputs of the first matrix do not grow with the width.
    optimizer.scales = [StepScale(decay: 0), scale, scale]
    return optimizer
  }

  /// The student's layers over any numbers: what the square matrix reads, what it puts out, and the answer, each `[examples, ...]`.
  private func layers<T: TensorAlgebra>(_ weights: [T], _ inputs: T) -> (
    read: T, written: T, answer: T
  ) {
    let read = inputs.product(weights[0]).rowsNormalized().positivePart()
    let written = read.product(weights[1])
    return (read, written, written.rowsNormalized().positivePart().product(weights[2]))
  }

  /// The gradients of half the squared distance to the teacher's answer, the mean over a batch.
  private func gradients(of weights: [Tensor<Float>], on batch: Teacher.Examples) -> [Tensor<Float>]
  {
    let variables = weights.map { Tracked<Tensor<Float>>.variable($0) }
    let error = layers(variables, Tracked(batch.inputs)).answer - Tracked(batch.answers)
    let loss = error.applying(.square).total * (0.5 / Double(batch.inputs.shape[0]))
    return loss.gradients(of: variables)
  }

  // MARK: Measuring

  private func measure(
    _ weights: [Tensor<Float>], on probe: Teacher.Examples, after step: Int
  ) -> WidthToyRun.Measure {
    let (read, written, answer) = layers(weights, probe.inputs)
    let square = weights[1]
    let matrix = Matrix(rows: width, columns: width, square.values.scalars)
    let missed = (answer - probe.answers).rootMeanSquare
    return WidthToyRun.Measure(
      step: step, largest: matrix.spectralNorm,
      gain: written.rootMeanSquare / max(read.rootMeanSquare, .leastNormalMagnitude),
      error: missed * missed)
  }

  /// A fixed network of one hidden layer, and examples of what it says.
  private struct Teacher {
    /// Inputs with the answers to them, a row each.
    typealias Examples = (inputs: Tensor<Float>, answers: Tensor<Float>)

    private let first: Tensor<Float>
    private let second: Tensor<Float>

    init(_ settings: Settings, _ random: inout SplitMix64) {
      first = .normal(
        [settings.inputs, settings.teacher], 1 / Double(settings.inputs).squareRoot(), &random)
      second = .normal(
        [settings.teacher, settings.outputs], 1 / Double(settings.teacher).squareRoot(), &random)
    }

    func examples(_ count: Int, _ random: inout SplitMix64) -> Examples {
      let inputs = Tensor<Float>.normal([count, first.shape[0]], 1, &random)
      return (inputs, inputs.product(first).applying(.tanh).product(second))
    }
  }
}

extension TensorArithmetic {
  /// Each row over its root mean square.
  fileprivate func rowsNormalized() -> Self {
    let squares = applying(.square).reduced(.sum, axis: 1) * (1 / Double(shape[1]))
    return self / (squares + 1e-6).applying(.squareRoot)
  }
}

extension Tensor<Float> {
  /// Normal numbers of a standard deviation.
  fileprivate static func normal(
    _ shape: Shape, _ deviation: Double, _ random: inout SplitMix64
  ) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in Float(random.normal() * deviation) })
  }

  /// The root of the mean of the squares of all elements.
  fileprivate var rootMeanSquare: Double {
    frobeniusNorm / Double(max(1, count)).squareRoot()
  }
}
