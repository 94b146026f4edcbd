import Files
import Networks
import Tensors

/// The result of a share as a row of numbers, to be sent to another process.
public struct PackedShare: Sendable, Hashable {
  /// Counts, losses and what else is a single number.
  public var numbers: [Double]
  /// The gradients in the order of the trainable parameters, then means and variances in the order of the normalisations.
  public var values: [Float]

  /// Creates one from what was received.
  public init(numbers: [Double], values: [Float]) {
    (self.numbers, self.values) = (numbers, values)
  }
}

extension ShareResult {
  /// The numbers of the result, exactly.
  public var packed: PackedShare {
    var numbers = [
      Double(count), step.loss, step.cleanLoss, step.robustLoss == nil ? 0 : 1,
      step.robustLoss ?? 0, step.regularization, step.distillation == nil ? 0 : 1,
      step.distillation ?? 0,
      Double(step.cleanCorrect),
      Double(step.verifiedCorrect ?? -1), Double(step.layers.count),
    ]
    for layer in step.layers { numbers += [layer.looseness, layer.active, layer.inactive] }
    for moment in step.moments { numbers += [Double(moment.count), moment.isEstimate ? 1 : 0] }
    let moments = step.moments.flatMap { [$0.mean, $0.variance] }
    return PackedShare(
      numbers: numbers, values: (step.gradients + moments).joinedScalars)
  }
}

extension Trainer {
  /// The result that another process has packed.
  ///
  /// - Parameter source: Who sent it, for errors.
  /// - Throws: `InputError` when it is none of this network's.
  public func share(from packed: PackedShare, source: String) throws(InputError) -> ShareResult {
    let wrong = InputError(source, "sent a share of another network or another program")
    var numbers = packed.numbers[...]
    var values = packed.values[...]
    func number() throws(InputError) -> Double {
      guard let next = numbers.popFirst() else { throw wrong }
      return next
    }
    func whole(from least: Int = 0) throws(InputError) -> Int {
      guard let result = Int(exactly: try number()), result >= least else { throw wrong }
      return result
    }
    func tensor(_ shape: Shape) throws(InputError) -> Tensor<Float> {
      guard values.count >= shape.count else { throw wrong }
      defer { values = values.dropFirst(shape.count) }
      return Tensor(shape, Array(values.prefix(shape.count)))
    }
    func shape(_ id: ParameterID) -> Shape { trainedNetwork.parameters[id.index].value.shape }
    var result = StepResult<Tensor<Float>>()
    let count = try whole(from: 1)
    result.loss = try number()
    result.cleanLoss = try number()
    let isBounded = try number() == 1
    let robust = try number()
    result.robustLoss = isBounded ? robust : nil
    result.regularization = try number()
    let isTaught = try number() == 1
    let distance = try number()
    result.distillation = isTaught ? distance : nil
    result.cleanCorrect = try whole()
    let verified = try whole(from: -1)
    result.verifiedCorrect = verified < 0 ? nil : verified
    let layers = try whole()
    guard layers == 0 || layers == step.relus.count else { throw wrong }
    for _ in 0..<layers {
      result.layers.append(
        LayerStatistics(looseness: try number(), active: try number(), inactive: try number()))
    }
    for id in step.trainable { result.gradients.append(try tensor(shape(id))) }
    for normalization in step.network.neededNormalizations {
      let (count, isEstimate) = (try whole(), try number() == 1)
      let mean = try tensor(shape(normalization.mean))
      let variance = try tensor(shape(normalization.variance))
      result.moments.append(
        BatchMoments(
          normalization: normalization, mean: mean, variance: variance, count: count,
          isEstimate: isEstimate))
    }
    guard numbers.isEmpty, values.isEmpty else { throw wrong }
    return ShareResult(count: count, step: result)
  }
}

extension Network {
  /// The batch normalisations that the output depends on, in the order of their nodes.
  var neededNormalizations: [BatchNormalization] {
    let needed = isNeeded
    return nodes.indices.compactMap { id in
      needed[id] ? nodes[id].operation as? BatchNormalization : nil
    }
  }
}

extension [Tensor<Float>] {
  /// The elements of all tensors, one after the other.
  public var joinedScalars: [Float] {
    var result: [Float] = []
    result.reserveCapacity(reduce(0) { $0 + $1.count })
    for tensor in self { tensor.withElements { result.append(contentsOf: $0) } }
    return result
  }
}
