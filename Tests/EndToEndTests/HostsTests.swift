import Foundation
import Surety
import TestSupport
import Testing

@Suite("Processes on several hosts", .needsHosts, .serialized)
struct HostsTests {
  /// What a shell runs beside a run: something as soon as the first checkpoint is there.
  private func atFirstCheckpoint(_ folder: String, _ command: String) -> String {
    "until [ -e '\(folder)/checkpoint.safetensors' ]; do sleep 0.05; done; \(command)"
  }

  @Test("Each process is on a host with a name and an address of its own, which cables join")
  func hosts() throws {
    let outcome = try Hosts.run(
      ["--hosts", "3"] + MPI.launch + [
        "sh", "-c",
        #"echo "$OMPI_COMM_WORLD_RANK $OMPI_COMM_WORLD_LOCAL_SIZE $(hostname) $(ip -4 -o address show dev eth0 | awk '{print $4}')""#,
      ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.output.split(separator: "\n").sorted() == [
        "0 1 host1 10.0.0.1/24", "1 1 host2 10.0.0.2/24", "2 1 host3 10.0.0.3/24",
      ])
  }

  @Test("Two hosts train the model of one process with two shares, bit for bit, over the cable")
  func sameModel() throws {
    let tiny = try TinyTraining(epochs: 4)
    #expect(try tiny.train("alone", "--set", "shares=2").code == 0)
    // The fourth line is of the bytes that came from the host.
    let count = "ip -s link show host2 | sed -n 4p > '\(tiny.path("new"))'"
    let shared = try Hosts.run(
      2, tiny.arguments("shared"), pids: tiny.folder.path,
      meanwhile:
        "while :; do \(count); mv '\(tiny.path("new"))' '\(tiny.path("bytes"))'; sleep 0.05; done")
    #expect(shared.code == 0, "\(shared.errors)")
    try tiny.expectSame("alone", "shared")
    let bytes = try String(contentsOfFile: tiny.path("bytes"), encoding: .utf8)
    #expect(bytes.split(separator: " ").first.flatMap { Int($0) } ?? 0 > 50_000, "\(bytes)")
  }

  @Test("A host that is cut off costs no bit of the model, and the run ends")
  func cutOffRank() throws {
    let tiny = try TinyTraining(epochs: 60)
    let outcome = try Hosts.run(
      2, tiny.arguments("cut", "--patience", "4"), pids: tiny.folder.path,
      meanwhile: atFirstCheckpoint(tiny.path("cut"), "ip link set host2 down"))
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains(
        "surety: warning: rank 1 has stopped; the others compute its shares"))
    #expect(outcome.output.contains("model: "), "what is said at the end arrives")
    #expect(try tiny.train("alone", "--set", "shares=2").code == 0)
    try tiny.expectSame("alone", "cut")
  }

  @Test("A cable that is out for a moment costs nobody anything")
  func shortCut() throws {
    let tiny = try TinyTraining(epochs: 60)
    let outcome = try Hosts.run(
      2, tiny.arguments("cut", "--patience", "30"), pids: tiny.folder.path,
      meanwhile: atFirstCheckpoint(
        tiny.path("cut"), "ip link set host2 down; sleep 1; ip link set host2 up"))
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains("has stopped"))
    #expect(try tiny.train("alone", "--set", "shares=2").code == 0)
    try tiny.expectSame("alone", "cut")
  }

  @Test(
    "A client whose host is cut off, or which is killed there, is left out, and the run ends",
    arguments: [true, false])
  func lostClient(isCut: Bool) throws {
    let tiny = try TinyTraining(epochs: 200, network: FederateTests.network)
    let loss = isCut ? "ip link set host3 down" : "kill -KILL $(cat '\(tiny.path("rank-2.pid"))')"
    let outcome = try Hosts.run(
      4, FederateTests.arguments(tiny)("lost", ["--patience", "4"]), pids: tiny.folder.path,
      meanwhile: atFirstCheckpoint(tiny.path("lost"), loss))
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains(
        "surety: warning: client 2 (digits+inverted) has stopped; the others go on"))
    let record = try FederationRecord(contentsOf: "\(tiny.path("lost"))/federation.json")
    #expect(record.status == .finished && record.history.count == 200)
    #expect((1..<200).contains(record.domains[1].lastRound))
    #expect(record.history.last?.clients.map(\.domain) == [0, 2])
  }

  @Test("Clients on hosts of their own give the network of clients in turn, bit for bit")
  func federated() throws {
    let tiny = try TinyTraining(epochs: 4, network: FederateTests.network)
    let arguments = FederateTests.arguments(tiny)
    #expect(try Program.run(arguments("turn", [])).code == 0)
    let shared = try Hosts.run(4, arguments("hosts", []), pids: tiny.folder.path)
    #expect(shared.code == 0, "\(shared.errors)")
    #expect(
      try sha256(ofFile: "\(tiny.path("turn"))/model.onnx")
        == sha256(ofFile: "\(tiny.path("hosts"))/model.onnx"))
  }

  @Test("Wrong use is said in one line, and the command's exit code is the script's")
  func wrongUse() throws {
    let cases: [(arguments: [String], problem: String)] = [
      (["--hosts", "0", "true"], "--hosts: 0 is not a number of hosts, expected 1 to 100"),
      (["--hosts"], "--hosts: expected a value after it"),
      (["--check", "true"], "--check: runs no command, expected nothing after it"),
      (
        ["--cut", "1", "true"],
        "--cut: no such option; expected --hosts, --meanwhile or --check (see --help)"
      ),
      (["no-such-command"], "no-such-command: no such command"),
      (
        [],
        "no command; expected one, such as scripts/namespace_hosts --hosts 2 mpirun hostname (see --help)"
      ),
    ]
    for (arguments, problem) in cases {
      let outcome = try Hosts.run(arguments)
      #expect(outcome.code == 2)
      #expect(outcome.errors == "namespace_hosts: \(problem)\n")
    }
    #expect(try Hosts.run("--hosts", "2", "sh", "-c", "exit 7").code == 7)
  }
}
