import Bounds
import Differentiation
import Networks
import Tensors

/// A network that is only asked, never changed: what a student is drawn to.
struct Teacher<Base: BackwardAlgebra>: Sendable {
  /// The network, which ends with what is compared.
  private let network: Network
  private let parameters: Parameters<Base>

  /// Prepares a teacher.
  ///
  /// - Parameter subject: What it is asked for; with `features` the network must have a hidden layer before a last linear one.
  init(_ teacher: Network, _ subject: DistillationSettings.Subject) {
    var network = teacher
    if subject == .features, let features = teacher.features {
      network.setOutput(features, named: "features")
    }
    // Nothing learns here, so that normalisations can be folded.
    self.network = network.simplified()
    parameters = self.network.parameters(as: Base.self)
  }

  /// What it says of images, `[examples] + shape`.
  ///
  /// - Parameter images: Pixel values, an image each along the first axis.
  func answer(to images: Base) -> Tensor<Double> {
    let shape = Shape([images.shape[0]] + network.inputShape.dimensions)
    let x = images.shape == shape ? images : images.reshaped(shape)
    return network.evaluate(x, parameters).values
  }
}

extension Network {
  /// The node that a last linear layer reads; nil where the network ends otherwise, or no weights come before.
  var features: Int? {
    guard nodes[output].operation is Linear, let input = nodes[output].inputs.first else {
      return nil
    }
    var before = self
    before.setOutput(input, named: "features")
    return before.trainableParameters.contains { before.isRead($0) } ? input : nil
  }

  /// Whether the output depends on a parameter.
  private func isRead(_ id: ParameterID) -> Bool {
    let needed = isNeeded
    return nodes.indices.contains {
      needed[$0] && nodes[$0].operation?.parameters.contains(id) == true
    }
  }
}

extension TrainingStep {
  /// Where a student is looked at: the network's values at some images.
  struct Look: Sendable {
    var images: Base
    /// What the last linear layer reads; nil where nobody asked.
    var features: Tracked<Base>?
    var output: Tracked<Base>
  }

  /// The network's values at images, normalisations by the statistics of the clean batch.
  func look(at images: Base, _ context: Context) -> Look {
    var features: Tracked<Base>?
    let output = network.evaluate(Tracked(images), context.pass.parameters) { node, value in
      if node == comparedNode { features = value }
    }
    return Look(images: images, features: features, output: output)
  }

  /// The term that draws the network to its teacher, `[1]`, before its weight.
  ///
  /// The teacher is asked about the images as they are. The student's logits, or features, are those of the adversarial images where the
  /// method makes such, and of the images themselves otherwise. Of features a share, `bounds`, is the distance of the worst ends of their
  /// interval bounds: over the region, or over SABR's small box. Without a region there are only the images.
  ///
  /// This is our own combination of an adversarial and a bounded distance, in the spirit of De Palma, "Learning Better Certified Models
  /// from Empirically-Robust Teachers" (2026), and, for logits, of "Improving Certified Robustness via Adversarial Distillation" (2026);
  /// neither paper's formula is claimed.
  ///
  /// - Parameter bounds: The interval bounds that the loss is made of; nil where there is no region.
  func teacherTerm(
    _ teacher: Teacher<Base>, _ context: Context, _ bounds: BoundState<Tracked<Base>>?
  ) -> Tracked<Base> {
    let settings = recipe.distillation
    let answer = teacher.answer(to: context.images)
    switch settings.subject {
    case .logits:
      return logitDivergence(
        context.attacked?.output ?? context.pass.output, from: answer,
        temperature: settings.temperature)
    case .features:
      guard let features = context.attacked?.features ?? context.pass.kept else {
        preconditionFailure("A student without features")
      }
      let near = featureDistance(features, from: answer)
      guard settings.bounds > 0, let node = comparedNode, let box = bounds?.intervals[node] else {
        return near
      }
      let far = featureDistance(box.center, radius: box.radius, from: answer)
      return settings.bounds == 1 ? far : near * (1 - settings.bounds) + far * settings.bounds
    }
  }
}

extension Network {
  /// What keeps a student from learning the features of a teacher, and what would do instead; nil when nothing does.
  ///
  /// - Parameter teacher: The teacher.
  func obstacle(toFeaturesOf teacher: Network) -> String? {
    func width(_ network: Network) -> Int? {
      network.features.map { network.nodes[$0].shape.count }
    }
    guard let own = width(self) else {
      return
        "the network has no hidden layer before a last linear one; expected distillation.of: logits"
    }
    guard let other = width(teacher) else {
      return "it has no hidden layer before a last linear one; expected distillation.of: logits"
    }
    guard own == other else {
      return
        "its last linear layer reads \(other) features, and the network's \(own); expected as many, or "
        + "distillation.of: logits"
    }
    return nil
  }
}
