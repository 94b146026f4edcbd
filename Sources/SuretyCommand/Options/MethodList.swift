import Surety

/// Reads a list such as `ibp,crown,bab`: the bounds to try, and the search that decides what they leave open.
///
/// - Parameters:
///   - list: The list; nil for the usual methods.
///   - isTimed: Whether examples have a time limit, without which the usual methods end before the search.
func methodList(
  _ list: String?, isTimed: Bool
) throws(InputError) -> MethodChoice {
  guard let list else {
    return MethodChoice(bounds: Verifier.methods, completion: isTimed ? .branchAndBound : nil)
  }
  var bounds: [BoundMethod] = []
  var (usesConstants, joinsConstants) = (false, false)
  var completion: CompleteMethod?
  for name in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
    if let completion {
      throw InputError(
        "--methods", "'\(name)' comes after \(completion.rawValue), which ends the list")
    }
    if name == "lipschitz" {
      guard bounds.isEmpty else {
        throw InputError(
          "--methods", "lipschitz comes after \(bounds[0].rawValue); it costs least and comes first"
        )
      }
      guard !joinsConstants else {
        throw InputError(
          "--methods", "lipschitz comes after lipschitz-crown; it costs least and comes first")
      }
      usesConstants = true
    } else if name == "lipschitz-crown" {
      joinsConstants = true
    } else if let method = BoundMethod(rawValue: name) {
      guard !joinsConstants else {
        throw InputError(
          "--methods", "\(name) comes after lipschitz-crown, which comes after all bounds")
      }
      if !bounds.contains(method) { bounds.append(method) }
    } else if let search = CompleteMethod(rawValue: name) {
      try search.require("--methods")
      completion = search
    } else {
      let known =
        ["lipschitz"] + BoundMethod.allCases.map(\.rawValue) + ["lipschitz-crown"]
        + CompleteMethod.allCases.map(\.rawValue)
      let hint = nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
      throw InputError(
        "--methods",
        "'\(name)' is not a method, expected a list of \(known.joined(separator: ", "))\(hint)")
    }
  }
  return MethodChoice(
    usesConstants: usesConstants, bounds: bounds, joinsConstants: joinsConstants,
    completion: completion)
}

/// The methods of a run, in order.
struct MethodChoice {
  /// Whether constants of the network come first.
  var usesConstants = false
  /// The bounds to try.
  var bounds: [BoundMethod]
  /// Whether constants of late layers are joined to linear bounds of early ones after them.
  var joinsConstants = false
  /// The search that decides what they leave open.
  var completion: CompleteMethod?
}
