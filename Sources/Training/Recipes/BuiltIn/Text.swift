/// Recipes for transformers that continue a text and cannot move fast.
let textRecipes: [BuiltInRecipe] = [
  BuiltInRecipe(
    "shakespeare",
    "Shakespeare, 2.4 million weights of norm 3 at most by Muon and a soft cap, hours on two cores",
    """
    task: text
    epochs: 33
    batch: 64
    data: {file: data/shakespeare/input.txt}
    network: {tokens: 256, width: 256, blocks: 3, heads: 4}
    optimizer: {kind: muon, learning-rate: 0.3}
    constraint: {kind: soft-cap, limit: 3}
    """),
  BuiltInRecipe(
    "shakespeare-small",
    "Shakespeare, 0.4 million weights of norm 2 at most by Muon and a soft cap, minutes on two cores",
    """
    task: text
    epochs: 12
    batch: 32
    data: {file: data/shakespeare/input.txt}
    network: {tokens: 128, width: 128, blocks: 2, heads: 4}
    optimizer: {kind: muon, learning-rate: 0.2}
    constraint: {kind: soft-cap, limit: 2}
    """),
  BuiltInRecipe(
    "nanogpt",
    "the published size of 12 blocks of width 768 by Muon and a soft cap, on bytes of a text of your own; for accelerators, not for two cores",
    """
    task: text
    epochs: 1
    batch: 384
    data: {file: data/text.txt, tokenizer: bytes}
    network: {tokens: 1024, width: 768, blocks: 12, heads: 6, expansion: 4, logit-scale: 24}
    optimizer: {kind: muon, learning-rate: 0.05}
    constraint: {kind: soft-cap, limit: 8}
    """),
]
