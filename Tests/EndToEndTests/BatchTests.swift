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
    #expect(outcome.code == 0, "\(outcome.errors)")
    let first = try answers(out)
    #expect(first.map { $0[3] } == ["unsat", "error", "sat"])
    #expect(first[1][5].contains("broken.vnnlib"))
    let witness = try String(contentsOfFile: "\(folder.path)/r/3.txt", encoding: .utf8)
    #expect(witness.hasPrefix("sat\n((X_0 "))
    // A line that a kill cut off is asked again; the others are not.
    let text = try String(contentsOfFile: out, encoding: .utf8)
    try String(text.dropLast(5)).write(toFile: out, atomically: true, encoding: .utf8)
    let again = try Program.run("batch", table, "--out", out)
    #expect(again.code == 0 && again.output.contains("1 error, 1 sat, 1 unsat"))
    let second = try answers(out)
    #expect(second.map { $0[3] } == ["unsat", "error", "sat"] && second[0] == first[0])
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
