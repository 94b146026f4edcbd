import Testing

@Suite("The check for statements of soundness")
struct SoundnessTests {
  @Test("It finds bounds without a statement, and no others")
  func findsUnstated() {
    let text = """
      protocol Propagating {
        /// The interval.
        ///
        /// - Soundness: Contains the values.
        func interval<T>(_ inputs: [Interval<T>]) -> Interval<T>
        /// The lines.
        func relaxation<T>(_ inputs: [Interval<T>]) -> any Relaxation<T>
      }

      extension Square: Propagating {
        func interval<T>(_ inputs: [Interval<T>]) -> Interval<T> { inputs[0] }
        func relaxation<T>(_ inputs: [Interval<T>]) -> any Relaxation<T> { lines }
      }

      extension Cube: Propagating {
        /// The values at the ends.
        public func interval<T>(
          _ inputs: [Interval<T>]
        ) -> Interval<T> {
          inputs[0]
        }
        private func helper() -> Interval<T> { ends }
        func count(of x: Interval<T>) -> Int { 0 }
        /// The ends.
        ///
        /// - Soundness: The cube never falls.
        func ends() -> Interval<T> { x }
      }
      """
    let file = SourceFile(path: "Sources/Bounds/Cube.swift", text: text)
    let inherited = soundRequirements(in: [file])
    #expect(inherited == ["interval"])
    #expect(boundsWithoutSoundness(in: file, inherited: inherited) == [7, 12, 17])
  }
}
