import Properties

extension Attack {
  /// The witness that a point is, moved into the nearest region of a property; nil when it is none.
  ///
  /// - Soundness: As for every witness of an attack.
  public func witness(at point: [Float], of property: Property) -> Witness? {
    for group in property.groups {
      let target = Target(group.region, ConditionTable(group.conditions.map(\.constraints)))
      var moved = point
      moved.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { target.region.project(start) }
      }
      switch replay.judge(moved, target) {
      case .clear(let witness), .bare(let witness): return witness
      case .rejected: continue
      }
    }
    return nil
  }
}
