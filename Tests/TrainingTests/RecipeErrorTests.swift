import Files
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Wrong recipes")
struct RecipeErrorTests {
  /// The error of a recipe, on one line.
  private func message(_ yaml: String, _ settings: [String] = []) -> String {
    do throws(InputError) {
      _ = try Recipe(yaml: yaml, source: "r.yaml", settings: settings)
      return "no error"
    } catch { return error.description }
  }

  private func message(adding lines: String, _ settings: [String] = []) -> String {
    message("data: {name: digits}\nepsilon: {test: 1/16}\n" + lines, settings)
  }

  @Test(
    "Each names its line and what would be right",
    arguments: [
      ("epoch: 3", #"r.yaml: line 3: unknown key "epoch"; did you mean epochs?"#),
      (
        "evaluation:\n  zzzzzzzzz: 1",
        #"r.yaml: line 4: unknown key "zzzzzzzzz" in evaluation; known are every, first"#
      ),
      (
        "epochs: many",
        #"r.yaml: line 3: epochs: "many" is not a whole number; expected one from 1 to 1000000"#
      ),
      ("epochs: 0", "r.yaml: line 3: epochs: 0 is out of range; expected one from 1 to 1000000"),
      (
        "epochs: 1.5",
        #"r.yaml: line 3: epochs: "1.5" is not a whole number; expected one from 1 to 1000000"#
      ),
      (
        "optimizer:\n  learning-rate: -1",
        "r.yaml: line 4: optimizer.learning-rate: -1 is out of range; expected a number above 0"
      ),
      (
        "optimizer: {clip: yes}",
        #"r.yaml: line 3: optimizer.clip: "yes" is not a number; expected a number above 0, or none"#
      ),
      (
        "method: fsat",
        #"r.yaml: line 3: method: "fsat" is not one of clean, adversarial, emma, ibp, crown-ibp, fast, "#
          + "sabr, mtl-ibp, cc-ibp, exp-ibp, taps, staps; did you mean fast?"
      ),
      (
        "loss: {alpha: 0.5}",
        "r.yaml: line 3: loss.alpha: belongs to mtl-ibp, cc-ibp and exp-ibp; the method is fast"
      ),
      (
        "loss: {radius: 0.1}", "r.yaml: line 3: loss.radius: belongs to emma; the method is fast"
      ),
      ("attack: {steps: 3}", "r.yaml: line 3: attack: fast makes no adversarial inputs"),
      ("shares: 0", "r.yaml: line 3: shares: 0 is out of range; expected one from 1 to 1000000"),
      (
        "shares: 129",
        "r.yaml: line 3: shares: is more than the 128 images of a batch; expected at most as many"
      ),
      (
        "shares: 2\nnetwork: {statistics: estimated}",
        "r.yaml: line 3: shares: is 2, and estimated statistics go through a batch as a whole; "
          + "expected 1 or other network.statistics"
      ),
      (
        "optimizer: {momentum: 0.9}",
        "r.yaml: line 3: optimizer.momentum: belongs to sgd and muon; the kind is adam"
      ),
      (
        "optimizer: 3",
        #"r.yaml: line 3: optimizer: "3" is not a section; its keys stand below it, indented"#
      ),
      (
        "optimizer: {decay-epochs: [5, 5]}",
        "r.yaml: line 3: optimizer.decay-epochs: a list does not increase; each number must exceed the one "
          + "before"
      ),
      (
        "optimizer: {decay-epochs: [20, 40]}",
        "r.yaml: line 3: optimizer.decay-epochs: nothing comes after epoch 40, because there are 30 epochs"
      ),
      (
        "averaging: {kind: swa, start: 31}",
        "r.yaml: line 3: averaging.start: epoch 31 never comes, because there are 30 epochs"
      ),
      (
        "network: {architecture: cnn7}",
        "r.yaml: line 3: network.architecture: architecture \"cnn7\" unknown; known are "
      ),
      (
        "network: {hidden: [3]}",
        "r.yaml: line 3: network.hidden: architecture \"cnn-7\" has no such setting; expected width, "
          + "linear, normalization"
      ),
      (
        "evaluation: {certify: 0, methods: [ibp]}",
        "r.yaml: line 3: evaluation.methods: certify is 0, so nothing is certified"
      ),
      (
        "evaluation: {methods: []}",
        "r.yaml: line 3: evaluation.methods: is empty; write certify: 0 for no certification"
      ),
      (
        "evaluation: {methods: [milp]}",
        #"r.yaml: line 3: evaluation.methods: "milp" is not one of ibp, forward, crown-ibp, crown, alpha-crown"#
      ),
      (
        "evaluation: {seconds: 0}",
        "r.yaml: line 3: evaluation.seconds: 0 is out of range; expected a number above 0, or auto"
      ),
      (
        "network: {file: a.onnx, width: 3}",
        "r.yaml: line 3: network.width: the network is read from a file, which decides it"
      ),
      (
        "network: {gain: 2}",
        "r.yaml: line 3: network.gain: belongs to scaled-weight-standardization, sigma-reparam, aol and cayley; the weights are plain"
      ),
      (
        "network: {weight-epsilon: 1e-5}",
        "r.yaml: line 3: network.weight-epsilon: the weights are plain, nothing is divided"
      ),
      (
        "network: {file: a.onnx, weights: plain}",
        "r.yaml: line 3: network.weights: the network is read from a file, whose kernels are plain"
      ),
      (
        "network: {weights: weight-standardization, normalization: none}",
        "r.yaml: line 3: network.weights: weight-standardization leaves the size of a convolution to the "
          + "normalisation behind it, and network.normalization is none; expected scaled-weight-standardization"
      ),
      (
        "network: {channel-groups: 2, normalization: none}",
        "r.yaml: line 3: network.channel-groups: stand behind batch normalisations, and network.normalization is none; "
          + "expected none"
      ),
      (
        "network: {weights: scaled-weight-standardization}\nconstraint: {kind: soft-cap}",
        "r.yaml: line 4: constraint.kind: soft-cap limits the matrices that are trained, and "
          + "network.weights makes others of them; expected another kind or plain weights"
      ),
      (
        "network: {statistics: population, statistics-speed: 0.1}",
        "r.yaml: line 3: network.statistics-speed: statistics of the population are plain averages over an epoch"
      ),
      (
        "network: {statistics: estimated, statistics-speed: 0}",
        "r.yaml: line 3: network.statistics-speed: 0 is out of range; expected a number above 0, at most 1"
      ),
      (
        "constraint: {kind: hyperball}\noptimizer: {weight-decay: 0.1}",
        "r.yaml: line 4: optimizer.weight-decay: hyperball keeps the norm of every matrix and the length of every step; "
          + "expected 0"
      ),
      (
        "constraint: {kind: unit-rows, normalizations: joint}",
        "r.yaml: line 3: constraint.normalizations: belongs to frobenius and hyperball; the kind is unit-rows"
      ),
      (
        "optimizer: {transfer-from: 16}",
        "r.yaml: line 3: optimizer.transfer-from: belongs to adamw, whose decay is apart from the gradient; the kind is adam"
      ),
      (
        "optimizer: {kind: adamw, transfer-from: 16}",
        "r.yaml: line 3: optimizer.transfer-from: is a width, and network.width says none; expected both, for an "
          + "architecture that has one"
      ),
      (
        "optimizer: {kind: muon, adaptive-clipping: 0.1}",
        "r.yaml: line 3: optimizer.adaptive-clipping: the size of muon's steps does not depend on that of the gradient"
      ),
      (
        "regularizer: {terms: [relu, relu]}",
        "r.yaml: line 3: regularizer.terms: relu is there twice"
      ),
      (
        "regularizer: {terms: []}",
        "r.yaml: line 3: regularizer.terms: is empty; write weight: 0 for no regulariser"
      ),
      (
        "loss: {clean-weight: [1, 2]}",
        "r.yaml: line 3: loss.clean-weight: 2 is out of range; expected a number from 0 to 1"
      ),
      ("epochs: 3\nepochs: 4", "r.yaml: line 3: is not YAML: the key epochs is there twice"),
      ("epochs: [3", "r.yaml: line 4: is not YAML: did not find expected ',' or ']'"),
      ("---\nepochs: 3", "r.yaml: line 3: is not YAML: but found another document"),
    ])
  func messages(lines: String, expected: String) {
    #expect(message(adding: lines).hasPrefix(expected), "\(message(adding: lines))")
  }

  @Test("A data set that nobody reads is refused, and statistics of unequal length")
  func data() {
    #expect(
      message("data: {name: \"mnits:DIR\"}\nepsilon: {test: 1/16}").hasPrefix(
        #"r.yaml: line 1: data.name: "mnits" is no data set; known are "#))
    #expect(
      message("data: {name: digits, std: [1, 1]}\nepsilon: {test: 1/16}")
        == "r.yaml: line 1: data.std: 2 for 1 of mean; expected as many numbers")
  }

  @Test("Everything that is wrong is reported at once")
  func allProblems() {
    #expect(
      message("data:\n  nam: digits\nbatch: x\nepochs: 0") == """
        r.yaml: 5 problems: data.name: is missing; expected a name | epsilon.test: is missing; expected a \
        distance in pixel values from 0 to 1, such as 8/255 | line 2: unknown key "nam" in data; did you mean name? | line 3: batch: "x" is not a \
        whole number; expected one from 1 to 1000000 | line 4: epochs: 0 is out of range; expected one from 1 to 1000000
        """)
  }

  @Test("A setting is checked like the file and named as it was given")
  func settings() throws {
    #expect(
      message(adding: "", ["batch=0"])
        == "r.yaml: setting batch=0: batch: 0 is out of range; expected one from 1 to 1000000")
    #expect(
      message(adding: "", ["optimizer.learning-rat=1"])
        == #"r.yaml: setting optimizer.learning-rat=1: unknown key "learning-rat" in optimizer; "#
        + "did you mean learning-rate?")
    #expect(
      message(adding: "", ["epochs"])
        == "epochs: is no setting; expected KEY=VALUE, such as epochs=10")
    #expect(message(adding: "", ["epochs="]) == "epochs=: has no value after the =")
    #expect(
      message(adding: "", ["batch.size=3"]).hasPrefix(
        "r.yaml: setting batch.size=3: batch: a section"))
    #expect(
      message(adding: "batch: 3", ["batch.size=3"]) == "batch.size=3: batch is no section of r.yaml"
    )
    #expect(message(adding: "", ["epochs=[3"]).hasPrefix("epochs=[3: is not YAML"))
    let recipe = try Recipe(
      yaml: RecipeTests.minimal + "optimizer:\n  kind: sgd\n", source: "r.yaml",
      settings: [
        "optimizer.learning-rate=1e-3", "optimizer.decay-epochs=[3, 5]", "epsilon.test=2/255",
      ])
    #expect(recipe.optimizer.learningRate == 1e-3 && recipe.optimizer.kind == .sgd)
    #expect(recipe.optimizer.decayEpochs == [3, 5] && recipe.epsilon.test == 2.0 / 255)
  }

  @Test("A ramp must leave an epoch at the full radius")
  func ramp() {
    #expect(
      message(adding: "", ["epochs=10", "epsilon.start=2", "epsilon.length=9"])
        == "r.yaml: setting epsilon.length=9: epsilon.length: the radius grows until the end of epoch 10, "
        + "but there are 10 epochs; at least one must have the full radius")
  }

  @Test(
    "Text that is no recipe is refused",
    arguments: ["", "a b c", "[1, 2]", "- 1", "\u{0}", "{", "*a"])
  func noRecipe(text: String) {
    #expect(message(text).hasPrefix("r.yaml: "))
  }

  @Test("Deep and large documents are refused without harm")
  func hostile() {
    #expect(message(String(repeating: "[", count: 5_000)).hasPrefix("r.yaml: "))
    #expect(message(String(repeating: "a: {", count: 5_000)).hasPrefix("r.yaml: "))
    #expect(message("a: [" + String(repeating: "1,", count: 20_000) + "]").contains("too large"))
    var bomb = "a0: &a0 [x, x]\n"
    for level in 1..<40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(message(bomb).contains("too large"))
  }

  @Test("An unknown name of a recipe gives the nearest, a missing file says so")
  func names() {
    func message(_ name: String) -> String {
      do throws(InputError) {
        _ = try Recipe.named(name)
        return "no error"
      } catch { return error.description }
    }
    #expect(
      message("cifar10-8-smal")
        == #"recipe "cifar10-8-smal": unknown; did you mean cifar10-8-small? "#
        + "A recipe of your own is a file whose name ends in .yaml")
    #expect(message("missing.yaml") == "missing.yaml: no such file")
  }

  @Test("The documented example is a recipe, and documents every key")
  func documentation() throws {
    let text = try String(contentsOfFile: "\(packageRoot)/docs/recipes.md", encoding: .utf8)
    let blocks = text.components(separatedBy: "```yaml\n").dropFirst()
    let example = try #require(blocks.first?.components(separatedBy: "```").first)
    let recipe = try Recipe(yaml: example, source: "docs/recipes.md")
    #expect(recipe.method == .sabr && recipe.epsilon.start == 2)
    for summary in Recipe.builtIn {
      for line in try Recipe.named(summary.name).yaml.split(separator: "\n") {
        let key = try #require(line.split(separator: ":").first).trimmingSpaces
        #expect(example.contains("\(key):"), "docs/recipes.md does not explain \(key)")
      }
    }
  }
}
