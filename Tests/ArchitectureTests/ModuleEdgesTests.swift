import Foundation
import TestSupport
import Testing

@Suite("Arrows between modules point one way")
struct ModuleEdgesTests {
  @Test("A module imports only modules that come before it, so there is no cycle")
  func tableIsAcyclic() {
    var earlier: Set<String> = []
    for room in rooms {
      #expect(
        room.imports.isSubset(of: earlier),
        "\(room.name) may not import \(room.imports.subtracting(earlier).sorted())")
      #expect(earlier.insert(room.name).inserted, "\(room.name) is listed twice")
    }
  }

  @Test("Every folder of Sources is a module of the table")
  func everyFolderIsListed() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: "\(packageRoot)/Sources")
      .filter { !$0.hasPrefix(".") }
    let listed = Set(rooms.map(\.name)).union(systemLibraries)
    #expect(Set(folders).subtracting(listed).isEmpty, "modules missing from AllowedEdges.swift")
    #expect(listed.subtracting(folders).isEmpty, "modules of AllowedEdges.swift that are gone")
  }

  @Test("A source file imports only what the table allows its module", arguments: rooms)
  func importsAreAllowed(room: Room) {
    let allowed = room.imports.union(room.libraries).union(platformModules)
    for file in SourceTree.swiftSources where file.module == room.name {
      let forbidden = importedModules(of: file).subtracting(allowed)
      #expect(
        forbidden.isEmpty,
        "\(file.path) imports \(forbidden.sorted()): a new edge, see AllowedEdges.swift")
    }
  }

  @Test("The package manifest gives each module exactly the edges of the table", arguments: rooms)
  func manifestMatches(room: Room) throws {
    let manifest = try String(contentsOfFile: "\(packageRoot)/Package.swift", encoding: .utf8)
    let declared = try #require(
      declaredDependencies(of: room.name, in: manifest), "Package.swift lacks \(room.name)")
    let allowed = room.imports.union(room.libraries)
    #expect(declared.subtracting(allowed).isEmpty, "edges missing from AllowedEdges.swift")
    #expect(allowed.subtracting(declared).isEmpty, "edges missing from Package.swift")
  }

  @Test("Only the umbrella module re-exports others")
  func onlyTheUmbrellaReexports() {
    for file in SourceTree.swiftSources where file.module != "Surety" {
      #expect(!file.text.contains("@_exported"), "\(file.path)")
    }
  }

  @Test("The checker evaluates and rewrites no network: the graph is data to it")
  func checkerSharesNoMathematics() {
    let calls =
      #/\.(?:evaluate|simplified|adjoint|foldingConstants|rewritten|apply)\(|parameters\(as:/#
    for file in SourceTree.swiftSources where file.module == "Checking" {
      for (number, line) in file.lines.enumerated() {
        guard let match = line.firstMatch(of: calls) else { continue }
        Issue.record("\(file.path):\(number + 1): \(match.0)")
      }
    }
  }

  /// The modules that a file's import statements name.
  private func importedModules(of file: SourceFile) -> Set<String> {
    // `import A`, `public import A`, `@testable import A`, `import struct A.B`.
    let statement =
      #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/#
    return Set(file.lines.compactMap { $0.firstMatch(of: statement).map { String($0.1) } })
  }

  /// The names in the `dependencies:` list of a target, packages' products by the product's name.
  private func declaredDependencies(of module: String, in manifest: String) -> Set<String>? {
    guard
      // A conditional edge to the module also looks like the first form, so the second is looked for before it.
      let name = manifest.range(of: "arget(\n    name: \"\(module)\"")
        ?? manifest.range(of: "arget(name: \"\(module)\"")
    else { return nil }
    // A target ends at the parenthesis that closes it; strings in the manifest hold no parentheses.
    var depth = 1
    let body = manifest[name.upperBound...].prefix { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return depth > 0
    }
    // Some edges are there only where a trait of the package is on.
    let plain = body.replacing(
      #/\.target\(name:\s*("\w+"),\s*condition:\s*\.when\(traits:\s*\["\w+"\]\)\)/#
    ) { $0.1 }
    guard let list = plain.firstMatch(of: #/dependencies:\s*\[([^\]]*)\]/#) else { return [] }
    let products = list.1.replacing(#/\.product\(name:\s*("\w+"),\s*package:\s*"[^"]*"\)/#) { $0.1 }
    return Set(products.matches(of: #/"(\w+)"/#).map { String($0.1) })
  }
}
