import Attacks
import Bounds
import Files
import Networks
import Properties
import Tensors

extension Verifier {
  /// A run over the inputs that equalities leave free; its witnesses are inputs of the network.
  func run(_ untied: UntiedProperty) throws(InputError) -> VerificationRun {
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
    return VerificationRun(
      attack: attack, bounded: try bounded(reading, for: property), property: property,
      options: options)
  }
}
