import Files

/// An operand: the two common cases are kept apart from sums, which need storage.
private enum Operand {
  /// A number, rounded to nearest, and where it is written.
  case constant(Double, Range<Int>)
  case variable(Variable)
  case sum(LinearExpression)
}

extension Parser {
  /// Reads a formula from its first token.
  ///
  /// - Parameter isNegated: Whether its negation is wanted, which is carried down to the comparisons, where it decides which
  ///   way numbers are rounded.
  mutating func formula(
    _ token: Token, depth: Int, isNegated: Bool = false
  ) throws(InputError) -> Formula {
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
    if let relation = relation(name) {
      return try comparison(
        isNegated ? relation.negated : relation, isNegated: isNegated, line: line, depth: depth)
    }
    let (isAnd, isOr) = (tokens.isWord(name, "and"), tokens.isWord(name, "or"))
    if isAnd || isOr {
      let parts = try formulas(in: isAnd ? "and" : "or", depth: depth + 1, isNegated)
      if isAnd != isNegated { return .all(parts) }
      return .any(of: parts)
    }
    if tokens.isWord(name, "not") {
      let part = try formula(tokens.next(), depth: depth + 1, isNegated: !isNegated)
      try tokens.expectClose()
      return part
    }
    if tokens.isWord(name, "distinct") {
      return try distinct(isNegated: isNegated, line: line, depth: depth)
    }
    if tokens.isWord(name, "assert") || tokens.isWord(name, "declare-const") {
      throw tokens.problem("\(tokens.text(name)) inside an assertion, a ) is missing before it")
    }
    throw tokens.problem(
      "unknown operator \(tokens.text(name)), expected <=, >=, <, >, =, and, or, not, distinct")
  }

  private mutating func formulas(
    in name: String, depth: Int, _ isNegated: Bool
  ) throws(InputError) -> [Formula] {
    var parts: [Formula] = []
    while true {
      let token = tokens.next()
      if token == .close { break }
      if token == .end { throw tokens.unexpected(.end, expected: ") to close (\(name)") }
      parts.append(try formula(token, depth: depth, isNegated: isNegated))
    }
    guard !parts.isEmpty else { throw tokens.problem("(\(name)) without a condition") }
    return parts
  }

  private func relation(_ name: Range<Int>) -> Relation? {
    guard name.count <= 2 else { return nil }
    let isLonger = name.count == 2
    if isLonger && tokens.bytes[name.lowerBound + 1] != UInt8(ascii: "=") { return nil }
    switch tokens.bytes[name.lowerBound] {
    case UInt8(ascii: "<"): return isLonger ? .atMost : .below
    case UInt8(ascii: ">"): return isLonger ? .atLeast : .above
    case UInt8(ascii: "="): return .equal
    case UInt8(ascii: "!") where isLonger: return .unequal
    default: return nil
    }
  }

  /// Reads the operands of a comparison; more than two are compared in turn, as in `(<= 0 X_0 1)`.
  ///
  /// - Parameters:
  ///   - relation: The relation, negated already where `isNegated`.
  ///   - isNegated: Whether one comparison of a chain suffices.
  private mutating func comparison(
    _ relation: Relation, isNegated: Bool, line: Int, depth: Int
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
    return isNegated ? .any(of: parts) : .all(parts)
  }

  /// Reads operands no two of which are equal.
  private mutating func distinct(
    isNegated: Bool, line: Int, depth: Int
  ) throws(InputError) -> Formula {
    var operands: [Operand] = []
    var token = tokens.next()
    while token != .close {
      operands.append(try operand(token, depth: depth))
      token = tokens.next()
    }
    guard operands.count >= 2 else { throw tokens.problem("distinct needs two operands") }
    var parts: [Formula] = []
    for (place, left) in operands.enumerated() {
      for right in operands[(place + 1)...] {
        parts.append(try atom(isNegated ? .equal : .unequal, left, right, line))
      }
    }
    return isNegated ? .any(of: parts) : .all(parts)
  }

  private func atom(
    _ relation: Relation, _ left: Operand, _ right: Operand, _ line: Int
  ) throws(InputError) -> Formula {
    switch relation {
    case .atMost: try atom(left, atMost: right, line)
    case .atLeast: try atom(right, atMost: left, line)
    case .below: try atom(left, atMost: right, line, isStrict: true)
    case .above: try atom(right, atMost: left, line, isStrict: true)
    case .equal: .all([try atom(left, atMost: right, line), try atom(right, atMost: left, line)])
    case .unequal:
      .any(of: [
        try atom(left, atMost: right, line, isStrict: true),
        try atom(right, atMost: left, line, isStrict: true),
      ])
    }
  }

  private func atom(
    _ left: Operand, atMost right: Operand, _ line: Int, isStrict: Bool = false
  ) throws(InputError) -> Formula {
    let comparison = Comparison(source: tokens.source, line: line, isStrict: isStrict)
    switch (left, right) {
    case (.variable(.input(let index)), .constant(let value, _)):
      return try comparison.inputBound(index, isUpper: true, value)
    case (.constant(let value, _), .variable(.input(let index))):
      return try comparison.inputBound(index, isUpper: false, value)
    default:
      return try comparison.atom(expression(left), atMost: expression(right))
    }
  }

  private func expression(_ operand: Operand) throws(InputError) -> LinearExpression {
    switch operand {
    case .constant(_, let range):
      guard let value = Rational(decimal: tokens.bytes[range]) else {
        throw tokens.problem(
          "\(tokens.text(range)) has more than \(Rational.mostDigits) digits or as large an exponent"
        )
      }
      return LinearExpression(value)
    case .variable(let variable): return LinearExpression(variable)
    case .sum(let sum): return sum
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
      if let number = decimal(tokens.bytes[range]) { return .constant(number, range) }
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
    var result = try expression(operand(tokens.next(), depth: depth))
    var isAlone = true
    while true {
      let token = tokens.next()
      if token == .close { break }
      isAlone = false
      try combine(&result, symbol, try expression(operand(token, depth: depth)))
    }
    if isAlone && symbol == "-" { result.scale(by: Rational(-1)) }
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
      guard next.isConstant && !next.constant.isZero else {
        throw tokens.problem("expected a number other than 0 after /")
      }
      result.scale(by: .one / next.constant)
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
