import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Tensors

@Suite("Worker threads", .serialized)
struct WorkersTests {
  /// Runs `body` with a number of threads and restores the limit.
  private func withThreads<R>(_ count: Int, _ body: () throws -> R) rethrows -> R {
    let before = Workers.limit
    defer { Workers.limit = before }
    Workers.limit = count
    return try body()
  }

  @Test("The ranges of a loop cover every index once", arguments: [1, 2, 3, 7])
  func rangesCover(threads: Int) {
    withThreads(threads) {
      for (count, grain) in [(0, 1), (1, 1), (5, 2), (100, 1), (100, 33), (7, 100)] {
        let visits = Mutex([Int](repeating: 0, count: count))
        Workers.forEachRange(of: count, grain: grain) { range in
          visits.withLock { for i in range { $0[i] += 1 } }
        }
        #expect(visits.withLock { $0 } == [Int](repeating: 1, count: count))
      }
    }
  }

  private final class Counter: Sendable {
    let counts = Mutex([Int](repeating: 0, count: 100))
  }

  @Test(
    "Loops that start at the same time run every index once, and what they wrote is there after them"
  )
  func loopsTogether() {
    withThreads(4) {
      let counters = (0..<6).map { _ in Counter() }
      DispatchQueue.concurrentPerform(iterations: counters.count) { place in
        for round in 1...200 {
          Workers.forEach(100) { index in
            counters[place].counts.withLock { $0[index] += 1 }
            if index == 3 { Workers.forEach(2) { _ in } }
          }
          #expect(counters[place].counts.withLock { $0.allSatisfy { $0 == round } })
        }
      }
    }
  }

  @Test("A loop inside a loop runs on its thread")
  func loopsDoNotNest() {
    withThreads(3) {
      let available = Mutex<[Int]>([])
      Workers.forEach(3) { _ in available.withLock { $0.append(Workers.available) } }
      #expect(available.withLock { $0 } == [1, 1, 1])
      #expect(Workers.available == 3)
    }
  }

  @Test("Elementwise results are the same bits on any number of threads")
  func elementwiseResults() {
    var generator = SplitMix64(seed: 1)
    // Long enough for several threads, and no multiple of a vector.
    let count = 4 * Tensor<Float>.elementGrain + 13
    let (a, b) = (
      Tensor<Float>.random([count], &generator), Tensor<Float>.random([count], &generator)
    )
    let alone = withThreads(1) { (a.applying(.exp), a * b) }
    for threads in [2, 3, 5] {
      let shared = withThreads(threads) { (a.applying(.exp), a * b) }
      #expect(shared.0 == alone.0)
      #expect(shared.1 == alone.1)
    }
  }

  @Test("Products differ by rounding only on any number of threads", arguments: 0..<4)
  func products(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let shapes = [(300, 150, 90), (30, 500, 300), (1, 2000, 1100), (2000, 1, 1100)]
    let (m, n, k) = shapes[Int(seed)]
    for (left, right) in [(false, false), (true, false), (false, true)] {
      let a = Tensor<Float>.random(left ? [k, m] : [m, k], &generator)
      let b = Tensor<Float>.random(right ? [n, k] : [k, n], &generator)
      let alone = withThreads(1) {
        a.product(b, transposingLeft: left, transposingRight: right)
      }
      for threads in [2, 3] {
        let shared = withThreads(threads) {
          a.product(b, transposingLeft: left, transposingRight: right)
        }
        #expect(shared.distance(to: alone) <= slack(Float.self, terms: k))
      }
    }
  }

  @Test("A batch of convolutions has the same bits on any number of threads, and image by image")
  func convolutions() {
    var generator = SplitMix64(seed: 2)
    let geometry = ConvolutionGeometry(stride: [2, 1], padding: [1, 1, 1, 1])
    for outputs in [5, 80] {
      let images = Tensor<Double>.random([6, 3, 9, 8], &generator)
      let kernel = Tensor<Double>.random([outputs, 3, 3, 3], &generator)
      func map(_ images: Tensor<Double>) -> Tensor<Double> {
        images.convolution(kernel, taps: taps(kernel), bias: nil, geometry)
      }
      let alone = withThreads(1) { map(images) }
      #expect(withThreads(3) { map(images) } == alone)
      for image in 0..<6 {
        let one = map(images.sliced(image..<image + 1, axis: 0))
        #expect(one.distance(to: alone.sliced(image..<image + 1, axis: 0)) < 1e-13)
      }
    }
  }
}
