import Federation
import Foundation
import TestSupport
import Testing

@Suite("Messages between processes")
struct MessageTests {
  static let examples = [
    Message(.end), Message(.hello, text: "Grüße"),
    Message(.share, numbers: [0, -1.5, .infinity], values: [1, 2, .leastNonzeroMagnitude]),
    Message(.update, text: "x", numbers: [1], values: [Float](repeating: 3, count: 1_001)),
  ]

  @Test("What is sent is read", arguments: examples)
  func roundTrip(message: Message) {
    #expect(Message(message.data) == message)
    // A part of other data, whose indices do not begin at 0.
    let inside = (Data([1, 2, 3]) + message.data).dropFirst(3)
    #expect(Message(inside) == message)
  }

  @Test("Bytes that are no message, or not all of one, are none")
  func damage() {
    let whole = Message(.share, text: "abc", numbers: [1, 2], values: [3]).data
    for length in 0..<whole.count { #expect(Message(whole.prefix(length)) == nil) }
    #expect(Message(whole + [0]) == nil)
    var random = SplitMix64(seed: 5)
    for _ in 0..<2_000 {
      var changed = whole
      changed[random.integer(below: 40)] = UInt8(truncatingIfNeeded: random.next())
      // Any answer but a crash; lengths must not be believed.
      _ = Message(changed)
    }
  }

  @Test("Messages to one rank come in order, and one that has left sends and gets none")
  func queues() {
    let ends = InProcessExchange.group(of: 3)
    ends[0].send(Data([1]), to: 1)
    ends[0].send(Data([2]), to: 1)
    ends[2].send(Data([3]), to: 0)
    #expect(ends[1].receive(from: 0, unless: { false }) == Data([1]))
    #expect(ends[1].receive(from: 0, unless: { false }) == Data([2]))
    #expect(ends[1].receive(from: 0, unless: { true }) == nil)
    ends[2].end()
    #expect(ends[0].receive(from: 2, unless: { false }) == Data([3]), "what was sent before counts")
    #expect(ends[0].receive(from: 2, unless: { false }) == nil)
    #expect(ends.map(\.rank) == [0, 1, 2] && ends.allSatisfy { $0.count == 3 })
  }
}
