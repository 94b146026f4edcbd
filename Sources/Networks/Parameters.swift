import Foundation
import Tensors

/// The place of a parameter in its network.
public struct ParameterID: Hashable, Sendable {
  /// The index among the network's parameters.
  public let index: Int

  /// Creates an identifier.
  public init(_ index: Int) { self.index = index }
}

/// A weight, bias or statistic of a network.
public struct Parameter: Sendable {
  /// The name in the model file.
  public var name: String
  /// The values; 32-bit weights are held exactly.
  public var value: Tensor<Double>
  /// Whether the values are the model's own numbers: moved perhaps, but none of them rounded on the way.
  public var isExact: Bool
  /// How far the values may be from what is meant.
  public var error: ParameterError

  /// Creates a parameter.
  public init(
    name: String, value: Tensor<Double>, isExact: Bool = true, error: ParameterError = .none
  ) {
    self.name = name
    self.value = value
    self.isExact = isExact
    self.error = error
  }
}

/// How far values that were computed when a network was rewritten may be from what is meant.
public struct ParameterError: Sendable {
  /// The roundings of each value: it is off by at most so many units of 2^-53 of its own size, and a hundredth of that.
  public var roundings = 0
  /// By how much it may be off beside that, of the shape of the values; nil for nothing.
  public var sizes: Tensor<Double>?

  /// Creates an error.
  public init(roundings: Int = 0, sizes: Tensor<Double>? = nil) {
    (self.roundings, self.sizes) = (roundings, sizes)
  }

  /// The values are what is meant.
  public static let none = ParameterError()

  /// Whether the values are what is meant.
  public var isNone: Bool { roundings == 0 && sizes == nil }

  /// The relative error of one rounding.
  public static let unit = 0x1p-53

  /// After so many more roundings of each value.
  public func adding(roundings more: Int) -> ParameterError {
    ParameterError(roundings: roundings + more, sizes: sizes)
  }

  /// By how much each of some values may be off, in all.
  ///
  /// - Soundness: Rounded up: the factor covers the hundredth, and the roundings here.
  public func total(of value: Tensor<Double>) -> Tensor<Double>? {
    guard roundings > 0 else { return sizes }
    let own = value.magnitude().scaled(by: 1.02 * Double(roundings) * Self.unit, adding: 0)
    return sizes.map { ($0 + own).scaled(by: 1 + 0x1p-40, adding: 0) } ?? own
  }
}

/// The parameters of a network in one number system, and what was derived from them.
///
/// Derived values, such as absolute weights, are computed once and kept.
public final class Parameters<T: TensorAlgebra>: Sendable {
  private let values: [T]
  // Guarded by `lock`.
  nonisolated(unsafe) private var derived: [Derivation: T] = [:]
  private let lock = NSLock()

  /// Creates parameters from their values in order.
  public init(_ values: [T]) { self.values = values }

  /// The parameters in another number system or form; nothing derived is kept.
  public func map<U: TensorAlgebra>(_ transform: (T) -> U) -> Parameters<U> {
    Parameters<U>(values.map(transform))
  }

  /// The value of a parameter.
  public subscript(id: ParameterID) -> T { values[id.index] }

  /// A value computed from parameters, by `make` the first time and from memory afterwards.
  public func derived(_ kind: String, _ id: ParameterID, make: () -> T) -> T {
    let key = Derivation(kind: kind, id: id)
    if let known = lock.withLock({ derived[key] }) { return known }
    let made = make()
    return lock.withLock {
      // The first of several threads wins for all of them, so that there is one value to differentiate.
      if let known = derived[key] { return known }
      derived[key] = made
      return made
    }
  }

  /// The absolute values of a parameter.
  public func magnitude(_ id: ParameterID) -> T {
    derived("magnitude", id) { self[id].magnitude() }
  }

  /// A parameter, or its absolute values.
  public func weight(_ id: ParameterID, magnitude: Bool) -> T {
    magnitude ? self.magnitude(id) : self[id]
  }

  private struct Derivation: Hashable {
    var kind: String
    var id: ParameterID
  }
}
