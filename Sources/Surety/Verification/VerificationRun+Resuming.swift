import Files
import Search

extension VerificationRun {
  /// Takes up what earlier runs ruled out, as the checkpoint says.
  ///
  /// - Returns: How many steps were begun then.
  func takeUpPrologue() -> Int {
    guard let prologue = options.checkpoint?.prologue, prologue.begun > 0 else { return 0 }
    guard let known = prologue.open, known.count == property.groups.count,
      known.contains(where: { !$0.isEmpty })
    else { return 0 }
    for index in open.indices {
      let places = Set(known[open[index].place])
      open[index].conditions.removeAll { !places.contains($0.place) }
    }
    open.removeAll { $0.conditions.isEmpty }
    return prologue.begun
  }

  /// Notes in the checkpoint that a step begins, and what is open before it.
  ///
  /// A run that is ended in the middle of the step is not to begin it again: attacks and bounds help, but the search decides
  /// without them.
  ///
  /// - Parameters:
  ///   - number: The place of the step.
  ///   - isMain: Whether it is the search, which writes the checkpoint itself.
  /// - Returns: Why the checkpoint could not be written; nil where it was, or there is none.
  func note(_ number: Int, isMain: Bool) -> String? {
    guard options.checkpoint != nil else { return nil }
    var places = [[Int]](repeating: [], count: property.groups.count)
    for region in open { places[region.place] = region.conditions.map(\.place) }
    options.checkpoint?.prologue.open = places
    options.checkpoint?.prologue.begun = isMain ? number : number + 1
    guard !isMain else { return nil }
    do throws(InputError) {
      try options.checkpoint?.writePrologue()
      return nil
    } catch {
      return error.description
    }
  }
}
