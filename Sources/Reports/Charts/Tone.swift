/// What a colour of a page stands for; one colour stands for one thing on every page.
///
/// The style sheet decides which colour that is, in the light and in the dark: `--certified` and so on.
enum Tone: Hashable {
  /// Right without change.
  case clean
  /// Right, and no violation was found.
  case attacked
  /// Certified.
  case certified
  /// Verified by interval bounds alone.
  case verified
  /// What has no meaning of its own.
  case ink
  /// What matters less.
  case soft
  /// A layer of a network: from pale, at the input, to dark.
  case depth(Int)

  /// The shades of layers.
  static let depths = 8

  /// The tone of a layer, counted from 0.
  static func layer(_ index: Int, of count: Int) -> Tone {
    .depth(count < 2 ? depths - 1 : index * (depths - 1) / (count - 1))
  }

  /// The name of the class in the style sheet.
  var name: String {
    switch self {
    case .clean: "clean"
    case .attacked: "attacked"
    case .certified: "certified"
    case .verified: "verified"
    case .ink: "ink"
    case .soft: "soft"
    case .depth(let shade): "d\(shade)"
    }
  }
}
