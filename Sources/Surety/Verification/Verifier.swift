import Attacks
import Bounds
import Files
import Foundation
import Networks
import Properties
import Tensors

/// Decides properties of one network: searches for counterexamples and rules out violations by bounds.
///
///     let verifier = try Verifier(network)
///     let result = try verifier.verify(property)
///     print(result.answer.word, result.reason)
public struct Verifier: Sendable {
  /// The methods that are tried, in order, unless told otherwise.
  public static let methods: [BoundMethod] = [.ibp, .crownIBP, .crown, .alphaCROWN]

  /// How properties are verified.
  public var options: VerifierOptions
  private let network: Network
  private let simplified: Network
  /// The search for counterexamples, confirmed on the network as it was read; or why there is none.
  private let attack: Result<Attack, Unsupported>
  /// The same where the network ends with a softmax, for questions about the order of its outputs: the network that ends
  /// before it, simplified, and the search in that.
  ///
  /// What is meant is the function without rounding, which keeps the order. So a witness must hold for the outputs of
  /// the file and for what its softmax reads: that two shares are equal because both are rounded to 0 or 1 is none.
  private let order: (bounded: Network, attack: Result<Attack, Unsupported>)?

  /// Creates a verifier.
  public init(_ network: Network, options: VerifierOptions = .init()) {
    self.network = network
    self.options = options
    let simplified = network.simplified()
    self.simplified = simplified
    attack = Result { () throws(Unsupported) in try Attack(simplified, replay: network) }
    order = network.withLogits().map { logits in
      let ordered = logits.simplified()
      return (
        ordered,
        Result { () throws(Unsupported) in
          try Attack(ordered, replay: network, logits: logits)
        }
      )
    }
  }

  /// Decides a property.
  ///
  /// - Parameter progress: Called before each step with a line that says what begins.
  /// - Returns: The answer; `holds` states that the bounds said so in the arithmetic that the result names,
  ///   and `violated` that running the network confirmed it.
  /// - Throws: `InputError` when the property has other counts of inputs or outputs than the network.
  public func verify(
    _ property: Property, progress: @escaping (String) -> Void = { _ in }
  ) throws(InputError) -> Verification {
    let begin = Date()
    try property.matches(inputs: network.inputShape.count, outputs: network.outputShape.count)
    let decider: Decider
    let asked: Property
    if let untied = property.untied() {
      (decider, asked) = (try self.decider(for: untied), untied.property)
    } else {
      let ordered = property.comparesOutputs ? order : nil
      decider = try self.decider(
        ordered?.bounded ?? simplified, ordered?.attack ?? attack, for: property)
      asked = property
    }
    let run = VerificationRun(decider, asked, options, begin: begin)
    run.progress = progress
    return run.result()
  }

  /// What decides a property, by a network that passes its input on where the property speaks about both.
  private func decider(
    _ network: Network, _ attack: Result<Attack, Unsupported>, for property: Property
  ) throws(InputError) -> Decider {
    var bounded = network
    if property.mixesInputsAndOutputs {
      do throws(ShapeMismatch) {
        bounded = try network.keepingInput()
      } catch {
        throw InputError(property.source, error.description)
      }
    }
    var decider = Decider(bounded, attack: attack, precision: options.precision)
    (decider.memory, decider.seed) = (options.memory, options.seed)
    (decider.attacks, decider.isStopped) = (options.attacks, options.isCancelled)
    decider.recorder = options.recorder
    return decider
  }

  /// What decides a property over the inputs that equalities leave free; witnesses are inputs of the network.
  private func decider(for untied: UntiedProperty) throws(InputError) -> Decider {
    let (ties, property) = (untied.ties, untied.property)
    let reading: Network
    do throws(ShapeMismatch) {
      reading = try network.reading(
        matrix: Tensor([ties.free.count, ties.count], ties.matrix),
        offset: Tensor([ties.count], ties.offsets)
      ).simplified()
    } catch {
      throw InputError(property.source, error.description)
    }
    let original = network
    let attack = Result { () throws(Unsupported) in
      try Attack(reading, replay: original, untied: untied)
    }
    return try decider(reading, attack, for: property)
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
