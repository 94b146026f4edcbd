/// The line numbers of public declarations that no documentation comment precedes.
///
/// A member of an extension that adds a conformance is documented by the protocol, and so are the
/// requirements of Equatable, Comparable, Hashable and Codable wherever they stand.
///
/// Reads lines, not syntax: it relies on the formatter putting attributes and declarations on lines of their
/// own, and top-level declarations at the margin.
func undocumentedDeclarations(in file: SourceFile) -> [Int] {
  let declaration =
    #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:static|final|mutating|nonisolated|override|indirect)\s+)*(?:public|open)\s+(?:(?:static|final|class|mutating|nonmutating|nonisolated|override|indirect|convenience|required|prefix|postfix|private\(set\)|internal\(set\))\s+)*(func|struct|enum|protocol|class|actor|init|var|let|typealias|subscript|associatedtype|macro)\b(.*)/#
  let requirement = #/^\s*(?:==|<|hash\(into|encode\(to|\(from decoder)/#
  let lines = file.lines
  var found: [Int] = []
  var heading = ""
  for (index, line) in lines.enumerated() {
    // The latest declaration at the margin, with its continuation lines up to the brace.
    if let first = line.first, first.isLetter || first == "@" { heading = "" }
    if !heading.contains("{") { heading += line + " " }
    guard let match = line.firstMatch(of: declaration) else { continue }
    if line.first == " ", isConformance(heading) { continue }
    if match.2.contains(requirement) { continue }
    if !isDocumented(lines, before: index) { found.append(index + 1) }
  }
  return found
}

/// Whether a top-level declaration is `extension Type: Protocol {`.
private func isConformance(_ heading: String) -> Bool {
  heading.firstMatch(of: #/^(?:@\w+\s+)*(?:public\s+)?extension\s+[\w.<>, ]+?\s*:/#) != nil
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
