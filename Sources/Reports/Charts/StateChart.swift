import Foundation

/// Parts of a whole over time, one upon the other, in a small picture.
struct StateChart {
  /// The parts at one time; what is left to 1 is the middle part.
  struct Moment {
    var x: Double
    var lower: Double
    var upper: Double
  }

  private let name: String
  private let moments: [Moment]
  private let x: Axis

  /// Creates a chart.
  ///
  /// - Parameters:
  ///   - name: What the whole is.
  ///   - moments: The parts, from left to right.
  ///   - range: The numbers that the horizontal axis shows, equal in pictures that are compared.
  init(_ name: String, _ moments: [Moment], over range: [Double]) {
    self.name = name
    self.moments = moments
    x = Axis(range, isWhole: true, fits: true)
  }

  /// The chart as HTML.
  var html: String {
    // One moment is shown as a stretch.
    let moments =
      self.moments.count == 1
      ? [x.range.lowerBound, x.range.upperBound].map { edge in
        var copy = self.moments[0]
        copy.x = edge
        return copy
      } : self.moments
    let areas = [
      area(moments, "inactive", { _ in 0 }, { $0.lower }),
      area(moments, "unstable", { $0.lower }, { 1 - $0.upper }),
      area(moments, "active", { 1 - $0.upper }, { _ in 1 }),
    ]
    let ends = [x.range.lowerBound, x.range.upperBound].map(shortNumber)
    return """
      <figure class="state" role="img" aria-label="\(escaped(description))">
      <figcaption title="\(escaped(name))">\(escaped(name))</figcaption>
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">\(areas.joined())</svg>
      <p class="ends"><span>\(ends[0])</span><span>\(ends[1])</span></p>
      </figure>
      """
  }

  /// The chart in words.
  var description: String {
    guard let last = moments.last else { return "\(name): nothing was measured." }
    return "\(name), in the end: \(percent(last.upper)) active, \(percent(last.lower)) inactive, "
      + "\(percent(max(0, 1 - last.upper - last.lower))) unstable."
  }

  private func area(
    _ moments: [Moment], _ style: String, _ from: (Moment) -> Double, _ to: (Moment) -> Double
  ) -> String {
    func point(_ moment: Moment, _ part: Double) -> String {
      "\(coordinate(1000 * x.place(moment.x))),\(coordinate(1000 * (1 - max(0, min(1, part)))))"
    }
    let outline =
      moments.map { point($0, to($0)) } + moments.reversed().map { point($0, from($0)) }
    return "<polygon class=\"\(style)\" points=\"\(outline.joined(separator: " "))\"/>"
  }
}
