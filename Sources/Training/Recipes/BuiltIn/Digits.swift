/// The embedded digits of 8x8 pixels: seconds, and no download.
let digitsRecipes: [BuiltInRecipe] = [
  BuiltInRecipe(
    "digits", "the embedded digits at 1/16, fast, in a minute",
    """
    method: fast
    epochs: 100
    batch: 64
    data:
      name: digits
    network:
      architecture: cnn-5
      linear: 128
      statistics: population
    epsilon:
      test: 1/16
      train-multiplier: 1
      start: 1
      length: 50
    loss:
      l1: 1e-4
    optimizer:
      learning-rate: 2e-3
      decay-epochs: [70, 85]
    evaluation:
      every: 10
    """)
]
