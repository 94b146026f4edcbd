import Networks
import Testing

/// A published network and its size on images of one kind.
struct KnownSize: Sendable, CustomTestStringConvertible {
  var name: String
  var settings = ArchitectureSettings()
  var image: [Int]
  var parameters: Int
  var multiplyAdds: Int
  var relus: Int?

  var testDescription: String { "\(name) \(image)" }

  static let cifar = [3, 32, 32]
  static let mnist = [1, 28, 28]
  static let tinyImageNet = [3, 64, 64]

  /// The sizes on images of CIFAR-10 and of MNIST.
  static func pair(
    _ name: String, _ settings: ArchitectureSettings = .init(), _ cifar: (Int, Int, relus: Int?),
    _ mnist: (Int, Int)
  ) -> [KnownSize] {
    [
      KnownSize(
        name: name, settings: settings, image: Self.cifar, parameters: cifar.0,
        multiplyAdds: cifar.1, relus: cifar.relus),
      KnownSize(
        name: name, settings: settings, image: Self.mnist, parameters: mnist.0,
        multiplyAdds: mnist.1),
    ]
  }

  static let convolutional: [KnownSize] =
    pair("cnn-7", .init(), (17_192_650, 150_672_384, 229_888), (13_259_338, 114_456_576))
    + pair(
      "cnn-7", .init(normalization: .convolutions), (17_191_626, 150_672_384, 229_888),
      (13_258_314, 114_456_576))
    + pair("dm-large", .init(), (17_190_602, 150_672_384, 229_888), (13_257_290, 114_456_576))
    + pair("cnn-7", .init(width: 32), (8_498_282, 42_308_608, 115_200), (6_531_626, 31_942_144))
    + pair("cnn-6", .init(), (4_263_594, 28_674_560, 98_560), (3_279_978, 21_502_976))
    + pair("cnn-3", .init(), (30_026, 851_968, 6_144), (24_426, 495_488))
    + pair(
      "cnn-3", .init(normalization: NormalizationPlacement.none), (29_930, 851_968, 6_144),
      (24_330, 495_488))
    + pair("cnn-4", .init(), (1_064_778, 1_885_184, 6_656), (818_218, 1_287_744))
    + pair("cnn-5", .init(), (1_068_154, 3_068_928, 23_040), (822_106, 2_125_056))
    + pair(
      "cnn-5", .init(normalization: NormalizationPlacement.none), (1_067_002, 3_068_928, 23_040),
      (820_954, 2_125_056))
    + pair("conv-med", .init(), (2_118_856, 6_859_204, 16_634), (1_637_256, 4_938_564))
    + pair("conv-med-big", .init(), (2_133_736, 11_323_844, 49_402), (1_653_160, 8_218_820))
    + pair("dm-small", .init(), (470_918, 1_814_248, 8_308), (329_606, 1_183_464))
    + pair("dm-medium", .init(), (1_188_906, 9_367_936, 46_912), (893_418, 6_237_312))
    + pair("strided-2", .init(), (67_670, 148_736, 1_664), (52_182, 89_088))
    + pair("strided-2", .init(width: 2, linear: 256), (267_426, 494_080, 3_328), (205_730, 328_704))
    + pair("strided-4", .init(), (201_390, 514_560, 8_192), (170_598, 353_472))
    + pair(
      "strided-4", .init(width: 2, linear: 512), (799_122, 1_831_936, 16_384), (676_098, 1_352_320))

  static let residual: [KnownSize] =
    pair("wide-resnet-8", .init(), (21_547_882, 658_953_216, nil), (17_615_434, 504_286_464))
    + pair("resnext", .init(), (17_611_018, 163_255_296, nil), (13_677_706, 124_090_368))

  static let large = [
    KnownSize(
      name: "cnn-7-tinyimagenet", image: tinyImageNet, parameters: 17_290_120,
      multiplyAdds: 439_193_600, relus: 819_712),
    KnownSize(
      name: "wide-resnet-8-tinyimagenet", image: tinyImageNet, parameters: 91_424_776,
      multiplyAdds: 4_070_346_752),
    KnownSize(
      name: "resnext-tinyimagenet", image: tinyImageNet, parameters: 16_981_960,
      multiplyAdds: 81_563_648),
  ]
}

// One after the other: the largest networks have 91 million parameters.
@Suite("Published networks have their published sizes", .serialized)
struct ArchitectureSizeTests {
  @Test(
    "Parameters, products and ReLUs are those counted for the published network",
    arguments: KnownSize.convolutional + KnownSize.residual + KnownSize.large)
  func sizes(known: KnownSize) throws {
    let classes = known.image == KnownSize.tinyImageNet ? 200 : 10
    let network = try Architectures.named(known.name, known.settings)
      .network(for: ImageTask(shape: known.image, classes: classes))
    #expect(network.inputShape.dimensions == [1] + known.image)
    #expect(network.outputShape == [1, classes])
    #expect(network.trainableParameterCount == known.parameters)
    #expect(network.multiplyAddCount == known.multiplyAdds)
    if let relus = known.relus { #expect(network.reluCount == relus) }
    #expect(Set(network.parameters.map(\.name)).count == network.parameters.count)
    #expect(Set(network.nodes.map(\.name)).count == network.nodes.count)
  }
}
