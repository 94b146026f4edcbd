// What the line of a run says of itself, beside the certificate that it carries.

extension Certificate {
  /// In how far the certificate of a run's line is about something else than the line says; nil where it is not.
  ///
  /// Which image the ball is around stands in the certificate alone: a line names its place in the data, which a checker does not have.
  ///
  /// - Parameter fields: The fields of the line; those that it lacks are not compared.
  func misfit(_ fields: [JSON.Field]) -> String? {
    func value(_ name: String, _ fields: [JSON.Field]) -> JSON? {
      fields.first { $0.name == name }?.value
    }
    if case .string(let digest)? = value("model_sha256", fields), digest != claim.network.sha256 {
      return "the line is about another model than its certificate"
    }
    if case .string(let verdict)? = value("verdict", fields) {
      let verdicts: [String: Claim.Verdict?] = [
        "certified": .holds, "violated": .violated, "undecided": .none, "misclassified": .none,
        "error": .none,
      ]
      if let expected = verdicts[verdict], expected != claim.verdict {
        return "the line says \(verdict), and its certificate \(claim.verdict.rawValue)"
      }
    }
    if case .number(let label)? = value("label", fields), case .label(let own) = claim.property,
      Double(own) != label
    {
      return "the line is about label \(label), and its certificate about \(own)"
    }
    guard case .object(let stated)? = value("region", fields), case .pixels(let ball) = claim.region
    else { return nil }
    if case .string(let norm)? = value("norm", stated), norm != ball.norm.rawValue {
      return "the line's norm is \(norm), and that of its certificate \(ball.norm.rawValue)"
    }
    let holds = claim.verdict == .holds
    if case .number(let epsilon)? = value("epsilon", stated),
      holds ? epsilon > ball.epsilon.roundedUp : epsilon < ball.epsilon.roundedDown
    {
      return "the line is about a distance of \(epsilon), and its certificate about \(ball.epsilon)"
    }
    let limits = [("lowest", ball.lowest, -1.0), ("highest", ball.highest, 1)]
    for (name, own, sign) in limits {
      // A limit as a number that grows with the region.
      var line = Double.infinity
      if case .number(let value)? = value(name, stated) { line = sign * value }
      let (least, most) = (
        own.map { sign * (sign > 0 ? $0.roundedDown : $0.roundedUp) } ?? .infinity,
        own.map { sign * (sign > 0 ? $0.roundedUp : $0.roundedDown) } ?? .infinity
      )
      if holds ? line > most : line < least {
        return "the line has another \(name) value of a pixel than its certificate"
      }
    }
    for (name, own, usual) in [("mean", ball.mean, 0.0), ("std", ball.deviation, 1)] {
      guard case .array(let list)? = value(name, stated) else { continue }
      let count = max(list.count, own.count)
      let isSame = (0..<count).allSatisfy { place in
        let (line, own) = (Self.entry(place, list), Self.entry(place, own))
        guard case .number(let value) = line ?? .number(usual) else { return false }
        return own.map { $0.roundedDown <= value && value <= $0.roundedUp } ?? (value == usual)
      }
      if !isSame { return "the line has another \(name) than its certificate" }
    }
    return nil
  }

  /// An entry of a list that has one for each channel, one for all, or none.
  private static func entry<Element>(_ place: Int, _ list: [Element]) -> Element? {
    list.count == 1 ? list[0] : list.indices.contains(place) ? list[place] : nil
  }
}
