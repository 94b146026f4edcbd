import Foundation

/// What is wrong with a JSON text, in a few words.
public func jsonProblem(_ error: any Error) -> String {
  switch error {
  case DecodingError.keyNotFound(let key, _): "no key \(key.stringValue)"
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    "wrong type at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
  case DecodingError.dataCorrupted(let context)
  where context.codingPath.map(\.stringValue) == ["schema"]:
    context.debugDescription
  default: "not valid JSON"
  }
}
