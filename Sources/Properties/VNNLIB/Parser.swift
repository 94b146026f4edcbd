import Files

/// Reads the statements of a VNN-LIB 1.0 file.
///
/// The grammar is the part of SMT-LIB that the format uses: declarations, and assertions of linear
/// inequalities joined by `and` and `or` (Guidotti, Demarchi, Tacchella and Pulina, "The
/// Verification of Neural Networks Library").
struct Parser {
  var tokens: Tokenizer
  var box = BoundedBox()
  /// The line that declares each output; 0 for none.
  var outputLines: [Int] = []
  /// Constraints that hold in every alternative.
  var common: [LinearConstraint] = []
  /// Assertions with alternatives.
  var choices: [Formula] = []
  /// Lines of assertions that nothing can satisfy.
  var impossible: [Int] = []
  var constrainsOutput = false

  /// Nesting beyond this is refused: the parser recurses, and a stack is finite.
  static let deepest = 200

  init(_ bytes: [UInt8], source: String) {
    tokens = Tokenizer(bytes, source: source)
  }

  mutating func parse() throws(InputError) {
    while true {
      let token = tokens.next()
      switch token {
      case .end: return
      case .open: try statement()
      default: throw tokens.unexpected(token, expected: "(assert ...) or (declare-const ...)")
      }
    }
  }

  private mutating func statement() throws(InputError) {
    let token = tokens.next()
    guard case .word(let range) = token else {
      throw tokens.unexpected(token, expected: "assert or declare-const")
    }
    if tokens.isWord(range, "assert") {
      let opened = tokens.line
      try assert(formula(tokens.next(), depth: 0))
      let end = tokens.next()
      if end == .end {
        throw tokens.problem(
          "unexpected end of file, expected ) to close the assertion of line \(opened)")
      }
      guard end == .close else { throw tokens.unexpected(end, expected: ") after the assertion") }
    } else if tokens.isWord(range, "declare-const") || tokens.isWord(range, "declare-fun") {
      try declaration(isFunction: tokens.isWord(range, "declare-fun"))
    } else if Self.ignored.contains(tokens.text(range)) {
      try skipStatement()
    } else if tokens.isWord(range, "vnnlib-version") || tokens.isWord(range, "declare-network") {
      throw tokens.problem("VNN-LIB 2.0 is not read, expected VNN-LIB 1.0 with declare-const")
    } else {
      throw tokens.problem(
        "unknown statement \(tokens.text(range)), expected assert or declare-const")
    }
  }

  /// Statements of SMT-LIB that say nothing about the query.
  private static let ignored: Set<String> = [
    "set-logic", "set-info", "set-option", "check-sat", "get-model", "exit",
  ]

  private mutating func skipStatement() throws(InputError) {
    var depth = 1
    while depth > 0 {
      switch tokens.next() {
      case .open: depth += 1
      case .close: depth -= 1
      case .word: break
      case .end: throw tokens.unexpected(.end, expected: ")")
      }
    }
  }

  private mutating func declaration(isFunction: Bool) throws(InputError) {
    let token = tokens.next()
    guard case .word(let name) = token else {
      throw tokens.unexpected(token, expected: "a variable such as X_0")
    }
    guard let variable = tokens.variable(name) else {
      throw tokens.problem(
        "variable \(tokens.text(name)) cannot be declared, expected X_i or Y_i, counted from 0")
    }
    if isFunction {
      guard tokens.next() == .open, tokens.next() == .close else {
        throw tokens.problem("expected () after the name of \(tokens.text(name))")
      }
    }
    let type = tokens.next()
    guard case .word(let range) = type, tokens.isWord(range, "Real") else {
      throw tokens.unexpected(type, expected: "Real")
    }
    try tokens.expectClose()
    try declare(variable, name)
  }

  private mutating func declare(_ variable: Variable, _ name: Range<Int>) throws(InputError) {
    // Every smaller index needs a declaration of its own, so a larger index than the file has bytes
    // is a slip; it must not be allocated.
    guard variable.index < tokens.bytes.count else {
      throw tokens.problem(
        "\(tokens.text(name)) is declared, but not every variable before it, expected X_0, X_1, ..."
      )
    }
    let known = declaredLine(variable)
    guard known == 0 else {
      throw tokens.problem("\(tokens.text(name)) is declared twice, first in line \(known)")
    }
    switch variable {
    case .input(let index): box.declare(index, line: tokens.line)
    case .output(let index):
      while outputLines.count <= index { outputLines.append(0) }
      outputLines[index] = tokens.line
    }
  }

  /// The line that declares a variable; 0 for none.
  func declaredLine(_ variable: Variable) -> Int {
    switch variable {
    case .input(let index):
      index < box.declarationLines.count ? box.declarationLines[index] : 0
    case .output(let index): index < outputLines.count ? outputLines[index] : 0
    }
  }

  private mutating func assert(_ formula: Formula) throws(InputError) {
    switch formula {
    case .bound(let bound): box.tighten(bound)
    case .constraint(let constraint): common.append(constraint)
    case .constant(true): break
    case .constant(false): impossible.append(tokens.line)
    case .all(let parts): for part in parts { try assert(part) }
    case .any: choices.append(formula)
    }
  }
}
