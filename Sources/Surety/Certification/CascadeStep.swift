import Attacks
import Bounds
import Foundation

/// A step of the cascade that decides the examples of a data set.
///
/// Their order is that of `RunRecord.cascade`, which names them.
enum CascadeStep: Sendable, Hashable {
  /// A search for counterexamples that takes a small part of the time of backward bounds.
  case shortAttack
  /// The search for counterexamples with the effort that was asked for.
  case attack
  /// Bounds of every margin.
  case bounds(BoundMethod)
  /// A complete search.
  case completion(Completion)

  init?(name: String) {
    if name == CascadeStep.shortAttack.name {
      self = .shortAttack
    } else if name == CascadeStep.attack.name {
      self = .attack
    } else if let method = BoundMethod(rawValue: name) {
      self = .bounds(method)
    } else if let completion = Completion(rawValue: name) {
      self = .completion(completion)
    } else {
      return nil
    }
  }

  /// The name in records.
  var name: String {
    switch self {
    case .shortAttack: "short-attack"
    case .attack: "attack"
    case .bounds(let method): method.rawValue
    case .completion(let completion): completion.rawValue
    }
  }

  /// Whether all examples of a batch take the step before any takes the next.
  ///
  /// What may take long comes after those: each example is then taken to its end.
  var isShared: Bool {
    switch self {
    case .shortAttack: true
    case .bounds(let method): method != .alphaCROWN
    case .attack, .completion: false
    }
  }
}

extension CertifierOptions {
  /// How hard a search for counterexamples tries.
  ///
  /// - Parameter isShort: Whether it is to take no more than a part of the full search.
  func attackOptions(isShort: Bool) -> AttackOptions {
    var options = AttackOptions()
    options.steps = isShort ? min(attackSteps, 10) : attackSteps
    options.restarts = isShort ? 1 : attackRestarts
    if isShort { options.samples = 256 }
    options.seed = seed
    return options
  }
}
