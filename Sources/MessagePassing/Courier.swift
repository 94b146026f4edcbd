import Foundation

/// The one thread that calls MPI: it sends, receives, and gives every other process a sign of life four times a second.
///
/// MPI has no call that waits for one of several things and none that says that a process was killed. So this thread asks, with pauses that
/// leave the processor to those who work, and whoever has given no sign for long has stopped, whatever the reason.
struct Courier {
  private let library: MPILibrary
  private let mailbox: Mailbox
  private var rank = 0
  private var count = 1
  private var sending: [Sending] = []
  private var receiving: [Receiving] = []
  /// What has come of a message whose rest is still to come, by rank.
  private var parts: [Int: Data] = [:]
  private var lastSigns = SuspendingClock.now
  /// When something was last begun or done.
  private var lastMove = SuspendingClock.now
  /// The sign under way to each rank; a second one waits for it.
  private var signs: [Int: OpaquePointer] = [:]
  private let signByte = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

  /// Something on its way out, whose bytes must stay.
  private struct Sending {
    var request: OpaquePointer
    var bytes: UnsafeMutableRawPointer
    var to: Int
  }

  /// Something on its way in.
  private struct Receiving {
    var request: OpaquePointer
    var bytes: UnsafeMutableRawPointer
    var size: Int
    var from: Int
    var isDone = false
  }

  private enum Tag {
    static let sign: Int32 = 0
    static let message: Int32 = 1
  }

  /// MPI counts in 32 bits; larger messages are sent in parts of so many bytes.
  private static let part = 1 << 26
  /// The seconds for which a message under way is hurried on; one to a process that was killed stays under way for good.
  private static let hurry = 0.05
  /// The seconds between two looks while nobody waits here: each takes a little from those who work.
  private static let pause = 0.002
  /// The microseconds that others have to leave before all are ended.
  private static let farewell: UInt32 = 2_000_000
  /// The seconds between signs of life.
  private static let interval = 0.25

  init(_ library: MPILibrary, _ mailbox: Mailbox) {
    (self.library, self.mailbox) = (library, mailbox)
  }

  /// Does all that from the start to the end.
  ///
  /// - Parameter patience: The seconds that messages have to leave at the end.
  mutating func run(patience: Double) {
    var (rank, count): (Int32, Int32) = (0, 1)
    let problem = library.start(&rank, &count)
    guard problem == 0 else { return mailbox.fail(Int(problem)) }
    (self.rank, self.count) = (Int(rank), Int(count))
    mailbox.begin(rank: self.rank, count: self.count)
    var closing: SuspendingClock.Instant?
    while true {
      let hasMoved = progress()
      let now = SuspendingClock.now
      if hasMoved { lastMove = now }
      // MPI moves messages in small pieces, some in each call.
      let isHurried =
        !(sending.isEmpty && receiving.isEmpty) && now - lastMove < .seconds(Self.hurry)
      if isHurried, !hasMoved { sched_yield() }
      let pause = hasMoved || isHurried || mailbox.isAwaited(within: Self.hurry) ? 0 : Self.pause
      let (messages, isClosing) = mailbox.collect(waiting: pause)
      if !messages.isEmpty { lastMove = now }
      for (to, message) in messages { send(message, to: to) }
      let left = mailbox.note(sending: sending.map(\.to))
      guard isClosing, messages.isEmpty else { continue }
      // One that was killed takes nothing any more.
      closing = closing ?? .now
      if left == 0 || closing.map({ SuspendingClock.now - $0 > .seconds(patience) }) ?? false {
        break
      }
      usleep(300)
    }
    leave(patience)
    mailbox.finish()
  }

  /// Leaves with the others, or without them where one has stopped: MPI would wait for that one.
  private func leave(_ patience: Double) {
    let loss = mailbox.loss(among: partners, patience: patience)
    guard loss.isKnown else { return library.end() }
    guard loss.endsAll else { return }
    // The others have the time to leave by themselves, having been told.
    usleep(Self.farewell)
    library.endAll()
  }

  /// Moves everything on; false where nothing moved.
  private mutating func progress() -> Bool {
    var hasMoved = false
    let library = library
    sending.removeAll { item in
      guard library.isDone(item.request) != 0 else { return false }
      item.bytes.deallocate()
      hasMoved = true
      return true
    }
    while let next = probe() {
      hasMoved = true
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(1, next.size), alignment: 16)
      guard
        let request = library.receive(Int32(next.from), next.tag, bytes, Int32(next.size))
      else {
        bytes.deallocate()
        break
      }
      if next.tag == Tag.sign {
        // It is here already.
        while library.isDone(request) == 0 {}
        bytes.deallocate()
        mailbox.hear(from: next.from, nil)
      } else {
        receiving.append(
          Receiving(request: request, bytes: bytes, size: next.size, from: next.from))
      }
    }
    if !receiving.isEmpty { hasMoved = takeIn() || hasMoved }
    giveSigns()
    return hasMoved
  }

  private func probe() -> (from: Int, tag: Int32, size: Int)? {
    var (from, tag, size): (Int32, Int32, Int32) = (0, 0, 0)
    guard library.probe(&from, &tag, &size) == 1 else { return nil }
    return (Int(from), tag, Int(size))
  }

  /// Takes in what has arrived, in order for each rank.
  private mutating func takeIn() -> Bool {
    var blocked: Set<Int> = []
    var hasMoved = false
    for index in receiving.indices {
      let item = receiving[index]
      guard !blocked.contains(item.from) else { continue }
      guard library.isDone(item.request) != 0 else {
        blocked.insert(item.from)
        continue
      }
      receiving[index].isDone = true
      hasMoved = true
      take(
        Data(
          bytesNoCopy: item.bytes, count: item.size,
          deallocator: .custom { bytes, _ in bytes.deallocate() }), from: item.from)
    }
    receiving.removeAll(where: \.isDone)
    return hasMoved
  }

  /// Takes a part of a message in, and delivers the message when all of it is there: its length in 8 bytes, and so many bytes.
  private mutating func take(_ part: Data, from: Int) {
    let message = parts.removeValue(forKey: from).map { $0 + part } ?? part
    guard message.count >= 8 else { return }
    let length = message.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard message.count >= 8 + length else {
      parts[from] = message
      return mailbox.hear(from: from, nil)
    }
    mailbox.hear(from: from, message.dropFirst(8))
  }

  private mutating func send(_ message: Data, to rank: Int) {
    let whole = 8 + message.count
    for start in stride(from: 0, to: whole, by: Self.part) {
      let size = min(Self.part, whole - start)
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      // The length stands before the first part.
      let head = start == 0 ? 8 : 0
      if head > 0 { bytes.storeBytes(of: UInt64(message.count).littleEndian, as: UInt64.self) }
      let first = message.startIndex + start + head - 8
      message.copyBytes(
        to: UnsafeMutableRawBufferPointer(start: bytes + head, count: size - head),
        from: first..<first + size - head)
      guard let request = library.send(Int32(rank), Tag.message, bytes, Int32(size)) else {
        bytes.deallocate()
        return
      }
      sending.append(Sending(request: request, bytes: bytes, to: rank))
    }
  }

  /// The ranks that this one talks to.
  private var partners: [Int] { rank == 0 ? Array(1..<max(1, count)) : [0] }

  /// Tells the others that this process is alive. Rank 0 talks to all, and all to rank 0.
  private mutating func giveSigns() {
    guard (SuspendingClock.now - lastSigns) / .seconds(1) >= Self.interval else { return }
    lastSigns = .now
    for other in partners {
      if let request = signs[other] {
        guard library.isDone(request) != 0 else { continue }
      }
      signs[other] = library.send(Int32(other), Tag.sign, signByte, 0)
    }
  }
}
