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

/// How the labels of a set came about; a network's outputs may have been numbered in another way.
public enum ClassNumbering: Sendable, Hashable {
  /// The set or the user says which class is which output.
  case given
  /// Numbers that were read as labels.
  ///
  /// `otherClasses` is the number of classes if the numbers were names in alphabetical order instead, as
  /// PyTorch's `ImageFolder` takes the names of folders; nil where that would be the same.
  case numbers(otherClasses: Int?)
  /// Names in alphabetical order.
  case names
}

/// Which class is which output, where the user says so.
public enum ClassOrder: Sendable, Hashable {
  /// Every name is a number, which is the label.
  case numbers
  /// Names in the alphabetical order of their characters, numbers among them: 10 comes before 2.
  case alphabetical
  /// The names in the order of the outputs.
  case list([String])
}
