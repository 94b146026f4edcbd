/// The line numbers of public declarations and of protocol requirements that no documentation comment
/// precedes.
///
/// What a protocol documents need not be said again: the members of an extension that adds a conformance,
/// members named like one of `requirements` in a type that conforms to something or in an extension that
/// may give a default, and the requirements of Equatable, Comparable and Hashable.
///
/// Reads lines, not syntax: it relies on the formatter, which puts top-level declarations at the margin and
/// their members two columns in.
func undocumentedDeclarations(in file: SourceFile, requirements: Set<Substring> = []) -> [Int] {
  let declaration =
    #/^ *(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:static|final|mutating|nonisolated|override|indirect)\s+)*(?:public|open)\s+(?:(?:static|final|class|mutating|nonmutating|nonisolated|override|indirect|convenience|required|prefix|postfix|private\(set\)|internal\(set\))\s+)*(func|struct|enum|protocol|class|actor|init|var|let|typealias|subscript)\b\s*(\S*?(?=[\s(:<]|$))(.*)/#
  let standard: Set<Substring> = ["==", "<", "hash"]
  let lines = file.lines
  var found: [Int] = []
  var heading = ""
  for (index, line) in lines.enumerated() {
    // The latest declaration at the margin, with its continuation lines up to the brace.
    if let first = line.first, first.isLetter || first == "@" { heading = "" }
    if !heading.contains("{") { heading += line + " " }
    if isRequirement(line, heading) {
      if !isDocumented(lines, before: index) { found.append(index + 1) }
      continue
    }
    // The plain search spares most lines the slower one.
    guard line.contains("public ") || line.contains("open "),
      let match = line.firstMatch(of: declaration)
    else { continue }
    if line.first == " " {
      if isConformance(heading) || standard.contains(match.2) { continue }
      if requirements.contains(match.2), mayMeetRequirements(heading) { continue }
    }
    if !isDocumented(lines, before: index) { found.append(index + 1) }
  }
  return found
}

/// The names of what the public protocols in the files require.
func protocolRequirements(in files: [SourceFile]) -> Set<Substring> {
  var names: Set<Substring> = []
  for file in files {
    var heading = ""
    for line in file.lines {
      if let first = line.first, first.isLetter || first == "@" { heading = "" }
      if !heading.contains("{") { heading += line + " " }
      guard isRequirement(line, heading), let match = line.firstMatch(of: requirement) else {
        continue
      }
      names.insert(match.1)
    }
  }
  return names
}

private nonisolated(unsafe) let requirement =
  #/^  (?:(?:static|mutating|nonmutating|prefix|postfix)\s+)*(?:func|var)\s+(\S+?)(?=[\s(:<])/#

/// Whether a line asks for a member in the body of a public protocol.
private func isRequirement(_ line: Substring, _ heading: String) -> Bool {
  heading.contains("protocol ")
    && heading.firstMatch(of: #/^(?:@\w+\s+)*public\s+protocol\b/#) != nil
    && line.hasPrefix("  ") && line.firstMatch(of: requirement) != nil
}

/// Whether a top-level declaration is `extension Type: Protocol {`.
private func isConformance(_ heading: String) -> Bool {
  heading.firstMatch(of: #/^(?:@\w+\s+)*(?:public\s+)?extension\s+[\w.<>, ]+?\s*:/#) != nil
}

/// Whether members of a top-level declaration may meet requirements of a protocol: a type with an
/// inheritance clause, or an extension.
private func mayMeetRequirements(_ heading: String) -> Bool {
  heading.hasPrefix("extension ")
    || heading.firstMatch(of: #/^[^{]*\b(?:struct|enum|class|actor)\s+\w+(?:<[^{]*?>)?\s*:/#) != nil
}

/// Whether the nearest line above that is not an attribute or a plain comment ends a documentation comment.
private func isDocumented(_ lines: [Substring], before index: Int) -> Bool {
  for line in lines[..<index].reversed() {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("///") || text.hasSuffix("*/") { return true }
    let isAttribute = text.wholeMatch(of: #/(?:@\w+(?:\([^)]*\))?\s*)+/#) != nil
    if !isAttribute, !text.hasPrefix("//"), !text.hasPrefix("#if") { return false }
  }
  return false
}
