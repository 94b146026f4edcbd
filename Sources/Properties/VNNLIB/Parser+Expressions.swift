import Files

/// An operand: the two common cases are kept apart from sums, which need storage.
private enum Operand {
  case constant(Double)
  case variable(Variable)
  case sum(LinearExpression)

  var expression: LinearExpression {
    switch self {
    case .constant(let value): LinearExpression(value)
    case .variable(let variable): LinearExpression(variable)
    case .sum(let sum): sum
    }
  }
}

extension Parser {
  /// Reads a formula from its first token.
  mutating func formula(_ token: Token, depth: Int) throws(InputError) -> Formula {
    guard depth < Self.deepest else {
      throw tokens.problem("nested deeper than \(Self.deepest) parentheses")
    }
    guard token == .open else {
      throw tokens.unexpected(token, expected: "a condition in parentheses")
    }
    let head = tokens.next()
    guard case .word(let name) = head else {
      throw tokens.unexpected(head, expected: "an operator")
    }
    let line = tokens.line
    if let relation = relation(name) { return try comparison(relation, line: line, depth: depth) }
    if tokens.isWord(name, "and") { return .all(try formulas(in: "and", depth: depth + 1)) }
    if tokens.isWord(name, "or") {
      let parts = try formulas(in: "or", depth: depth + 1)
      return parts.count == 1 ? parts[0] : .any(parts)
    }
    if tokens.isWord(name, "assert") || tokens.isWord(name, "declare-const") {
      throw tokens.problem("\(tokens.text(name)) inside an assertion, a ) is missing before it")
    }
    throw tokens.problem(
      "unknown operator \(tokens.text(name)), expected <=, >=, <, >, =, and, or")
  }

  private mutating func formulas(
    in name: String, depth: Int
  ) throws(InputError) -> [Formula] {
    var parts: [Formula] = []
    while true {
      let token = tokens.next()
      if token == .close { break }
      if token == .end { throw tokens.unexpected(.end, expected: ") to close (\(name)") }
      parts.append(try formula(token, depth: depth))
    }
    guard !parts.isEmpty else { throw tokens.problem("(\(name)) without a condition") }
    return parts
  }

  private enum Relation {
    case atMost, atLeast, equal
  }

  /// Strict comparisons are read as non-strict, which only enlarges the violation.
  private func relation(_ name: Range<Int>) -> Relation? {
    guard name.count <= 2 else { return nil }
    if name.count == 2 && tokens.bytes[name.lowerBound + 1] != UInt8(ascii: "=") { return nil }
    switch tokens.bytes[name.lowerBound] {
    case UInt8(ascii: "<"): return .atMost
    case UInt8(ascii: ">"): return .atLeast
    case UInt8(ascii: "=") where name.count == 1: return .equal
    default: return nil
    }
  }

  /// Reads the operands of a comparison; more than two are compared in turn, as in `(<= 0 X_0 1)`.
  private mutating func comparison(
    _ relation: Relation, line: Int, depth: Int
  ) throws(InputError) -> Formula {
    var left = try operand(tokens.next(), depth: depth)
    var right = try operand(tokens.next(), depth: depth)
    let first = try atom(relation, left, right, line)
    var token = tokens.next()
    if token == .close { return first }
    var parts = [first]
    repeat {
      left = right
      right = try operand(token, depth: depth)
      parts.append(try atom(relation, left, right, line))
      token = tokens.next()
    } while token != .close
    return .all(parts)
  }

  private func atom(
    _ relation: Relation, _ left: Operand, _ right: Operand, _ line: Int
  ) throws(InputError) -> Formula {
    switch relation {
    case .atMost: try atom(left, atMost: right, line)
    case .atLeast: try atom(right, atMost: left, line)
    case .equal: .all([try atom(left, atMost: right, line), try atom(right, atMost: left, line)])
    }
  }

  private func atom(
    _ left: Operand, atMost right: Operand, _ line: Int
  ) throws(InputError) -> Formula {
    let comparison = Comparison(source: tokens.source, line: line)
    switch (left, right) {
    case (.variable(.input(let index)), .constant(let value)):
      return try comparison.inputBound(index, coefficient: 1, atMost: value)
    case (.constant(let value), .variable(.input(let index))):
      return try comparison.inputBound(index, coefficient: -1, atMost: -value)
    default:
      return try comparison.atom(left.expression, atMost: right.expression)
    }
  }

  private mutating func operand(_ token: Token, depth: Int) throws(InputError) -> Operand {
    switch token {
    case .word(let range):
      // Digits and signs are all below the letters; a variable starts with one.
      if let variable = tokens.variable(range), declaredLine(variable) > 0 {
        if case .output = variable { constrainsOutput = true }
        return .variable(variable)
      }
      if let number = decimal(tokens.bytes[range]) { return .constant(number) }
      throw unknownWord(range)
    case .open:
      guard depth < Self.deepest else {
        throw tokens.problem("nested deeper than \(Self.deepest) parentheses")
      }
      return .sum(try arithmetic(depth: depth + 1))
    default:
      throw tokens.unexpected(token, expected: "a variable or a number")
    }
  }

  /// Reads a sum, difference, product or quotient after its opening parenthesis.
  private mutating func arithmetic(depth: Int) throws(InputError) -> LinearExpression {
    let head = tokens.next()
    guard case .word(let name) = head else {
      throw tokens.unexpected(head, expected: "an operator")
    }
    guard name.count == 1, "+-*/".utf8.contains(tokens.bytes[name.lowerBound]) else {
      throw tokens.problem(
        "unknown operator \(tokens.text(name)) in a sum, expected +, -, *, /")
    }
    let symbol = tokens.text(name)
    var result = try operand(tokens.next(), depth: depth).expression
    var isAlone = true
    while true {
      let token = tokens.next()
      if token == .close { break }
      isAlone = false
      try combine(&result, symbol, try operand(token, depth: depth).expression)
    }
    if isAlone && symbol == "-" { result.scale(by: -1) }
    if isAlone && symbol == "/" { throw tokens.problem("/ needs two operands") }
    return result
  }

  private func combine(
    _ result: inout LinearExpression, _ symbol: String, _ next: LinearExpression
  ) throws(InputError) {
    switch symbol {
    case "+": result.add(next)
    case "-": result.subtract(next)
    case "*":
      guard result.isConstant || next.isConstant else {
        throw tokens.problem("a product of variables is not linear, expected (* number variable)")
      }
      let factor = result.isConstant ? result.constant : next.constant
      if result.isConstant { result = next }
      result.scale(by: factor)
    default:
      guard next.isConstant && next.constant != 0 else {
        throw tokens.problem("expected a number other than 0 after /")
      }
      result.divide(by: next.constant)
    }
  }

  private func unknownWord(_ range: Range<Int>) -> InputError {
    let word = tokens.text(range)
    let first = tokens.bytes[range.lowerBound]
    let isNumberLike =
      first < UInt8(ascii: "A")
      || ["nan", "inf", "infinity"].contains(word.lowercased())
    return isNumberLike
      ? tokens.problem("not a number: \(word), expected a decimal such as -0.5 or 1e-3")
      : tokens.problem("unknown variable \(word), declare it before it is used")
  }
}
