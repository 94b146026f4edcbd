import CPNG
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("Pictures")
struct PictureTests {
  /// The pixels of a PNG file as libpng reads them, which did not write it.
  private func read(_ file: Data) throws -> (width: Int, height: Int, bytes: [UInt8]) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let data = [UInt8](file)
    return try data.withUnsafeBytes { data in
      try #require(png_image_begin_read_from_memory(&image, data.baseAddress, data.count) != 0)
      let channels = image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1
      var bytes = [UInt8](repeating: 0, count: Int(image.width * image.height) * channels)
      try #require(png_image_finish_read(&image, nil, &bytes, 0, nil) != 0)
      return (Int(image.width), Int(image.height), bytes)
    }
  }

  @Test("A file holds the pixels that were written", arguments: 0..<40)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (width, height) = (
      Int.random(in: 1...40, using: &random), Int.random(in: 1...40, using: &random)
    )
    let channels = seed % 2 == 0 ? 1 : 3
    let bytes = (0..<width * height * channels).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    let picture = PNGPicture(width: width, height: height, channels: channels, bytes: bytes)
    let found = try read(try #require(picture.file))
    #expect(found.width == width && found.height == height && found.bytes == bytes)
  }

  @Test("An address holds the file")
  func address() throws {
    let picture = PNGPicture(width: 1, height: 2, channels: 1, bytes: [3, 200])
    let address = try #require(picture.address)
    #expect(address.hasPrefix("data:image/png;base64,"))
    let file = try #require(Data(base64Encoded: String(address.dropFirst(22))))
    #expect(try read(file).bytes == [3, 200])
  }

  @Test("A small picture is drawn pixel by pixel, planes become colours")
  func drawn() {
    let values = [0, 0.2, 0.4, 1, 0.6, 0.8].map { $0 }
    let picture = Picture(values + values + values, shape: [3, 2, 3], range: 0...1).drawn
    #expect(picture.width == 3 && picture.height == 2 && picture.channels == 3)
    #expect(picture.bytes == [0, 51, 102, 255, 153, 204].flatMap { [$0, $0, $0] })
  }

  @Test("A large picture is drawn by means, its difference by the largest change")
  func large() {
    let side = 2 * Picture.longest
    var values = [Double](repeating: 0.5, count: side * side)
    let first = Picture(values, shape: [1, side, side], range: 0...1)
    values[side + 1] = 0.25
    let second = Picture(values, shape: [1, side, side], range: 0...1)
    #expect(second.drawn.width == Picture.longest && second.drawn.height == Picture.longest)
    #expect(second.drawn.bytes[0] == UInt8((255 * (3 * 0.5 + 0.25) / 4).rounded()))
    #expect(second.amplification(from: first) == 2)
    let difference = second.difference(from: first, times: 2)
    #expect(difference.bytes[0] == 0 && difference.bytes[1] == 128)
  }

  @Test(
    "The difference is amplified by a round number that keeps it in the range", arguments: 0..<50)
  func amplification(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let size = pow(10, Double.random(in: -4...0, using: &random))
    let middle = [Double](repeating: 0.5, count: 12)
    let moved = middle.map { $0 + Double.random(in: -size...size, using: &random) }
    let (first, second) = (
      Picture(middle, shape: [3, 2, 2], range: 0...1),
      Picture(moved, shape: [3, 2, 2], range: 0...1)
    )
    let factor = second.amplification(from: first)
    let largest = zip(middle, moved).map { abs($0 - $1) }.max() ?? 0
    #expect(factor == 1 || factor * largest <= 0.5 * (1 + 1e-6))
    // A rounder number up to 2.5 times as large would not fit.
    #expect(factor * largest * 2.5 > 0.4999 || size > 0.4)
  }

  @Test("What is a picture, and what is not")
  func shapes() {
    for shape in [[1, 8, 8], [3, 32, 32], [8, 8], [1, 3, 4, 5]] {
      #expect(Picture.isPicture(shape), "\(shape)")
    }
    for shape in [[64], [20, 1, 1], [1, 1, 64], [1, 20], [5, 8, 8], [2, 3, 4, 5], []] {
      #expect(!Picture.isPicture(shape), "\(shape)")
    }
  }
}
