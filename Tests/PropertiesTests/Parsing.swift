import Files
import Foundation

@testable import Properties

/// Two inputs in [-0.5, 0.5], two outputs, and the given text in lines 9 and later.
func property(_ text: String) throws(InputError) -> Property {
  try parsed(preamble + text)
}

/// The first eight lines of most texts here.
let preamble = """
  (declare-const X_0 Real)
  (declare-const X_1 Real)
  (declare-const Y_0 Real)
  (declare-const Y_1 Real)
  (assert (>= X_0 -0.5))
  (assert (<= X_0 0.5))
  (assert (>= X_1 -0.5))
  (assert (<= X_1 0.5))

  """

func parsed(_ text: String) throws(InputError) -> Property {
  try Property(parsing: Data(text.utf8), source: "p.vnnlib")
}

/// The one line that a text is refused with; the empty string when it is read.
func refusal(_ text: String) -> String {
  do {
    _ = try parsed(text)
    return ""
  } catch {
    return error.description
  }
}

/// The one line that an action is refused with; the empty string when it succeeds.
func refusal(_ action: () throws -> Void) -> String {
  do {
    try action()
    return ""
  } catch {
    return "\(error)"
  }
}

/// The constraints of the first disjunct in words.
func words(_ property: Property) -> [String] {
  property.disjuncts.first?.constraints.map(\.description) ?? []
}
