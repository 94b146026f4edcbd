import Surety

/// Reads a list such as `ibp,crown,bab`: the bounds to try, and the search that decides what they leave open.
///
/// - Parameters:
///   - list: The list; nil for the usual methods.
///   - isTimed: Whether examples have a time limit, without which the usual methods end before the search.
func methodList(
  _ list: String?, isTimed: Bool
) throws(InputError) -> ([BoundMethod], CompleteMethod?) {
  guard let list else {
    return (Verifier.methods, isTimed ? .branchAndBound : nil)
  }
  var bounds: [BoundMethod] = []
  var completion: CompleteMethod?
  for name in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
    if let completion {
      throw InputError(
        "--methods", "'\(name)' comes after \(completion.rawValue), which ends the list")
    }
    if let method = BoundMethod(rawValue: name) {
      if !bounds.contains(method) { bounds.append(method) }
    } else if let search = CompleteMethod(rawValue: name) {
      try search.require("--methods")
      completion = search
    } else {
      let known = BoundMethod.allCases.map(\.rawValue) + CompleteMethod.allCases.map(\.rawValue)
      let hint = nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
      throw InputError(
        "--methods",
        "'\(name)' is not a method, expected a list of \(known.joined(separator: ", "))\(hint)")
    }
  }
  return (bounds, completion)
}
