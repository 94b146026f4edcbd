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
        public init(from decoder: any Decoder) throws { side = 1 }
        public func encode(to encoder: any Encoder) throws {}
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
    #expect(undocumentedDeclarations(in: file) == [4, 7, 10, 11, 19, 22])
  }

  @Test("What a protocol documents need not be documented by a type that conforms")
  func requirementsAreDocumentedOnce() {
    let text = """
      /// Documented.
      public protocol Shape {
        /// Documented.
        var area: Double { get }
        func scaled(by factor: Double) -> Self
      }

      extension Shape {
        public func scaled(by factor: Double) -> Self { self }
        public func halved() -> Self { scaled(by: 0.5) }
      }

      /// Documented.
      public struct Disc: Shape {
        public var area: Double { 1 }
        public var radius: Double { 1 }
      }

      /// Documented.
      public struct Plain {
        public var area: Double { 1 }
      }
      """
    let file = SourceFile(path: "Sources/Shapes/Shape.swift", text: text)
    let requirements = protocolRequirements(in: [file])
    #expect(requirements == ["area", "scaled"])
    #expect(
      undocumentedDeclarations(in: file, requirements: requirements) == [5, 10, 16, 21])
  }
}
