import Foundation
import Surety
import TestSupport
import Testing

@Suite("A training run whose disk is full")
struct FullDiskTests {
  @Test(
    "ends in one line, leaves what was there readable, and goes on when there is room",
    arguments: [(4, "report.html"), (256, "checkpoint.safetensors")])
  func limitedFiles(hidden: Int, file: String) throws {
    let tiny = try TinyTraining(
      epochs: 4, network: "architecture: mlp, hidden: [\(hidden)], normalization: full")
    #expect(try tiny.train("whole").code == 0)
    // Into the second epoch, so that there is a checkpoint, a line of metrics and a report.
    try tiny.begin("full", batches: 30)
    let before = try folder(tiny.path("full"))
    // Files may have 24 blocks, of 512 or 1,024 bytes: writing on fails as on a full disk.
    let outcome = try Program.shell(
      "trap '' XFSZ; ulimit -f 24; exec \"$0\" \"$@\"", tiny.arguments("full", "--resume"))
    #expect(outcome.code == 2)
    #expect(
      outcome.errors
        == "surety: error: \(tiny.path("full"))/\(file): cannot be written: file too large\n")
    let after = try folder(tiny.path("full"))
    #expect(Set(after.keys) == Set(before.keys), "nothing half-written stays behind")
    #expect(after[file] == before[file])
    #expect(try TrainingRun(contentsOf: tiny.path("full/run.json")).status == .running)
    #expect(try TrainingHistory(folder: tiny.path("full")).epochs.isEmpty == false)
    let found = try #require(try CheckpointStore(folder: tiny.path("full")).latest())
    #expect(found.warning == nil)
    #expect(try tiny.train("full", "--resume").code == 0)
    try tiny.expectSame("full", "whole")
  }

  @Test(
    "of any size ends in one line and goes on to the same model when it has grown",
    .enabled(if: mounting != nil, "this user may not mount a file system of limited size"),
    arguments: [16, 100, 400, 600])
  func fullFileSystem(kibibytes: Int) throws {
    let tiny = try TinyTraining(
      epochs: 4, network: "architecture: mlp, hidden: [256], normalization: full")
    #expect(try tiny.train("whole").code == 0)
    let disk = tiny.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o size=\(kibibytes)k none "$2" || exit 90
      "$0" train "$1" --out "$2/run" > "$3/log" 2> "$3/errors"
      echo "code $?"
      cp -r "$2/run" "$3/full"
      mount -o remount,size=64m "$2" || exit 91
      "$0" train "$1" --out "$2/run" --resume > "$3/log" 2>&1
      echo "code $?"
      cp -r "$2/run" "$3/grown"
      """
    let outcome = try Program.shell(
      script, [tiny.recipe, disk, tiny.folder.path], within: try #require(mounting))
    #expect(outcome.output == "code 2\ncode 0\n", "\(outcome.errors)")
    let errors = try String(contentsOfFile: tiny.path("errors"), encoding: .utf8)
    #expect(
      errors.wholeMatch(
        of: #/surety: error: \S+/disk/run/[a-z.]+: cannot be written: no space left on device\n/#)
        != nil, "\(errors)")
    let names = Set(try folder(tiny.path("full")).keys)
    #expect(
      names.isSubset(of: [
        "run.json", "metrics.jsonl", "report.html", "checkpoint.safetensors",
        "checkpoint.previous.safetensors",
      ]), "\(names)")
    if names.contains("checkpoint.safetensors") {
      let found = try #require(try CheckpointStore(folder: tiny.path("full")).latest())
      #expect(found.warning == nil)
      _ = try TrainingHistory(folder: tiny.path("full"))
    }
    try tiny.expectSame("grown", "whole")
  }

  @Test(
    "does not stop it when only its output goes there, and is told at the end",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full"),
    arguments: [false, true])
  func fullOutput(isJSON: Bool) throws {
    let tiny = try TinyTraining(epochs: 2)
    let outcome = try Program.shell(
      "exec \"$0\" \"$@\" > /dev/full", tiny.arguments("out") + (isJSON ? ["--json"] : []))
    #expect(outcome.code == 2)
    #expect(
      outcome.errors
        == "surety: error: standard output: cannot be written: no space left on device\n")
    #expect(try TrainingRun(contentsOf: tiny.path("out/run.json")).status == .finished)
    let model = tiny.path("out/model.onnx")
    for command in [["info", model], ["info", model, "--json"], ["--help"]] {
      let answer = try Program.shell("exec \"$0\" \"$@\" > /dev/full", command)
      #expect(answer.code == 2, "\(command)")
      #expect(answer.errors == outcome.errors, "\(command)")
    }
  }

  /// The content of each file of a folder.
  private func folder(_ path: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      files[name] = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
    }
    return files
  }
}

/// How a command sees mounts of its own, in which a small file system may be mounted; nil where it may not.
private let mounting: [String]? = [["unshare", "-m"], ["unshare", "-rm"]].first { prefix in
  let script = "mount -t tmpfs -o size=64k none /mnt"
  return (try? Program.shell(script, within: prefix))?.code == 0
}
