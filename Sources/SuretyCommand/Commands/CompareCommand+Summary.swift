import Foundation
import Surety

extension ComparisonRecord {
  /// What came out as a table, the recipe with the largest certified accuracy first.
  var summary: String {
    let seeds = seeds.map { "\($0)" }.joined(separator: ", ")
    let isSingle = self.seeds.count == 1
    let head =
      "the first \(requested) images of \(images.test.name) at radius \(Console.short(epsilon)), "
      + (isSingle
        ? "seed \(seeds)" : "seeds \(seeds); mean ± standard deviation (lowest to highest)")
    let columns = [
      "recipe", "certified %", "attacked %", "clean %", "tightness", "training s",
    ]
    let rows = ranked.map { recipe in
      let results = recipe.results
      return [
        title(of: recipe), text(results.certified, "%.1f", times: 100),
        text(results.attacked, "%.1f", times: 100), text(results.clean, "%.1f", times: 100),
        text(results.tightness, "%.3f"), text(results.seconds, "%.1f"),
      ]
    }
    return ([head, Console.table([columns] + rows)] + differences + remarks)
      .joined(separator: "\n")
  }

  private func text(_ spread: Spread?, _ format: String, times factor: Double = 1) -> String {
    guard let spread else { return "none" }
    func number(_ value: Double) -> String { String(format: format, factor * value) }
    guard let deviation = spread.deviation else { return number(spread.mean) }
    return
      "\(number(spread.mean)) ± \(number(deviation)) (\(number(spread.lowest)) to \(number(spread.highest)))"
  }

  /// How each recipe differs from the first one, a line each.
  private var differences: [String] {
    ranked.compactMap { recipe in
      guard let difference = recipe.difference, let judgement = self.judgement(of: recipe) else {
        return nil
      }
      // Rounded first, so that nothing is printed as -0.0.
      let points = (1_000 * difference.certified).rounded() / 10 + 0
      return String(
        format: "%@ certifies %+.1f points against %@: %@", recipe.name, points, recipes[0].name,
        judgement)
    }
  }

  /// What makes figures rest on less than was asked for.
  private var remarks: [String] {
    recipes.flatMap { recipe in
      recipe.trainings.compactMap { training in
        let name = "\(recipe.name), seed \(training.seed)"
        if training.status == .diverged {
          return "\(name): no model (\(training.reason ?? "diverged"))"
        }
        let count = training.judged?.count ?? 0
        var remarks = training.reason.map { [$0] } ?? []
        if count < requested { remarks.append("\(count) images were certified in the time") }
        return remarks.isEmpty ? nil : "\(name): \(remarks.joined(separator: "; "))"
      }
    }
  }
}
