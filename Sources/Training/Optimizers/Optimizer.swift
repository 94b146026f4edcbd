import Tensors

/// Moves weights against their gradients.
public struct Optimizer: Sendable {
  /// The rule and its constants.
  public var settings: OptimizerSettings
  /// What each weight is.
  let forms: [WeightForm]
  /// What rate and decay of each weight are multiplied by (AdamW, Muon); empty for ones.
  var scales: [StepScale] = []

  /// Creates an optimiser of weights of some forms.
  init(_ settings: OptimizerSettings, _ forms: [WeightForm]) {
    (self.settings, self.forms) = (settings, forms)
  }

  /// What the optimiser remembers before its first step.
  public func initialState(for weights: [Tensor<Float>]) -> OptimizerState {
    settings.initialState(for: weights)
  }

  /// The l2 norm of all gradients together.
  public static func norm(_ gradients: [Tensor<Float>]) -> Double {
    gradients.reduce(0.0) { sum, gradient in
      let squares = gradient.applying(.square).reshaped([gradient.count])
      return sum + Double(squares.reduced(.sum, axis: 0).scalars[0])
    }.squareRoot()
  }

  /// Takes one step.
  ///
  /// - Parameters:
  ///   - gradients: The gradient of each weight.
  ///   - norm: Their l2 norm; gradients are scaled down where it exceeds `settings.clip`, and output by output where
  ///     `settings.adaptiveClipping` says so afterwards.
  ///   - rate: The learning rate of this step.
  public func step(
    _ weights: inout [Tensor<Float>], _ gradients: [Tensor<Float>], norm: Double,
    _ state: inout OptimizerState, rate: Double
  ) {
    state.steps += 1
    var scale = 1.0
    // The published code divides by the norm plus 1e-6.
    if let clip = settings.clip, norm > clip { scale = clip / (norm + 1e-6) }
    let constants = Adam<Double>(
      rate: rate, step: state.steps, first: settings.betas[0], second: settings.betas[1])
    let vectorConstants = Adam<Double>(
      rate: settings.vectorLearningRate * rate / settings.learningRate, step: state.steps,
      first: settings.betas[0], second: settings.betas[1])
    for i in weights.indices {
      var gradient = scale == 1 ? gradients[i] : gradients[i] * scale
      if let limit = settings.adaptiveClipping {
        gradient = adaptivelyClipped(gradient, i, weight: weights[i], limit: limit)
      }
      if settings.weightDecay > 0, [.adam, .sgd].contains(settings.kind) {
        gradient = gradient + weights[i] * settings.weightDecay
      }
      switch settings.kind {
      case .adam, .adamw: adam(&weights[i], gradient, i, &state, constants)
      case .muon:
        guard forms[i] != .elements else {
          adam(&weights[i], gradient, i, &state, vectorConstants)
          continue
        }
        muon(
          &weights[i], gradient, forms[i], &state.first[i],
          rate: scales.isEmpty ? rate : rate * scales[i].rate)
      case .sgd:
        // The first step has no velocity to keep.
        let velocity =
          state.steps == 1 ? gradient : state.first[i] * settings.momentum + gradient
        state.first[i] = velocity
        weights[i] = weights[i] - velocity * rate
      }
    }
  }

  /// One step of Muon: the average of gradients, looked ahead, with all its singular values made 1, times the rate.
  ///
  /// No singular value of the step is above the rate, in units of norm, and no row of a table's has a larger root mean square.
  ///
  /// Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024); scaled by `sqrt(outputs / inputs)` as in
  /// Newhouse et al. (2025).
  private func muon(
    _ weights: inout Tensor<Float>, _ gradient: Tensor<Float>, _ form: WeightForm,
    _ average: inout Tensor<Float>, rate: Double
  ) {
    let momentum = settings.momentum
    average = average * momentum + gradient * (1 - momentum)
    let ahead = gradient * (1 - momentum) + average * momentum
    let step =
      switch form {
      case .elements: ahead
      case .matrix(let matrix): matrix.changing(ahead) { $0.orthogonalized() }
      case .rows: ahead.withEvenRows
      }
    let kept = 1 - rate * settings.weightDecay
    weights = (kept == 1 ? weights : weights * kept) - step * rate
  }

  /// One step of Adam with corrected averages.
  ///
  /// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1; with decoupled
  /// decay Loshchilov and Hutter (2019), algorithm 2.
  private func adam(
    _ weights: inout Tensor<Float>, _ gradient: Tensor<Float>, _ index: Int,
    _ state: inout OptimizerState, _ constants: Adam<Double>
  ) {
    let scale = scales.isEmpty ? StepScale() : scales[index]
    let rate = constants.rate * scale.rate
    let decay = settings.kind == .adamw ? rate * settings.weightDecay * scale.decay : 0
    let count = weights.count
    gradient.withElements { gradient in
      state.first[index].withMutableElements { m in
        state.second[index].withMutableElements { v in
          weights.withMutableElements { w in
            Float.laneKernels.adam(
              gradient.baseAddress, count, Float(constants.firstDecay),
              Float(constants.secondDecay), Float(rate * constants.firstScale),
              Float(constants.secondScale), Float(constants.epsilon), Float(decay), m.baseAddress,
              v.baseAddress, w.baseAddress)
          }
        }
      }
    }
  }
}

/// What an optimiser remembers: two averages of each parameter's gradients and the number of steps.
public struct OptimizerState: Sendable, Equatable {
  /// The averages of the gradients, or the velocities of SGD.
  public var first: [Tensor<Float>]
  /// The averages of the squared gradients; empty for SGD.
  public var second: [Tensor<Float>]
  /// The steps taken.
  public var steps: Int

  /// Creates the state before the first step.
  public init(for weights: [Tensor<Float>], usesSquares: Bool) {
    first = weights.map { Tensor(repeating: 0, $0.shape) }
    second = usesSquares ? first : []
    steps = 0
  }

  /// Creates a state that was saved.
  public init(first: [Tensor<Float>], second: [Tensor<Float>], steps: Int) {
    self.first = first
    self.second = second
    self.steps = steps
  }
}

extension OptimizerSettings {
  /// What an optimiser remembers before its first step.
  func initialState(for weights: [Tensor<Float>]) -> OptimizerState {
    OptimizerState(for: weights, usesSquares: kind != .sgd)
  }
}
