extension Recipe {
  /// Reports settings that are right one by one and cannot all be meant.
  func reportContradictions(to problems: RecipeProblems) {
    reportEpochs(to: problems)
    data.reportContradictions(to: problems)
    network.reportContradictions(to: problems)
    evaluation.reportContradictions(to: problems)
    if shares > batch {
      problems.add(
        "shares", "is more than the \(batch) images of a batch; expected at most as many")
    }
    if shares > 1, network.statistics == .estimated {
      problems.add(
        "shares",
        "is \(shares), and estimated statistics go through a batch as a whole; expected 1 or other network.statistics"
      )
    }
    if method.usesBounds && epsilon.test == 0 {
      problems.add(
        "epsilon.test", "is 0, and \(method.rawValue) trains for a radius; expected more")
    }
    if epsilon.train > 1 {
      problems.add(
        "epsilon.train-multiplier",
        "makes a training radius of \(numberText(epsilon.train)); pixel values go from 0 to 1")
    }
    if method.usesSmallBox && loss.lambda == 0 {
      problems.add("loss.lambda", "is 0, which leaves no box to bound; expected more, up to 1")
    }
    if regularizer.weight > 0 && regularizer.terms.isEmpty {
      problems.add("regularizer.terms", "is empty; write weight: 0 for no regulariser")
    }
    if regularizer.weight > 0 && method.usesBounds && epsilon.ramp == .constant {
      problems.add(
        "regularizer.weight",
        "regularisers are on while the radius grows, and the ramp is constant; expected 0")
    }
    constraint.reportContradictions(with: optimizer, to: problems)
    if optimizer.transferredFrom != nil, network.file != nil || network.sizes.width == nil {
      problems.add(
        "optimizer.transfer-from",
        "is a width, and network.width says none; expected both, for an architecture that has one")
    }
    if network.weights.kind != .plain, constraint.kind.limitsSingularValues {
      problems.add(
        "constraint.kind",
        "\(constraint.kind.rawValue) limits the matrices that are trained, and network.weights makes others of them; "
          + "expected another kind or plain weights")
    }
    if optimizer.kind != .sgd, optimizer.betas.contains(1) {
      problems.add("optimizer.betas", "1 would never learn; expected numbers below 1")
    }
  }

  private func reportEpochs(to problems: RecipeProblems) {
    let until = epochs == 1 ? "there is 1 epoch" : "there are \(epochs) epochs"
    let last = epsilon.start + epsilon.length - 1
    if method.usesBoxes, epsilon.ramp != .constant, last >= epochs {
      problems.add(
        "epsilon.length",
        "the radius grows until the end of epoch \(last), but \(until); "
          + "at least one must have the full radius")
    }
    if let late = optimizer.decayEpochs.first(where: { $0 >= epochs }) {
      problems.add(
        "optimizer.decay-epochs", "nothing comes after epoch \(late), because \(until)")
    }
    if averaging.kind != .none && averaging.start > epochs {
      problems.add("averaging.start", "epoch \(averaging.start) never comes, because \(until)")
    }
  }
}
