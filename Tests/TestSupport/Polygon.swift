/// A convex polygon in the plane, by its corners; a segment or a point where they coincide.
struct Polygon {
  var corners: [(x: Double, y: Double)]

  static func box(_ lower: [Double], _ upper: [Double]) -> Polygon {
    Polygon(corners: [
      (lower[0], lower[1]), (upper[0], lower[1]), (upper[0], upper[1]), (lower[0], upper[1]),
    ])
  }

  /// The part where `plane[0] x + plane[1] y + plane[2] >= 0`; nil where there is none.
  func clipped(_ plane: [Double]) -> Polygon? {
    let values = corners.map { plane[0] * $0.x + plane[1] * $0.y + plane[2] }
    var kept: [(x: Double, y: Double)] = []
    for i in corners.indices {
      let j = (i + 1) % corners.count
      if values[i] >= 0 { kept.append(corners[i]) }
      if (values[i] < 0 && values[j] > 0) || (values[i] > 0 && values[j] < 0) {
        let t = values[i] / (values[i] - values[j])
        kept.append(
          (
            corners[i].x + t * (corners[j].x - corners[i].x),
            corners[i].y + t * (corners[j].y - corners[i].y)
          ))
      }
    }
    return kept.isEmpty ? nil : Polygon(corners: kept)
  }
}

/// The activation patterns of a small network over a box in the plane, found by cutting polygons.
enum Patterns {
  /// Each polygon with the outputs on it as planes.
  static func all(
    of layers: [SmallNetwork.Layer], over box: Polygon
  ) -> [(polygon: Polygon, outputs: [[Double]])] {
    var pieces = [(polygon: box, values: [[1.0, 0, 0], [0, 1, 0]])]
    for (depth, layer) in layers.enumerated() {
      pieces = pieces.flatMap { piece -> [(polygon: Polygon, values: [[Double]])] in
        let planes = layer.applied(to: piece.values)
        guard depth < layers.count - 1 else { return [(piece.polygon, planes)] }
        var parts = [(polygon: piece.polygon, values: [[Double]]())]
        for plane in planes {
          parts = parts.flatMap { part -> [(polygon: Polygon, values: [[Double]])] in
            let sizes = part.polygon.corners.map {
              plane[0] * $0.x + plane[1] * $0.y + plane[2]
            }
            if sizes.allSatisfy({ $0 >= 0 }) { return [(part.polygon, part.values + [plane])] }
            if sizes.allSatisfy({ $0 <= 0 }) { return [(part.polygon, part.values + [[0, 0, 0]])] }
            let positive = part.polygon.clipped(plane).map { ($0, part.values + [plane]) }
            let negative = part.polygon.clipped(plane.map { -$0 })
              .map { ($0, part.values + [[0, 0, 0]]) }
            return [positive, negative].compactMap { $0 }
          }
        }
        return parts
      }
    }
    return pieces.map { ($0.polygon, $0.values) }
  }
}
