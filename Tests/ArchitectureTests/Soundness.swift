/// The line numbers of functions that return an interval, a relaxation or a state of bounds, and do not say why it is sound.
///
/// A function says so in a line `- Soundness:` of its documentation comment. One without a comment that is named like a
/// requirement of a protocol which has the line inherits it. Private helpers answer to their callers.
func boundsWithoutSoundness(in file: SourceFile, inherited: Set<Substring> = []) -> [Int] {
  boundFunctions(in: file).filter { function in
    guard !function.comment.contains("- Soundness:") else { return false }
    return !(function.comment.isEmpty && inherited.contains(function.name))
  }.map(\.line)
}

/// The names of the requirements of protocols that say what a conformance's bounds must satisfy.
func soundRequirements(in files: [SourceFile]) -> Set<Substring> {
  var names: Set<Substring> = []
  for file in files {
    for function in boundFunctions(in: file)
    where function.isRequirement && function.comment.contains("- Soundness:") {
      names.insert(function.name)
    }
  }
  return names
}

/// A function that makes a bound.
private struct BoundFunction {
  var line: Int
  var name: Substring
  /// Its documentation comment.
  var comment: String
  /// Whether it stands in the body of a protocol.
  var isRequirement: Bool
}

private func boundFunctions(in file: SourceFile) -> [BoundFunction] {
  let start =
    #/^ *(?:@\w+\s+)*(?:(?:public|internal|package|static|mutating|nonmutating)\s+)*func\s+(\S+?)(?=[\s(<])/#
  let bound =
    #/->\s*(?:any\s+)?(?:Interval|Relaxation|ElementwiseRelaxation|BoundState|NodeReach|NodeReading|NormEnclosure|LipschitzBound)\b/#
  let lines = file.lines
  var found: [BoundFunction] = []
  var heading: Substring = ""
  for (index, line) in lines.enumerated() {
    if let first = line.first, first.isLetter || first == "@" { heading = line }
    guard line.contains("func "), let match = line.firstMatch(of: start) else { continue }
    // The declaration goes on until its brace, or in a protocol until its parentheses are closed and a line is another's.
    var text = String(line)
    for next in lines[(index + 1)...].prefix(8) where !text.contains("{") {
      let trimmed = next.drop { $0 == " " }
      if trimmed.isEmpty || trimmed.hasPrefix("///") || trimmed.hasPrefix("func ") { break }
      text += " " + trimmed
    }
    guard text.prefix(while: { $0 != "{" }).firstMatch(of: bound) != nil else { continue }
    let comment = lines[..<index].reversed()
      .prefix { $0.drop { $0 == " " }.hasPrefix("///") || $0.drop { $0 == " " }.hasPrefix("@") }
    found.append(
      BoundFunction(
        line: index + 1, name: match.1, comment: comment.reversed().joined(separator: "\n"),
        isRequirement: heading.contains("protocol ")))
  }
  return found
}
