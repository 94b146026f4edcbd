/// Returns the candidate that is spelled most like a word, or nil when none is close.
///
/// Close means: at most half of the longer word's letters have to change. Case does not count.
public func nearest(to word: String, among candidates: [String]) -> String? {
  let scored = candidates.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
  guard let (best, distance) = scored.min(by: { $0.1 < $1.1 }) else { return nil }
  return 2 * distance <= max(word.count, best.count) ? best : nil
}

/// The number of letters to insert, delete or replace that turns one word into the other (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (i, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[second.count]
}
