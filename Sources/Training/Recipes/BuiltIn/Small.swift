/// Recipes for two processor cores, of minutes each.
///
/// The CIFAR-10 ones are the setting in which the published code of Shi et al. was measured at this size: the first
/// 10,000 training images, the first 2,000 test images and a CNN-7 of an eighth of the width.
let smallRecipes: [BuiltInRecipe] = [
  small(
    "cifar10-8-small", "CIFAR-10 at 8/255, fast, minutes on two cores", test: "8/255",
    """
    method: fast
    """),
  small(
    "cifar10-8-small-long", "CIFAR-10 at 8/255, fast, in 60 epochs instead of 25", test: "8/255",
    """
    method: fast
    """, schedule: Schedule(epochs: 60, start: 3, length: 34, decays: "[48, 55]")),
  small(
    "cifar10-8-small-hyperball",
    "CIFAR-10 at 8/255, fast with norms kept, for short trainings", test: "8/255",
    """
    method: fast
    constraint: {kind: hyperball}
    """, schedule: .hyperball),
  small(
    "cifar10-8-small-ibp", "CIFAR-10 at 8/255, plain IBP, what fast is compared with",
    test: "8/255",
    """
    method: ibp
    """),
  small(
    "cifar10-2-small", "CIFAR-10 at 2/255, fast, minutes on two cores", test: "2/255",
    """
    method: fast
    """),
  small(
    "cifar10-2-small-hyperball", "CIFAR-10 at 2/255, fast with norms kept, for short trainings",
    test: "2/255",
    """
    method: fast
    constraint: {kind: hyperball}
    """, schedule: .hyperball),
  small(
    "cifar10-2-small-ibp", "CIFAR-10 at 2/255, plain IBP", test: "2/255",
    """
    method: ibp
    """),
  small(
    "cifar10-2-small-sabr", "CIFAR-10 at 2/255, SABR, minutes on two cores", test: "2/255",
    """
    method: sabr
    loss: {lambda: 0.4}
    attack: {steps: 3}
    """),
  small(
    "cifar10-2-small-mtl", "CIFAR-10 at 2/255, MTL-IBP, minutes on two cores", test: "2/255",
    """
    method: mtl-ibp
    loss: {alpha: 0.5}
    attack: {steps: 1}
    """),
  teacher,
  small(
    "cifar10-2-small-distilled",
    "CIFAR-10 at 2/255, MTL-IBP drawn to the network in teacher/model.onnx, minutes on two cores",
    test: "2/255",
    """
    method: mtl-ibp
    loss: {alpha: 0.5}
    attack: {steps: 1}
    distillation: {teacher: teacher/model.onnx}
    """),
  lipschitz(
    "cifar10-lipschitz-small",
    "CIFAR-10, an MLP by Muon with singular values of at most 2.5, minutes on two cores",
    """
    optimizer:
      kind: muon
      learning-rate: 0.2
    constraint:
      kind: soft-cap
      limit: 2.5
    """),
  lipschitz(
    "cifar10-lipschitz-small-adamw",
    "CIFAR-10, the same MLP by AdamW with weight decay, for comparison",
    """
    optimizer:
      kind: adamw
      learning-rate: 1e-3
      schedule: linear
      weight-decay: 0.1
    """),
  BuiltInRecipe(
    "cifar10-l2-small",
    "CIFAR-10 at 36/255 in l2, a small CNN by EMMA, minutes on two cores",
    """
    method: emma
    epochs: 30
    batch: 128
    data:
      name: cifar10
      first: 10000
      flip: true
      crop: 2
      mean: [0.5, 0.5, 0.5]
      std: [1, 1, 1]
    network:
      architecture: dm-medium
      width: 16
      linear: 128
      initialization: framework
    loss:
      radius: 36/255
    epsilon:
      test: 0
    optimizer:
      learning-rate: 1e-3
      schedule: linear
      clip: 10
    evaluation:
      first: 2000
    """),
  mnist("mnist-0.1-small", test: "0.1", multiplier: "2"),
  mnist("mnist-0.3-small", test: "0.3", multiplier: "7/6"),
]

/// The same network by adversarial training, for others to be drawn to.
private let teacher = BuiltInRecipe(
  "cifar10-2-small-teacher",
  "CIFAR-10 at 2/255, the same network by adversarial training, a teacher",
  """
  method: adversarial
  epochs: 25
  batch: 128
  data:
    name: cifar10
    first: 10000
    flip: true
    crop: 2
  network:
    architecture: cnn-7
    width: 8
    linear: 64
    statistics: running
  epsilon:
    test: 2/255
  attack:
    steps: 5
  optimizer:
    learning-rate: 5e-4
    decay-epochs: [20, 23]
    clip: 10
  evaluation:
    first: 2000
  """)

/// How long training takes, when its settings change, in epochs, and how it steps.
private struct Schedule {
  var epochs = 25
  var start = 2
  var length = 14
  var decays = "[20, 23]"
  var rate = "5e-4"
  var biases = "framework"

  /// With the first norms of all matrices and of steps, which wants another rate; biases begin at zero, as they did where this was measured.
  static let hyperball = Schedule(rate: "0.01", biases: "zero")
}

private func small(
  _ name: String, _ purpose: String, test: String, _ method: String, schedule: Schedule = Schedule()
) -> BuiltInRecipe {
  BuiltInRecipe(
    name, purpose,
    """
    \(method)
    epochs: \(schedule.epochs)
    batch: 128
    data:
      name: cifar10
      first: 10000
      flip: true
      crop: 2
    network:
      architecture: cnn-7
      width: 8
      linear: 64
      biases: \(schedule.biases)
      statistics: running
    epsilon:
      test: \(test)
      start: \(schedule.start)
      length: \(schedule.length)
    optimizer:
      learning-rate: \(schedule.rate)
      decay-epochs: \(schedule.decays)
      clip: 10
    evaluation:
      first: 2000
    """)
}

/// The network of Newhouse et al. (2025), section 4.1, on the first 10,000 images.
private func lipschitz(_ name: String, _ purpose: String, _ steps: String) -> BuiltInRecipe {
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
    epsilon:
      test: 2/255
    \(steps)
    evaluation:
      first: 2000
    """)
}

private func mnist(_ name: String, test: String, multiplier: String) -> BuiltInRecipe {
  BuiltInRecipe(
    name, "MNIST at \(test), fast, within 20 minutes on two cores",
    """
    method: fast
    epochs: 30
    batch: 256
    data:
      name: mnist
    network:
      architecture: cnn-5
      linear: 128
      statistics: population
    epsilon:
      test: \(test)
      train-multiplier: \(multiplier)
      start: 1
      length: 15
    optimizer:
      learning-rate: 1e-3
      decay-epochs: [21, 26]
    """)
}
