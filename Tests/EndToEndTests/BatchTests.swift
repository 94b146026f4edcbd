import Foundation
import Surety
import TestSupport
import Testing

@Suite("Tables of instances")
struct BatchTests {
  /// A network of one ReLU, and properties that hold, fail, and cannot be read.
  private func table(in folder: TemporaryFolder) throws -> String {
    var network = Network(input: [1, 1])
    let weight = network.addParameter("w", Tensor([1, 1], [1]))
    let a = try network.add(Linear(weight: weight, bias: nil), [0])
    try network.add(ReLU(), [a])
    try network.write(toONNX: "\(folder.path)/net.onnx")
    func property(_ limit: Double) -> String {
      """
      (declare-const X_0 Real) (declare-const Y_0 Real)
      (assert (>= X_0 -1)) (assert (<= X_0 1)) (assert (>= Y_0 \(limit)))
      """
    }
    _ = try folder.file("holds.vnnlib", property(1.5))
    _ = try folder.file("fails.vnnlib", property(0.5))
    _ = try folder.file("broken.vnnlib", "(assert")
    return try folder.file(
      "instances.csv",
      """
      net.onnx,holds.vnnlib,10
      net.onnx,broken.vnnlib,10
      net.onnx,fails.vnnlib,10

      """)
  }

  private func answers(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { CommaSeparated.cells(of: String($0)) }
  }

  @Test("Every instance gets its line, whatever happens to it, and a second run asks nothing")
  func lines() throws {
    let folder = try TemporaryFolder()
    let (table, out) = (try table(in: folder), "\(folder.path)/out.csv")
    let outcome = try Program.run("batch", table, "--out", out, "--results", "\(folder.path)/r")
    // The table is whole, and the code says that one could not be answered.
    #expect(outcome.code == 1, "\(outcome.errors)")
    #expect(
      outcome.errors == "surety: 1 of 3 instances ended in an error; \(out) says why\n")
    let first = try answers(out)
    #expect(first.map { $0[3] } == ["unsat", "error", "sat"])
    #expect(first[1][5].contains("broken.vnnlib"))
    let list = try InstanceList(contentsOf: table)
    let names = list.instances.map(\.name)
    #expect(names[2].hasPrefix("net-fails-") && Set(names).count == 3, "\(names)")
    let witness = try String(contentsOfFile: "\(folder.path)/r/\(names[2]).txt", encoding: .utf8)
    #expect(witness.hasPrefix("sat\n((X_0 "))
    // A line that a kill cut off is asked again; the others are not.
    let text = try String(contentsOfFile: out, encoding: .utf8)
    try String(text.dropLast(5)).write(toFile: out, atomically: true, encoding: .utf8)
    let again = try Program.run("batch", table, "--out", out)
    #expect(again.code == 1 && again.output.contains("1 error, 1 sat, 1 unsat"))
    #expect(!again.output.contains("asked again"), "\(again.output)")
    let second = try answers(out)
    #expect(second.map { $0[3] } == ["unsat", "error", "sat"] && second[0] == first[0])
  }

  @Test("Certificates of the answers are written, and looked for where they are missing")
  func certificates() throws {
    let folder = try TemporaryFolder()
    let (table, out) = (try table(in: folder), "\(folder.path)/out.csv")
    let more = ["--certificates", "\(folder.path)/c"]
    let first = try Program.run(["batch", table, "--out", out] + more)
    #expect(first.code == 1 && first.output.contains(", certificate"), "\(first)")
    let names = try InstanceList(contentsOf: table).instances.map {
      "\(folder.path)/c/\($0.name).jsonl"
    }
    for name in [names[0], names[2]] {
      let check = try Program.run("check", name, "--model", "\(folder.path)/net.onnx")
      #expect(check.code == 0 && check.output.contains("accepted 1 rejected 0"), "\(check)")
    }
    let written =
      try FileManager.default.attributesOfItem(atPath: names[2])[.modificationDate] as? Date
    try FileManager.default.removeItem(atPath: names[0])
    let again = try Program.run(["batch", table, "--out", out] + more)
    #expect(again.code == 1)
    #expect(FileManager.default.fileExists(atPath: names[0]))
    let kept =
      try FileManager.default.attributesOfItem(atPath: names[2])[.modificationDate] as? Date
    #expect(kept == written)
    let refused = try Program.run("batch", table, "--out", out, "--meaning", "real")
    #expect(
      refused.code == 2
        && refused.errors.contains("is about certificates, expected --certificates as well"))
  }

  @Test("What has changed is asked again, which is said, and its old answer goes")
  func changes() throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/out.csv"
    _ = try self.table(in: folder)
    let table = try folder.file("question.csv", "net.onnx,question.vnnlib,10\n")
    func question(_ name: String) throws {
      let path = "\(folder.path)/question.vnnlib"
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.copyItem(atPath: "\(folder.path)/\(name)", toPath: path)
    }
    func ask(_ more: String...) throws -> (verdict: [String], output: String) {
      let run = try Program.run(["batch", table, "--out", out] + more)
      #expect(run.code == 0, "\(run)")
      return (try answers(out).map { $0[3] }, run.output)
    }
    try question("holds.vnnlib")
    #expect(try ask().verdict == ["unsat"])
    try question("fails.vnnlib")
    let changed = try ask()
    #expect(changed.verdict == ["sat"])
    #expect(changed.output.contains("(asked again, because the property has changed)"))
    #expect(try !ask().output.contains("asked again"))
    // A network of the same name whose output is always above the limit of the other property.
    try question("holds.vnnlib")
    #expect(try ask().verdict == ["unsat"])
    var network = Network(input: [1, 1])
    let weight = network.addParameter("w", Tensor([1, 1], [9]))
    try network.add(Linear(weight: weight, bias: nil), [0])
    try network.write(toONNX: "\(folder.path)/net.onnx")
    let other = try ask()
    #expect(other.verdict == ["sat"] && other.output.contains("because the model has changed"))
    #expect(try ask("--complete", "none").output.contains("because the options have changed"))
    #expect(try ask("--timeout-cap", "5").output.contains("because the time limit has changed"))
    // A result file that is gone is made again.
    let results = "\(folder.path)/r"
    _ = try ask("--results", results)
    let files = try FileManager.default.contentsOfDirectory(atPath: results)
    #expect(files.count == 1)
    try FileManager.default.removeItem(atPath: "\(results)/\(files[0])")
    _ = try ask("--results", results)
    #expect(try FileManager.default.contentsOfDirectory(atPath: results) == files)
  }

  @Test("Answers of a table that does not say what was asked are asked again")
  func earlierTable() throws {
    let folder = try TemporaryFolder()
    let table = try table(in: folder)
    let out = try folder.file(
      "out.csv",
      "onnx,vnnlib,timeout_s,verdict,seconds,reason\nnet.onnx,holds.vnnlib,10.0,sat,0.1,by magic\n")
    #expect(try Program.run("batch", table, "--out", out).code == 1)
    #expect(try answers(out).map { $0[3] } == ["unsat", "error", "sat"])
  }

  @Test("Names of result files are safe, and no two instances share one")
  func names() {
    let instances = [
      InstanceList.Instance(model: "a/net.onnx", property: "../p/x y.vnnlib.gz", timeout: 1),
      InstanceList.Instance(model: "b/net.onnx", property: "../p/x y.vnnlib.gz", timeout: 1),
      InstanceList.Instance(model: "b/net.onnx", property: "../p/x_y.vnnlib", timeout: 1),
      InstanceList.Instance(model: "b/net.onnx", property: "../p/x_y.vnnlib", timeout: 2),
      InstanceList.Instance(
        model: String(repeating: "n", count: 300), property: "..\n/\u{202e}.vnnlib", timeout: 1),
    ]
    let names = instances.map(\.name)
    #expect(Set(names).count == names.count, "\(names)")
    for name in names {
      #expect(name.wholeMatch(of: #/[A-Za-z0-9_][A-Za-z0-9_.\-]{1,140}/#) != nil, "\(name)")
    }
    #expect(names[0].hasPrefix("net-x_y-"))
  }

  @Test(
    "Tables of other systems are read: line ends, a mark of byte order, quotes, comments, blank lines"
  )
  func otherSystems() throws {
    let folder = try TemporaryFolder()
    let plain = try InstanceList(
      contentsOf: folder.file(
        "a.csv", "n.onnx,p.vnnlib,10\n\"m,2.onnx\",p.vnnlib,7.5\n")
    ).instances.map { [$0.model, $0.property, "\($0.timeout)"] }
    for text in [
      "n.onnx,p.vnnlib,10\r\n\"m,2.onnx\",p.vnnlib,7.5\r\n",
      "n.onnx,p.vnnlib,10\r\"m,2.onnx\",p.vnnlib,7.5",
      "\u{feff}n.onnx,p.vnnlib,10\n\n \n\"m,2.onnx\" , p.vnnlib , 7.5e0\n\n",
      "# a table\r\n\r\n# x,\"y\nn.onnx,\"p.vnnlib\",\"10\"\n\t\"m,2.onnx\",p.vnnlib,+7.50\n# end",
      "\u{feff}ONNX,Timeout,VNNLIB,note\nn.onnx,10,p.vnnlib,\n\"m,2.onnx\",7.5,p.vnnlib,\"two\r\nlines\"\n",
    ] {
      let path = try folder.file("b.csv", text)
      let read = try InstanceList(contentsOf: path).instances
        .map { [$0.model, $0.property, "\($0.timeout)"] }
      #expect(read == plain, "\(text.debugDescription)")
    }
    for (data, complaint) in [
      (
        Data("n.onnx,p.vnnlib,10".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
        "is not UTF-8"
      ),
      (Data([0xff, 0xfe, 110, 0]), "is UTF-16 text"),
      (Data([110, 0xe4, 44, 112, 44, 49]), "is not UTF-8"),
      (
        Data("n.onnx,p.vnnlib,10\n\"m.onnx,p.vnnlib,10\n".utf8),
        "line 2: has a quote that is never closed"
      ),
      (Data("\"n.onnx\"x,p.vnnlib,10\n".utf8), "line 1: goes on after a closing quote"),
      (Data("n\".onnx,p.vnnlib,10\n".utf8), "line 1: has a quote inside"),
      (
        Data("n.onnx;p.vnnlib;10\n".utf8),
        "has 1 cell, expected a model, a property and a time limit; cells are separated by commas"
      ),
      (Data("n.onnx,p.vnnlib,10,yes\n".utf8), "line 1: has 4 cells"),
      (Data("n.onnx,,10\n".utf8), "line 1: names no property"),
      (Data("# c\r\rn.onnx,p.vnnlib,0x10\r".utf8), "line 3: '0x10' is not a time limit"),
      (Data("n.onnx,p.vnnlib,inf\n".utf8), "'inf' is not a time limit"),
      (Data("onnx,vnnlib,timeout\n".utf8), "has no instances"),
    ] {
      let path = "\(folder.path)/c.csv"
      try data.write(to: URL(fileURLWithPath: path))
      #expect {
        try InstanceList(contentsOf: path)
      } throws: { error in
        if !"\(error)".contains(complaint) { print("\(error) instead of \(complaint)") }
        return "\(error)".contains(complaint)
      }
    }
  }

  @Test("Columns are found by their names, and bad lines are named")
  func columns() throws {
    let folder = try TemporaryFolder()
    let named = try folder.file(
      "a.csv", "id,onnx,vnnlib,timeout_s\nx,\"n,1.onnx\",p.vnnlib,7\n")
    let list = try InstanceList(contentsOf: named)
    #expect(list.instances.map(\.model) == ["n,1.onnx"] && list.instances[0].timeout == 7)
    #expect(list.path(of: "p.vnnlib") == "\(folder.path)/p.vnnlib")
    for (text, complaint) in [
      ("n.onnx,p.vnnlib,soon\n", "line 1: 'soon' is not a time limit"),
      ("n.onnx,p.vnnlib\n", "line 1: has 2 cells"), ("\n", "has no instances"),
    ] {
      let path = try folder.file("b.csv", text)
      #expect {
        try InstanceList(contentsOf: path)
      } throws: {
        "\($0)".contains(complaint)
      }
    }
    let other = try folder.file("c.csv", "a,b\n")
    #expect(throws: InputError.self) { _ = try BatchResults(other) }
    let cells = ["a", "b,c", "d \"e\"", ""]
    #expect(CommaSeparated.cells(of: CommaSeparated.line(cells)) == cells)
  }

  @Test(
    "The competition's scripts refuse what they do not know",
    arguments: [
      "install_tool.sh", "prepare_instance.sh", "run_instance.sh",
    ])
  func scripts(name: String) throws {
    let script = "\(packageRoot)/scripts/vnncomp/\(name)"
    let outcome = try Program.shell("bash \"$1\" v9", [script])
    #expect(outcome.code == 2 && outcome.errors.contains("expected v1"))
  }
}
