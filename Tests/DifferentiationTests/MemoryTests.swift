import Foundation
import Tensors
import Testing

@testable import Differentiation

@Suite("The memory of a record")
struct MemoryTests {
  /// Nodes that a test watches without keeping them.
  private final class Watch: @unchecked Sendable {
    // Used on one thread.
    private struct Entry { weak var node: TapeNode<Values>? }
    private var entries: [Entry] = []
    func add(_ value: Dual) { entries.append(Entry(node: value.node)) }
    var alive: Int { entries.count { $0.node != nil } }
  }

  @Test("A record goes with the last value that refers to it")
  func freedWithTheResult() {
    let watch = Watch()
    do {
      var y = Dual.variable(Values(repeating: 1, [2]))
      for _ in 0..<10 {
        y = y.applying(.tanh)
        watch.add(y)
      }
      #expect(watch.alive == 10)
    }
    #expect(watch.alive == 0)
  }

  @Test("What an operation kept is freed while the derivative passes")
  func freedDuringTheSweep() {
    let watch = Watch()
    let x = Dual.variable(Values(repeating: 1, [1]))
    let counts = Counts()
    var y = x
    for _ in 0..<10 {
      y = Dual(
        y.base,
        [
          y.dependence { gradient in
            counts.append(watch.alive)
            return gradient
          }
        ])
      watch.add(y)
    }
    let loss = y
    y = x
    #expect(loss.gradients(of: [x])[0].scalars == [1])
    // The first pullback runs while the result and the nine before it are alive; each later one, one fewer,
    // but the result, which the test holds.
    #expect(counts.values == [10, 10, 9, 8, 7, 6, 5, 4, 3, 2])
    #expect(watch.alive == 1)
  }

  @Test("Tensors that pullbacks kept are freed while the derivative passes")
  func tensorsFreed() {
    let x = Dual.variable(Values(repeating: 1, [1]))
    let counts = Counts()
    let live = LiveTokens()
    var y = x
    for _ in 0..<5 {
      let token = live.token()
      y = Dual(
        y.base,
        [
          y.dependence { gradient in
            withExtendedLifetime(token) { counts.append(live.count) }
            return gradient
          }
        ])
    }
    _ = y.gradients(of: [x])
    #expect(counts.values == [5, 4, 3, 2, 1])
    #expect(live.count == 0)
  }

  @Test("A value keeps no tensors of the computation before it once that is consumed")
  func consumedValuesAreLight() {
    let watch = Watch()
    let x = Dual.variable(Values(repeating: 1, [1]))
    let middle = x.applying(.exp)
    watch.add(middle)
    let loss = middle.applying(.square)
    watch.add(loss)
    _ = loss.gradients(of: [x])
    #expect(loss.node?.consume()?.count == nil)
    #expect(middle.node?.consume()?.count == nil)
    withExtendedLifetime((middle, loss)) { #expect(watch.alive == 2) }
  }

  @Test("A computation of 100,000 steps is differentiated and freed")
  func deep() {
    let x = Dual.variable(Values([1], [1]))
    func deepened() -> Dual {
      var y = x
      for _ in 0..<100_000 { y = y + 1 }
      return y
    }
    #expect(deepened().gradients(of: [x])[0].scalars == [1])
    // Never consumed: freed by letting go of the last node.
    let watch = Watch()
    do { watch.add(deepened()) }
    #expect(watch.alive == 0)
    // Freed from the middle, where two chains share one.
    let shared = deepened()
    do { watch.add(shared + deepened()) }
    #expect(watch.alive == 0)
    #expect(shared.gradients(of: [x])[0].scalars == [1])
  }

  @Test("A second derivative through a consumed record stops the program")
  func consumedTwice() async {
    await #expect(processExitsWith: .failure) {
      let x = Tracked<Tensor<Double>>.variable(Tensor([1], [1]))
      let y = x.applying(.exp)
      _ = y.gradients(of: [x])
      _ = (y + 1).gradients(of: [x])
    }
  }

  @Test("Gradients of many numbers need a seed")
  func missingSeed() async {
    await #expect(processExitsWith: .failure) {
      let x = Tracked<Tensor<Double>>.variable(Tensor([2], [1, 2]))
      _ = x.gradients(of: [x])
    }
  }
}

/// Numbers that pullbacks note down.
private final class Counts: @unchecked Sendable {
  // Written by one sweep on one thread.
  private(set) var values: [Int] = []
  func append(_ value: Int) { values.append(value) }
}

/// Counts the objects that pullbacks hold.
private final class LiveTokens: @unchecked Sendable {
  // Used on one thread.
  private(set) var count = 0
  final class Token: @unchecked Sendable {
    let owner: LiveTokens
    init(_ owner: LiveTokens) {
      self.owner = owner
      owner.count += 1
    }
    deinit { owner.count -= 1 }
  }
  func token() -> Token { Token(self) }
}
