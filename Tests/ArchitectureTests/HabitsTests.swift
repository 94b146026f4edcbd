import Foundation
import TestSupport
import Testing

@Suite("Source files keep the habits of CONTRIBUTING.md")
struct HabitsTests {
  @Test("No hand-written file is longer than 400 lines")
  func filesAreShort() {
    for file in SourceTree.sources + SourceTree.tests where !file.isGenerated {
      let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
      #expect(count <= 400, "\(file.path) has \(count) lines: split it by idea (aim at 250)")
    }
  }

  @Test("Nothing in Sources is unfinished or stops the program on a user's data")
  func noShortcuts() {
    let shortcut = #/\b(?:TODO|FIXME|XXX)\b|\btry!|\bfatalError\(/#
    for file in SourceTree.sources where !file.isGenerated {
      for (number, line) in file.lines.enumerated() {
        guard let match = line.firstMatch(of: shortcut) else { continue }
        Issue.record("\(file.path):\(number + 1): \(match.0)")
      }
    }
  }

  @Test("No file names a place on the machine it was written on")
  func noMachinePaths() {
    // A path that starts at a folder which differs from machine to machine; part of a URL or of a longer
    // path does not count. And a host that only a private network knows.
    let path = #/(?:^|[^\w.\-\/~}])(\/(?:work|opt|root|home|Users|mnt|media)\/[\w.\-]+)/#
    let host = #/https?:\/\/[\w.\-]+\.(?:internal|intranet|corp|lan)\b/#
    for file in SourceTree.everything {
      for (number, line) in file.lines.enumerated() {
        if let match = line.firstMatch(of: path) {
          Issue.record("\(file.path):\(number + 1): \(match.1)")
        }
        if let match = line.firstMatch(of: host) {
          Issue.record("\(file.path):\(number + 1): \(match.0)")
        }
      }
    }
  }

  @Test("Every public declaration says what it is")
  func publicDeclarationsAreDocumented() {
    let files = SourceTree.swiftSources.filter { !$0.isGenerated }
    let requirements = protocolRequirements(in: files)
    for file in files {
      for line in undocumentedDeclarations(in: file, requirements: requirements) {
        Issue.record("\(file.path):\(line): public without a documentation comment")
      }
    }
  }

  @Test("Every function that makes a bound says why it is sound")
  func boundsSayWhyTheyAreSound() {
    let files = SourceTree.swiftSources.filter { ["Bounds", "Lipschitz"].contains($0.module) }
    let inherited = soundRequirements(in: files)
    #expect(inherited.isSuperset(of: ["interval", "relaxation", "reach"]))
    for file in files {
      for line in boundsWithoutSoundness(in: file, inherited: inherited) {
        Issue.record("\(file.path):\(line): a bound without a line \"- Soundness:\"")
      }
    }
  }
}
