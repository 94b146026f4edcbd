import Foundation
import Surety
import TestSupport
import Testing

@Suite("Errors are one line on standard error, with exit code 2")
struct ErrorLineTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a command that must be refused, and returns its line without the prefix.
  private func refusal(_ arguments: [String]) throws -> String {
    let result = try Program.run(arguments)
    #expect(result.code == 2)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 1, "\(result.errors)")
    let prefix = "surety: error: "
    #expect(result.errors.hasPrefix(prefix))
    return String((lines.first ?? "").dropFirst(prefix.count))
  }

  @Test(
    "A wrong command names what is wrong and where the help is",
    arguments: [
      (["verify"], "Missing expected argument '<model>' (see 'surety verify --help')"),
      (["info", ""], "argument 2: is empty, expected a value (is a variable not set?)"),
      (
        ["certify", "absent.onnx", "--data", "digits", "--eps", "0.1", "--out", ""],
        "--out: is empty, expected a value (is a variable not set?)"
      ),
      (
        ["certify", "absent.onnx", "--data=", "--eps", "0.1", "--out", "nowhere"],
        "--data: is empty, expected a value (is a variable not set?)"
      ),
      (
        ["certify", "absent.onnx", "--data", "digits", "--eps", "-0.1", "--out", "nowhere"],
        "--eps: '-0.1' is negative, expected a distance of 0 or more"
      ),
      (
        ["certify", "absent.onnx", "--data", "digits", "--eps", "-1/255", "--out", "nowhere"],
        "--eps: '-1/255' is negative, expected a distance of 0 or more"
      ),
      (
        ["verify", "absent.onnx", "absent.vnnlib", "--timeout", "-3"],
        "--timeout: -3.0 is not a time limit, expected seconds above 0"
      ),
      (
        [
          "certify", "absent.onnx", "--data", "digits", "--eps", "0.1", "--out", "nowhere",
          "--methods", "ibp,crwn",
        ],
        "--methods: 'crwn' is not a method, expected a list of lipschitz, ibp, forward, crown-ibp, crown, alpha-crown, lipschitz-crown, bab, milp; did you mean crown?"
      ),
      (
        ["bounds", "absent.onnx", "--center", "c.json", "--method", "crwn"],
        "The value 'crwn' is invalid for '--method <method>'. Please provide one of 'ibp', 'forward', 'crown-ibp', 'crown' or 'alpha-crown'. (see 'surety bounds --help')"
      ),
      (
        ["radius", "absent.onnx", "--data", "digits", "--eps", "1", "--resume"],
        "--resume: needs a folder, expected --out as well"
      ),
      (
        [
          "attack", "absent.onnx", "--data", "digits", "--eps", "1", "--out", "nowhere", "--resume",
          "--restart",
        ],
        "--restart: contradicts --resume; expected one of the two"
      ),
      (
        ["train", "cifar10-8-smal", "--out", "nowhere"],
        "recipe \"cifar10-8-smal\": unknown; did you mean cifar10-8-small? A recipe of your own is a file whose name ends in .yaml"
      ),
      (
        ["train", "digits", "--set", "epsilon.test=8", "--out", "nowhere"],
        "digits: setting epsilon.test=8: epsilon.test: 8 is out of range; expected a distance in pixel values from 0 to 1, such as 8/255"
      ),
      (
        ["data", "cifar", "--out", "nowhere"],
        "data set \"cifar\": unknown; known are mnist, cifar10; did you mean cifar10?"
      ),
      (
        ["evaluate", "absent.onnx"],
        "--input: is missing; expected --input FILE, or --record FILE --example N"
      ),
      (
        ["info", "absent.onnx", "--jsn"],
        "Unknown option '--jsn'. Did you mean '--json'? (see 'surety info --help')"
      ),
      (["info", "absent.onnx"], "absent.onnx: no such file"),
      (
        ["certify", "absent.onnx", "--data", "digits", "--esp", "1/255", "--out", "nowhere"],
        "Unknown option '--esp'. Did you mean '--eps'? (see 'surety certify --help')"
      ),
      (
        ["certify", "absent.onnx", "--data=digits", "--epsilon=1/255", "--out=nowhere"],
        "Unknown option '--epsilon'. Did you mean '--eps'? (see 'surety certify --help')"
      ),
      (
        ["certify", "absent.onnx", "--data", "digits", "--eps", "1", "--outt", "nowhere"],
        "Unknown option '--outt'. Did you mean '--out'? (see 'surety certify --help')"
      ),
      (
        [
          "certify", "absent.onnx", "--data", "digits", "--eps", "1", "--out", "nowhere",
          "--attack-steps", "-1",
        ],
        "--attack-steps: -1 is not a number of steps, expected 0 or more"
      ),
      (
        ["attack", "absent.onnx", "--data", "digits", "--eps", "1", "--attack-restarts", "0"],
        "--attack-restarts: 0 is not a number of descents, expected 1 or more"
      ),
      (
        ["bounds", "absent.onnx", "--center", "absent.json", "--timeout", "0"],
        "--timeout: 0.0 is not a time limit, expected seconds above 0"
      ),
      (
        ["train", "digits", "--out", "nowhere", "--memory", "lots"],
        "--memory: 'lots' is not a size, expected one such as 512M or 4G"
      ),
      (
        [
          "certify", "absent.onnx", "--data", "digits", "--eps", "1/255", "--out", "nowhere",
          "--methods",
          "ibp,bab,crown",
        ],
        "--methods: 'crown' comes after bab, which ends the list"
      ),
      (
        ["verify", "absent.onnx", "absent.vnnlib", "--precision", "rigorous"],
        "The value 'rigorous' is invalid for '--precision <precision>'. Please provide one of 'auto', 'float' or 'double'. (see 'surety verify --help')"
      ),
      (
        ["verify", "absent.onnx", "absent.vnnlib", "--timeout", "0"],
        "--timeout: 0.0 is not a time limit, expected seconds above 0"
      ),
      (
        ["verify", "absent.onnx", "absent.vnnlib", "--memory", "lots"],
        "--memory: 'lots' is not a size, expected one such as 512M or 4G"
      ),
      (
        ["certify", "absent.onnx", "--data", "digits", "--eps", "8:255", "--out", "out"],
        "--eps: '8:255' is not a distance, expected a number such as 0.03 or a fraction such as 8/255"
      ),
    ])
  func wrongCommand(arguments: [String], line: String) throws {
    #expect(try refusal(arguments) == line)
  }

  @Test(
    "An unknown command is answered with those that there are, and the nearest",
    arguments: [
      (["certfy", "model.onnx"], "certfy", "; did you mean certify?"),
      (["help", "frobnicate"], "frobnicate", ""),
      (["help", "radios"], "radios", "; did you mean radius?"),
      (["cerify", "model.onnx"], "cerify", "; did you mean certify?"),
      (["tarin", "digits"], "tarin", "; did you mean train?"),
    ])
  func unknownCommand(arguments: [String], word: String, hint: String) throws {
    let names = try Program.run("--help").output.matches(of: #/\n  ([a-z][a-z-]*) {2,}/#)
      .map { String($0.1) }.filter { $0 != "help" }
    #expect(names.contains("certify"))
    #expect(
      try refusal(arguments)
        == "command '\(word)': unknown; known are \(names.joined(separator: ", "))\(hint)")
  }

  @Test(
    "A wrong question about images says what would be right",
    arguments: [
      (
        ["--data", "digit", "--eps", "0.1"],
        "data set \"digit\": unknown; known are digits, mnist, cifar10, tinyimagenet, folder, table, npz; did you mean digits?"
      ),
      (
        ["--data", "digits", "--eps", "8"],
        "--eps: 8 is further than any two images are apart in linf (pixels go from 0 to 1); was 8/255 meant?"
      ),
      (
        ["--data", "digits", "--eps", "9", "--norm", "2"],
        "--eps: 9 is further than any two images are apart in l2 (pixels go from 0 to 1); was 9/255 meant?"
      ),
      (
        ["--data", "digits", "--eps", "1.5"],
        "--eps: 1.5 is further than any two images are apart in linf (pixels go from 0 to 1); expected a distance of at most 1"
      ),
      (
        ["--data", "digits", "--eps", "0.1", "--mean", "-0.1,0.2", "--std", "1"],
        "--std: 1 value for the 2 of --mean; expected as many"
      ),
    ])
  func wrongImages(arguments: [String], line: String) throws {
    let model = try digitsModel(in: folder)
    let out = "\(folder.path)/out"
    for command in ["certify", "attack", "radius"] {
      #expect(try refusal([command, model, "--out", out] + arguments) == line, "\(command)")
    }
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test("A center of another size names the file and both sizes")
  func wrongCenter() throws {
    let model = try digitsModel(in: folder)
    let center = try folder.file("center.json", "[0, 1, 2]")
    #expect(
      try refusal(["bounds", model, "--center", center, "--eps", "0.1"])
        == "\(center): has 3 elements, the network takes 64 (shape 1x1x8x8)")
  }

  @Test(
    "A broken JSON file names the place",
    arguments: [
      ("[0, \"a\"]", "element 1: is not a number, expected a flat array of numbers"),
      (
        "{\"lower\": [0]}",
        "expected the keys \"lower\" and \"upper\", each a flat array of numbers"
      ),
      ("[0, 1", "not valid JSON, expected a flat array of numbers"),
      ("{\"lower\": [1], \"upper\": [0]}", "element 0: lower end 1.0 is above upper end 0.0"),
    ])
  func brokenJSON(content: String, line: String) throws {
    let model = try digitsModel(in: folder)
    let center = try folder.file("center.json", content)
    #expect(
      try refusal(["bounds", model, "--center", center, "--eps", "0.1"]) == "\(center): \(line)")
  }

  @Test(
    "A broken model or property is refused in the words of its reader", .needsSharedFolder,
    arguments: [
      ("empty.onnx", "ok.vnnlib"), ("truncated.onnx", "ok.vnnlib"),
      ("nan_weight.onnx", "ok.vnnlib"),
      ("shape_mismatch.onnx", "ok.vnnlib"),
      ("corrupt.onnx.gz", "ok.vnnlib"), ("ok.onnx", "unbalanced.vnnlib"),
      ("ok.onnx", "bad_operator.vnnlib"), ("ok.onnx", "too_many_inputs.vnnlib"),
      ("ok.onnx", "corrupt.vnnlib.gz"),
    ])
  func brokenFile(model: String, property: String) throws {
    let model = try #require(SharedFolder.path("benchmarks/malformed/\(model)"))
    let property = try #require(SharedFolder.path("benchmarks/malformed/\(property)"))
    let file = "\(folder.path)/result.txt"
    let line = try refusal(["verify", model, property, "--result", file])
    var expected: InputError?
    do throws(InputError) {
      let network = try Network(contentsOf: model)
      let question = try Property(contentsOf: property)
      try question.matches(inputs: network.inputShape.count, outputs: network.outputShape.count)
    } catch {
      expected = error
    }
    #expect(line == expected?.description)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "error\n")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["result.txt"],
      "nothing half-written stays behind")
  }
}
