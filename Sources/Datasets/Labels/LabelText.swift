/// What is written where a label is expected.
enum LabelText: Equatable {
  /// A whole number from 0 to 9999: `3`, `03`, `3.0`, `3e0`.
  case label(Int)
  /// Any other number: `-1`, `2.5`.
  case otherNumber
  /// Nothing, or the word of table tools for nothing.
  case missing
  /// A name.
  case name

  init(_ text: String) {
    if text.isEmpty || text.lowercased() == "nan" {
      self = .missing
      return
    }
    guard text.wholeMatch(of: /[+\-]?[0-9]+(\.[0-9]*)?([eE][+\-]?[0-9]+)?/) != nil,
      let value = Double(text.hasSuffix(".") ? "\(text)0" : text)
    else {
      self = .name
      return
    }
    guard let whole = Int(exactly: value), (0..<10_000).contains(whole) else {
      self = .otherNumber
      return
    }
    self = .label(whole)
  }
}
