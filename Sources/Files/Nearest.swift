/// Returns the candidate that is spelled most like a word, or nil when none is close.
///
/// Close means: at most half of the longer word's letters have to change. Case does not count. Of candidates that are as
/// close, the one that begins like the word is taken.
public func nearest(to word: String, among candidates: [String]) -> String? {
  let scored = candidates.map { candidate in
    let (first, second) = (word.lowercased(), candidate.lowercased())
    return (
      name: candidate, distance: editDistance(first, second),
      shared: first.commonPrefix(with: second).count
    )
  }
  guard let best = scored.min(by: { ($0.distance, -$0.shared) < ($1.distance, -$1.shared) }) else {
    return nil
  }
  return 2 * best.distance <= max(word.count, best.name.count) ? best.name : nil
}

/// The number of letters to insert, delete or replace, or of neighbours to exchange, that turns one word into the other
/// (Damerau and Levenshtein, without changing a letter twice).
private func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  var (before, row) = ([Int](), Array(0...second.count))
  for i in first.indices {
    var next = [i + 1]
    for j in second.indices {
      var least = min(
        row[j] + (first[i] == second[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        least = min(least, before[j - 1] + 1)
      }
      next.append(least)
    }
    (before, row) = (row, next)
  }
  return row[second.count]
}

extension String {
  /// The letters at the beginning that two words share.
  fileprivate func commonPrefix(with other: String) -> Substring {
    prefix(zip(self, other).prefix { $0 == $1 }.count)
  }
}
