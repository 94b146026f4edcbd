import Foundation
import Surety
import TestSupport
import Testing

@Suite("The program answers with exit code 0 and refuses with exit code 2")
struct CommandTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try digitsModel(in: folder)
  }

  @Test("info --json prints one object with the network's ports and what each method supports")
  func info() throws {
    let result = try Program.run("info", model, "--json")
    #expect(result.code == 0 && result.errors.isEmpty)
    let object = try result.object()
    #expect(object["parameters"] as? Int == 31_066)
    let input = try #require(object["input"] as? [String: Any])
    #expect(input["shape"] as? [Int] == [1, 1, 8, 8])
    let analyses = try #require(object["analyses"] as? [[String: Any]])
    let crown = analyses.first { $0["method"] as? String == "crown" }
    #expect((crown?["missing"] as? [Any])?.isEmpty == true)
  }

  @Test("evaluate prints an output for each input")
  func evaluate() throws {
    let digits = Datasets.digits(.test)
    let input = try folder.file("two.json", "[\(digits.image(0)), \(digits.image(1))]")
    let result = try Program.run("evaluate", model, "--input", input)
    #expect(result.code == 0)
    let outputs = try #require(result.object()["outputs"] as? [[Double]])
    #expect(outputs.map(\.count) == [10, 10])
  }

  @Test("bounds of dearer methods lie within those of cheaper ones and contain the output")
  func bounds() throws {
    let center = try digitImage(0, in: folder)
    let label = "\(Datasets.digits(.test).label(0))"
    var earlier: (lower: [Double], upper: [Double])?
    for method in ["ibp", "crown-ibp", "crown", "alpha-crown"] {
      let result = try Program.run(
        "bounds", model, "--center", center, "--eps", "1/16", "--method", method, "--margins",
        label, "--json")
      #expect(result.code == 0, "\(result.errors)")
      let object = try result.object()
      let lower = try #require(object["lower"] as? [Double])
      let upper = try #require(object["upper"] as? [Double])
      let output = try #require(object["output"] as? [Double])
      let margins = try #require(object["margins"] as? [String: [Double]])
      #expect(margins["lower"]?.count == 9 && margins["upper"]?.count == 9)
      for i in 0..<10 {
        #expect(lower[i] <= output[i] && output[i] <= upper[i])
        if let earlier { #expect(earlier.lower[i] <= lower[i] && upper[i] <= earlier.upper[i]) }
      }
      earlier = (lower, upper)
    }
  }

  @Test("A time limit cuts bounds off, which is said, and they stay bounds")
  func timeLimit() throws {
    let center = try digitImage(0, in: folder)
    let arguments = [
      "bounds", model, "--center", center, "--eps", "1/16", "--method", "alpha-crown", "--json",
    ]
    let whole = try Program.run(arguments + ["--timeout", "1000"]).object()
    #expect(whole["cut_off"] == nil)
    let cut = try Program.run(arguments + ["--timeout", "1e-6"])
    // On a machine that stands still in between, there is no answer.
    guard cut.code == 0 else {
      #expect(cut.code == 1 && cut.errors.contains("--timeout: the limit came first"), "\(cut)")
      return
    }
    let object = try cut.object()
    #expect(object["cut_off"] as? Bool == true)
    let lower = try #require(object["lower"] as? [Double])
    let upper = try #require(object["upper"] as? [Double])
    let output = try #require(whole["output"] as? [Double])
    let closer = try #require(whole["lower"] as? [Double])
    for i in output.indices {
      #expect(lower[i] <= output[i] && output[i] <= upper[i] && lower[i] <= closer[i] + 1e-9)
    }
  }

  @Test("Options that are the same everywhere are understood")
  func common() throws {
    #expect(try Program.run("info", model, "--quiet", "--json").code == 0)
    for precision in ["float", "double", "auto"] {
      let attack = try Program.run(
        "attack", model, "--data", "digits", "--first", "2", "--eps", "0.01", "--precision",
        precision, "--json")
      #expect(attack.code == 0, "\(attack.errors)")
    }
    for command in ["bounds", "verify", "certify", "attack", "evaluate", "radius", "doctor"] {
      let help = try Program.run(command, "--help").output
      #expect(help.contains("--precision") && !help.contains("rigorous"), "\(command)")
    }
  }

  @Test("verify writes the verdict first and the same to its result file")
  func verify() throws {
    let property = try digitProperty(0, radius: 0.01, in: folder)
    let file = "\(folder.path)/result.txt"
    let result = try Program.run("verify", model, property, "--result", file)
    #expect(result.code == 0 && result.firstLine == "unsat")
    #expect(result.errors.contains("64 inputs, 10 outputs"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "unsat\n")
  }

  @Test("A violation comes with a witness that the network confirms")
  func violation() throws {
    let path = try digitProperty(1, radius: 0.6, in: folder)
    let file = "\(folder.path)/result.txt"
    let result = try Program.run("verify", model, path, "--result", file, "--quiet")
    #expect(result.code == 0 && result.firstLine == "sat" && result.errors.isEmpty)
    let witness = try Witness(contentsOf: file)
    let property = try Property(contentsOf: path)
    let output = try Network(contentsOf: model).outputs(for: [witness.input])[0]
    #expect(property.isSatisfied(input: witness.input, output: output) != nil)
  }

  @Test("verify --json prints one object")
  func verifyJSON() throws {
    let property = try digitProperty(0, radius: 0.01, in: folder)
    let object = try Program.run("verify", model, property, "--json").object()
    #expect(object["verdict"] as? String == "unsat")
    #expect(object["arithmetic"] as? String == "float32")
  }

  @Test("demo certifies most digits and writes the three files")
  func demo() throws {
    let out = "\(folder.path)/demo"
    let result = try Program.run("demo", "--out", out, "--first", "20", "--json")
    #expect(result.code == 0 && result.errors.isEmpty)
    let object = try result.object()
    #expect(object["count"] as? Int == 20)
    #expect(try #require(object["certified_accuracy"] as? Double) >= 0.7)
    for name in ["summary.json", "certificates.jsonl", "report.html"] {
      #expect(FileManager.default.fileExists(atPath: "\(out)/\(name)"), "\(name)")
    }
  }

  @Test("attack finds violations within a large distance")
  func attack() throws {
    let object = try Program.run(
      "attack", model, "--data", "digits", "--first", "5", "--eps", "0.7", "--json"
    ).object()
    #expect(object["attack_accuracy"] as? Double == 0)
  }
}
