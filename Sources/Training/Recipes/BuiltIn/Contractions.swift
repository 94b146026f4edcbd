/// Networks whose layers stretch no distance, for 36/255 in l2: what the networks of `lipschitz` and `cifar10-l2-small` are compared with.
let contractionRecipes: [BuiltInRecipe] = [
  contraction(
    "cifar10-l2-small-aol",
    "CIFAR-10 at 36/255 in l2, an MLP of almost orthogonal layers, minutes on two cores", "aol"),
  contraction(
    "cifar10-l2-small-cayley",
    "CIFAR-10 at 36/255 in l2, the same MLP of orthogonal layers by the Cayley transform", "cayley"),
]

private func contraction(_ name: String, _ purpose: String, _ weights: String) -> BuiltInRecipe {
  BuiltInRecipe(
    name, purpose,
    """
    method: clean
    epochs: 20
    batch: 128
    data:
      name: cifar10
      first: 10000
      mean: [0, 0, 0]
      std: [1, 1, 1]
    network:
      architecture: mlp
      hidden: [256, 256]
      activation: abs
      weights: \(weights)
      gain: 1
    epsilon:
      test: 2/255
    optimizer:
      learning-rate: 1e-3
      schedule: linear
    evaluation:
      first: 2000
    """)
}
