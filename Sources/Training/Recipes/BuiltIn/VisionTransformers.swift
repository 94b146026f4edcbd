/// Vision transformers of minutes on two processor cores, without layer normalisation, warm-up or an adaptive optimiser.
///
/// With and without the weights of Zhai et al., "Stabilizing transformer training by preventing attention entropy collapse" (ICML 2023), all
/// else equal; `docs/methods.md` has what comes of either.
let visionTransformerRecipes: [BuiltInRecipe] = [
  vit(
    "cifar10-vit-small", "a vision transformer by sigma-reparam and SGD, minutes on two cores",
    weights: "sigma-reparam"),
  vit(
    "cifar10-vit-small-plain", "the same with plain weights, what sigma-reparam is compared with",
    weights: "plain"),
  vit(
    "cifar10-vit-small-pmod", "the first with blocks that most tokens skip (p-MoD)",
    weights: "sigma-reparam", more: "\n  mod-factor: 0.5"),
]

private func vit(
  _ name: String, _ purpose: String, weights: String, more: String = ""
) -> BuiltInRecipe {
  BuiltInRecipe(
    name, purpose,
    """
    method: clean
    epochs: 20
    batch: 64
    data:
      name: cifar10
      first: 10000
      flip: true
      crop: 2
    network:
      architecture: vit
      patch: 4
      width: 64
      layers: 4
      heads: 4
      expansion: 2
      normalization: none
      weights: \(weights)\(more)
    epsilon:
      test: 1/255
    optimizer:
      kind: sgd
      learning-rate: 0.1
      schedule: cosine
      clip: none
    evaluation:
      every: 5
      first: 1000
      certify: 0
    """)
}
