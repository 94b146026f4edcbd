import Testing

@Suite("The check for documentation comments")
struct DocumentationTests {
  @Test("It finds public declarations without a comment, and no others")
  func findsUndocumented() {
    let text = """
      /// Documented.
      @frozen
      public struct Box: Sendable {
        public var side: Double
        /// Documented.
        @inlinable public init(side: Double) { self.side = side }
        public static func make() -> Box { Box(side: 1) }
        public static func == (a: Box, b: Box) -> Bool { a.side == b.side }
        var hidden = 1
      }

      extension Box: CustomStringConvertible {
        public var description: String { "box" }
      }

      extension Box {
        public func doubled() -> Box { Box(side: 2 * side) }
      }

      public func free() {}
      """
    let file = SourceFile(path: "Sources/Boxes/Box.swift", text: text)
    #expect(undocumentedDeclarations(in: file) == [4, 7, 17, 20])
  }
}
