/// TinyImageNet: the published settings of Shi et al. (2021), and those of the CTBench benchmark for the methods after.
///
/// The published runs add up the gradients of two half batches to save memory; here a batch is one piece.
let tinyImageNetRecipes: [BuiltInRecipe] =
  [
    BuiltInRecipe(
      "tinyimagenet-1", "TinyImageNet at 1/255, fast, as published",
      """
      method: fast
      seed: 100
      epochs: 80
      batch: 128
      data:
        name: tinyimagenet
        flip: true
        crop: 4
      network:
        architecture: cnn-7-tinyimagenet
        biases: framework
      epsilon:
        test: 1/255
        start: 2
        length: 20
      regularizer:
        weight: 0.2
      optimizer:
        learning-rate: 5e-4
        decay-epochs: [61, 71]
      """)
  ] + benchmark1

private let averaging = "averaging: {kind: swa, start: 150, every: 10}"

private let benchmark1: [BuiltInRecipe] =
  [
    ("ibp", "ibp", "loss: {l1: 1e-5}"),
    (
      "crown-ibp", "crown-ibp",
      """
      loss: {l1: 2e-5}
      \(averaging)
      """
    ),
    (
      "sabr", "sabr",
      """
      loss: {l1: 5e-5, lambda: 0.4}
      attack: {steps: 1}
      """
    ),
    (
      "taps", "taps",
      """
      loss: {l1: 5e-5, clean-weight: 0.3, attacked-modules: 4, gradient-scale: 8}
      attack: {steps: 1}
      """
    ),
    (
      "staps", "staps",
      """
      loss: {l1: 5e-5, attacked-modules: 4, gradient-scale: 4, lambda: 0.6}
      attack: {steps: 1}
      """
    ),
    (
      "mtl", "mtl-ibp",
      """
      loss: {l1: 5e-5, clean-weight: 0.3, alpha: 0.05}
      attack: {steps: 1, range: 1.5}
      \(averaging)
      """
    ),
    (
      "cc", "cc-ibp",
      """
      loss: {l1: 5e-5, clean-weight: 0.3, alpha: 0.05}
      attack: {steps: 1, range: 1}
      \(averaging)
      """
    ),
  ].map { suffix, method, specific in
    BuiltInRecipe(
      "tinyimagenet-1-\(suffix)", "TinyImageNet at 1/255, \(method), as in CTBench",
      """
      method: \(method)
      epochs: 160
      batch: 128
      data:
        name: tinyimagenet
        flip: true
        crop: 4
      network:
        architecture: cnn-7-tinyimagenet
        initialization: ibp
        statistics: population
      epsilon:
        test: 1/255
        start: 2
        length: 80
      regularizer:
        weight: 0.2
      optimizer:
        decay-epochs: [120, 140]
      \(specific)
      """)
  } + [
    // The settings name a schedule of 80 epochs and no more: ramp and decay are those of Shi et al., the start of
    // averaging is ours.
    BuiltInRecipe(
      "tinyimagenet-1-exp", "TinyImageNet at 1/255, exp-ibp, as in CTBench",
      """
      method: exp-ibp
      epochs: 80
      batch: 128
      data:
        name: tinyimagenet
        flip: true
        crop: 4
      network:
        architecture: cnn-7-tinyimagenet
      epsilon:
        test: 1/255
        start: 2
        length: 20
      regularizer:
        weight: 0.2
      optimizer:
        decay-epochs: [61, 71]
      loss: {l1: 1e-6, alpha: 0.4}
      attack: {steps: 1}
      averaging: {kind: swa, start: 75, every: 10}
      """)
  ]
