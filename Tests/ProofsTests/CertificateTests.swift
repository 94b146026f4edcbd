import Foundation
import Testing

@testable import Proofs

@Suite("Certificates in JSON")
struct CertificateTests {
  private func number(_ text: String) throws -> ExactNumber { try #require(ExactNumber(text)) }

  private func claim(_ region: InputRegion, _ property: OutputProperty) -> Claim {
    Claim(
      network: .init(sha256: String(repeating: "ab", count: 32), input: "x \"1\"", output: "y\n"),
      meanings: [.real, .binary32], region: region, property: property, words: "ünderstood")
  }

  @Test("The line of a run that says something else than its certificate is refused")
  func lines() throws {
    let certificate = try samples()[0]
    func line(
      digest: String? = nil, verdict: String = "certified", label: Int = 3, norm: String = "2",
      epsilon: Double = 2.0 / 255, lowest: String = "0", highest: String = "null",
      mean: Double = 0.5,
      deviation: Double = 0.25
    ) -> [UInt8] {
      Array(
        """
        {"model_sha256": "\(digest ?? certificate.claim.network.sha256)", "verdict": "\(verdict)", \
        "label": \(label), "region": {"norm": "\(norm)", "epsilon": \(epsilon), "lowest": \(lowest), \
        "highest": \(highest), "mean": [\(mean)], "std": [\(deviation)]}, \
        "certificate": \(certificate.line)}
        """.utf8)
    }
    #expect(try Certificate.read(line: line()) == certificate)
    // A claim about more than the line says shows what the line says.
    #expect(
      try Certificate.read(line: line(epsilon: 1.0 / 255, lowest: "0.1", highest: "1"))
        == certificate)
    for (name, wrong) in [
      ("model", line(digest: String(repeating: "0", count: 64))),
      ("violated", line(verdict: "violated")), ("undecided", line(verdict: "undecided")),
      ("label", line(label: 4)), ("norm", line(norm: "inf")),
      ("distance", line(epsilon: 3.0 / 255)),
      ("lowest", line(lowest: "-0.1")), ("lowest", line(lowest: "null")), ("mean", line(mean: 0.4)),
      ("std", line(deviation: 0.2)),
    ] {
      #expect(throws: ProofProblem.self, "\(name)") { try Certificate.read(line: wrong) }
    }
    let none = Array("{\"verdict\": \"certified\", \"certificate\": null}".utf8)
    #expect(try Certificate.read(line: none) == nil)
  }

  private func samples() throws -> [Certificate] {
    var pixels = InputRegion.Pixels(
      center: NumberArray([0, 128, 255] as [UInt8], scale: try number("1/255"), shape: [3, 1]),
      epsilon: try number("2/255"), norm: .two)
    pixels.lowest = try number("0")
    pixels.mean = [try number("0.5")]
    pixels.deviation = [try number("0.25")]
    let box = InputRegion.box(
      lower: NumberArray([0.1, -0x1p-1074]), upper: NumberArray([Float(0.2), 1]))
    let property = OutputProperty.conditions([
      [
        .init(
          outputs: [.init(0, try number("1")), .init(2, try number("-0x1.8p-3"))],
          inputs: [.init(1, try number("1/3"))], bound: try number("1e-3"), isStrict: true)
      ], [],
    ])
    let passes = [LinearProof.Pass("a"), .init("b", elements: [0, 70000])]
    let linear = LinearProof(
      passes: passes, weights: [[[1, 0.5], [0, 1e-7]]],
      slopes: [.init(row: 0, node: "a", elements: [1], values: [255])])
    var leaf = linear
    leaf.multipliers = [.init(row: 1, values: [0, 1.5])]
    let tree = TreeProof(
      passes: passes,
      root: .cut(
        .init(.input(3), at: try number("0.5")), below: .leaf(.empty),
        above: .cut(
          .init(.node("a", element: 4), at: try number("0")), below: .leaf(.linear(leaf)),
          above: .leaf(.interval(weights: nil)))))
    var violated = claim(box, property)
    violated.verdict = .violated
    return [
      Certificate(claim: claim(.pixels(pixels), .label(3)), proof: .interval(weights: [[[1]]])),
      Certificate(claim: claim(box, property), proof: .linear(linear)),
      Certificate(claim: claim(box, property), proof: .tree(tree)),
      Certificate(
        claim: claim(box, property),
        proof: .each([
          .init(conditions: [1, 0], proof: .tree(tree)),
          .init(conditions: [2], proof: .linear(linear)),
        ])),
      Certificate(
        claim: claim(
          .tokens(.init(node: "e", tokens: [3, 300], epsilon: try number("0"))),
          .prediction(place: 0, token: 1)), proof: .tokens(TokenProof(norms: []))),
      Certificate(claim: violated, proof: .counterexample(NumberArray([0.1, 0]))),
      Certificate(
        claim: claim(
          .tokens(
            .init(node: "e", tokens: [3, 70000, 0], epsilon: try number("1/255"), change: .token)),
          .prediction(place: 2, token: 9)),
        proof: .tokens(
          TokenProof(norms: [.init(node: "q", parts: [1.5, 0]), .init(node: "m", parts: [1e-7])]))),
    ]
  }

  @Test("What is written is read again, alone and in the line of a run")
  func roundTrip() throws {
    for certificate in try samples() {
      let line = certificate.line
      #expect(!line.contains("\n"))
      #expect(try Certificate.read(line: Array(line.utf8)) == certificate)
      let inRun = "{\"image\": 3, \"certificate\": \(line), \"note\": [1, {}]}"
      #expect(try Certificate.read(line: Array(inRun.utf8)) == certificate)
      // JSON that others read, too.
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
    #expect(try Certificate.read(line: Array("{\"image\": 3}".utf8)) == nil)
    #expect(try Certificate.read(line: Array("{\"certificate\": null}".utf8)) == nil)
  }

  private func problem(_ line: String) -> String {
    do {
      _ = try Certificate.read(line: Array(line.utf8))
      return "none"
    } catch { return error.description }
  }

  @Test("What this version does not know is refused, with its place")
  func refusals() throws {
    let plain = try samples()[0].line
    func changed(_ old: String, _ new: String) -> String {
      let result = plain.replacingOccurrences(of: old, with: new)
      #expect(result != plain, "\(old)")
      return problem(result)
    }
    #expect(changed("\"version\": 1", "\"version\": 2") == "version: 2 is not known, expected 1")
    #expect(
      changed("surety-certificate", "other")
        == "format: \"other\" is not known, expected \"surety-certificate\"")
    #expect(
      changed("\"verdict\"", "\"trust\": true, \"verdict\"")
        == "claim: the field \"trust\" is not known")
    #expect(
      changed("\"verdict\": \"holds\"", "\"verdict\": \"maybe\"")
        == "claim.verdict: \"maybe\" is not known, expected one of \"holds\", \"violated\"")
    #expect(
      changed("\"rule\": \"interval\"", "\"rule\": \"magic\"")
        == "proof: the rule \"magic\" is not known")
    #expect(
      changed("\"rule\": \"interval\"", "\"rule\": \"empty\"")
        == "proof: the rule \"empty\" cannot stand here")
    #expect(changed("[[[1]]]", "[[[-1]]]") == "proof.weights[0][0][0]: the weight -1.0 is negative")
    #expect(changed("\"norm\": \"2\", ", "") == "claim.region: the field \"norm\" is missing")
    #expect(
      changed("\"norm\": \"2\"", "\"norm\": \"3\"")
        == "claim.region.norm: \"3\" is not known, expected one of \"inf\", \"2\", \"1\"")
    #expect(changed("\"2/255\"", "\"-2/255\"") == "claim.region.epsilon: it is negative")
    #expect(
      changed("\"2/255\"", "\"2/0\"")
        == "claim.region.epsilon: \"2/0\" is no exact number, expected such as 0.1, 2/255 or 0x1.8p-3"
    )
    #expect(changed("\"0.25\"", "\"0\"") == "claim.region.std[0]: it is not above 0")
    #expect(
      changed("[\"real\", \"binary32\"]", "[]")
        == "claim.meaning: expected one meaning or two different ones")
    #expect(
      changed("[\"real\", \"binary32\"]", "[\"real\", \"real\"]")
        == "claim.meaning: expected one meaning or two different ones")
    #expect(changed("abab", "ABAB").hasPrefix("claim.network.sha256: expected 64 digits"))
    #expect(
      changed("\"label\": 3", "\"label\": 3.5")
        == "claim.property.label: expected a whole number from 0 on")
    #expect(
      changed("\"kind\": \"label\"", "\"kind\": \"label\", \"kind\": \"label\"")
        .hasPrefix("not JSON: the field \"kind\" comes twice"))
    #expect(problem(String(plain.dropLast())).hasPrefix("not JSON: a comma or } is expected"))
    #expect(problem(plain + "x").hasPrefix("not JSON: there is more behind the value"))
    #expect(problem("[1]") == "the line is a list, expected an object")
  }

  @Test("Arrays that do not fit their type, shape or finite numbers are refused")
  func arrays() throws {
    func problem(_ json: String) -> String {
      do {
        _ = try NumberArray(json: JSONReader.value(of: Array(json.utf8)), "a")
        return "none"
      } catch { return error.description }
    }
    func array(_ type: String, _ shape: String, _ bytes: [UInt8]) -> String {
      "{\"dtype\": \"\(type)\", \"shape\": \(shape), \"data\": \"\(Data(bytes).base64EncodedString())\"}"
    }
    #expect(problem(array("u8", "[2]", [1, 2])) == "none")
    #expect(problem(array("u8", "[3]", [1, 2])) == "a: 2 bytes, expected 3 for 3 elements of u8")
    #expect(problem(array("f32", "[1]", [0, 0, 0xc0, 0x7f])) == "a: element 0 is not finite")
    #expect(
      problem(array("f64", "[1]", [0, 0, 0, 0, 0, 0, 0xf0, 0x7f])) == "a: element 0 is not finite")
    #expect(problem(array("i8", "[1]", [1])).hasPrefix("a: dtype i8 is not known"))
    #expect(problem(array("u8", "[4294967295, 4294967295]", [])).hasSuffix("is too large"))
    #expect(
      problem("{\"dtype\": \"u8\", \"shape\": [1], \"data\": \"A!==\"}")
        == "a: its data are not base64 as an encoder writes it")
  }

  @Test("Deep nesting is refused, and does not crash")
  func deepNesting() {
    let deep = String(repeating: "{\"above\": ", count: 100_000)
    #expect(problem("{\"certificate\": " + deep).hasPrefix("not JSON: it nests deeper than 500"))
    #expect(problem(String(repeating: "[", count: 100_000)).hasPrefix("not JSON: it nests deeper"))
  }

  @Test("Anything cut off or with a bit changed is read or refused, never a crash")
  func damage() throws {
    for certificate in try samples() {
      let bytes = Array(certificate.line.utf8)
      for end in stride(from: 0, to: bytes.count, by: 7) {
        #expect(throws: ProofProblem.self) { try Certificate.read(line: Array(bytes[..<end])) }
      }
      for place in stride(from: 0, to: bytes.count, by: 3) {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 7)
        _ = try? Certificate.read(line: changed)
      }
    }
  }

  @Test(
    "Exact numbers",
    arguments: [
      ("0.1", "1", "10"), ("-2.5e-3", "-1", "400"), ("2/255", "2", "255"), ("0x1.8p-3", "3", "16"),
      ("-0x0p+0", "0", "1"), ("1E2", "100", "1"), ("6/4", "3", "2"), ("0x.", "", ""), ("", "", ""),
      ("1.", "", ""), (".5", "", ""), ("0x1", "", ""), ("1/-2", "", ""), ("nan", "", ""),
      ("1e99999", "", ""), ("1 ", "", ""), ("--1", "", ""), ("1/2/3", "", ""), ("+1", "", ""),
    ])
  func exactNumbers(text: String, top: String, bottom: String) {
    let number = ExactNumber(text)
    #expect(number.map { "\($0.value.numerator)" } ?? "" == top)
    #expect(number.map { "\($0.value.denominator)" } ?? "" == bottom)
  }

  @Test("A double is spelled so that it is read again")
  func doubles() {
    for double in [0, 1, 0.1, 0x1p-1074, -1.7976931348623157e308, 1 / 3] as [Double] {
      #expect(ExactNumber(ExactNumber(double).text)?.roundedDown == double)
    }
  }
}
