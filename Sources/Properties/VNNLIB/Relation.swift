/// How two operands are compared.
enum Relation {
  case atMost, atLeast, below, above, equal, unequal

  /// What holds where this does not.
  var negated: Relation {
    switch self {
    case .atMost: .above
    case .atLeast: .below
    case .below: .atLeast
    case .above: .atMost
    case .equal: .unequal
    case .unequal: .equal
    }
  }
}
