import Files
import Foundation

/// An input that violates a property, with the output it gives.
public struct Witness: Hashable, Sendable, Codable {
  /// The elements of the input, flattened row-major.
  public var input: [Double]
  /// The elements of the output, flattened row-major.
  public var output: [Double]

  /// Creates a witness.
  public init(input: [Double], output: [Double]) {
    self.input = input
    self.output = output
  }

  /// Creates a witness found in 32-bit floats; every float is exactly a double.
  public init(input: [Float], output: [Float]) {
    self.init(input: input.map(Double.init), output: output.map(Double.init))
  }
}

// MARK: - The competition's format

extension Witness {
  /// The pairs of names and values, in the format of the competition: `((X_0 0.5)`, one pair on
  /// each line.
  ///
  /// Numbers are the shortest decimals that read back as the same doubles. The word `sat` is not
  /// included.
  public var assignment: String {
    let pairs =
      input.enumerated().map { "(X_\($0) \($1))" } + output.enumerated().map { "(Y_\($0) \($1))" }
    return "(" + pairs.joined(separator: "\n ") + ")"
  }

  /// A result file: the line `sat` and the assignment.
  public var resultText: String { "sat\n\(assignment)\n" }

  /// Reads a result file that holds a witness, plain or compressed.
  ///
  /// - Throws: `InputError` naming the file, the line and what would be right.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(parsing: readFile(path), source: path)
  }

  /// Reads the text of a result file that holds a witness.
  ///
  /// - Throws: `InputError` when the first word is not `sat`, a number is missing or not finite, a
  ///   variable appears twice, or the indexes have a gap.
  public init(parsing data: Data, source: String) throws(InputError) {
    var tokens = Tokenizer([UInt8](data), source: source)
    var token = tokens.next()
    guard case .word(let verdict) = token, tokens.isWord(verdict, "sat") else {
      throw tokens.unexpected(token, expected: "sat and a counterexample")
    }
    token = tokens.next()
    guard token == .open else { throw tokens.unexpected(token, expected: "((X_0 ...)") }
    var inputs: [Int: Double] = [:]
    var outputs: [Int: Double] = [:]
    token = tokens.next()
    while token != .close {
      guard token == .open else { throw tokens.unexpected(token, expected: "(X_i ...)") }
      try Self.readPair(&tokens, &inputs, &outputs)
      token = tokens.next()
    }
    self.init(
      input: try Self.elements(inputs, "X", source), output: try Self.elements(outputs, "Y", source)
    )
  }

  private static func readPair(
    _ tokens: inout Tokenizer, _ inputs: inout [Int: Double], _ outputs: inout [Int: Double]
  ) throws(InputError) {
    let token = tokens.next()
    guard case .word(let name) = token, let variable = tokens.variable(name) else {
      throw tokens.unexpected(token, expected: "X_i or Y_i")
    }
    let number = tokens.next()
    guard case .word(let range) = number, let value = decimal(tokens.bytes[range]),
      value.isFinite
    else { throw tokens.unexpected(number, expected: "a finite number") }
    let earlier: Double?
    switch variable {
    case .input(let index): earlier = inputs.updateValue(value, forKey: index)
    case .output(let index): earlier = outputs.updateValue(value, forKey: index)
    }
    guard earlier == nil else { throw tokens.problem("\(tokens.text(name)) appears twice") }
    try tokens.expectClose()
  }

  private static func elements(
    _ values: [Int: Double], _ name: String, _ source: String
  ) throws(InputError) -> [Double] {
    var result: [Double] = []
    for index in 0..<values.count {
      guard let value = values[index] else {
        throw InputError(source, "\(name)_\(index) is missing")
      }
      result.append(value)
    }
    return result
  }
}
