import Foundation

extension ComparisonRecord {
  /// What a recipe's difference from the first one is worth, in words; nil where there is no difference to speak of.
  ///
  /// - Parameter recipe: One of the comparison's.
  public func judgement(of recipe: ComparedRecipe) -> String? {
    guard let difference = recipe.difference else { return nil }
    if difference.differentImages == true {
      return "not judged by the same images, so that nothing follows"
    }
    let lost = [recipes[0], recipe].reduce(0) { $0 + $1.trainings.count - $1.finished.count }
    let rest =
      lost == 0
      ? "" : "; \(lost) \(lost == 1 ? "training" : "trainings") without a network left out"
    switch difference.exceedsSpread {
    case true?:
      let counts = [recipes[0], recipe].map { $0.results.certified?.count ?? 0 }
      let times = shortTimes(Self.timesPerChance(counts[0], counts[1]))
      return "more than the spread of the seeds (by chance once in \(times) times)\(rest)"
    case false?: return "within the spread of the seeds\(rest)"
    case nil: return "one seed says nothing of the spread\(rest)"
    }
  }

  /// In how many comparisons of two recipes that are equally good all seeds of one lie beyond all seeds of the other once, by chance.
  ///
  /// Every order of the numbers is as likely then, and two choices of the places of one recipe's put them all together at an end.
  ///
  /// - Parameters:
  ///   - first: The seeds of one.
  ///   - second: The seeds of the other.
  static func timesPerChance(_ first: Int, _ second: Int) -> Double {
    var choices = 1.0
    for place in 0..<max(0, second) {
      choices *= Double(first + place + 1) / Double(place + 1)
    }
    return choices / 2
  }

  private func shortTimes(_ times: Double) -> String {
    String(format: times < 20 && times != times.rounded() ? "%.1f" : "%.0f", times)
  }

  /// The name of a recipe, with the seeds that its figures are over where others ended without a network.
  ///
  /// - Parameter recipe: One of the comparison's.
  public func title(of recipe: ComparedRecipe) -> String {
    let (done, all) = (recipe.finished.count, recipe.trainings.count)
    return done == all || done == 0
      ? recipe.name : "\(recipe.name) (\(done) of \(all) trainings)"
  }
}
