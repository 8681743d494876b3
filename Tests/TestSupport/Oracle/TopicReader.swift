import Foundation
import LocalServers

/// A topic as another client sees it: kcat reads all of it.
public struct TopicReader: Sendable {
  public let bootstrapServers: String
  public let topic: String

  public init(_ bootstrapServers: String, topic: String) {
    self.bootstrapServers = bootstrapServers
    self.topic = topic
  }

  public struct Record: Sendable {
    public let partition: Int
    public let offset: Int
    /// Milliseconds since 1970: the broker's when it was appended, or its producer's, as the topic says.
    public let time: Int64
    public let key: String
    /// In the order in which they stand; a header may be there twice.
    public let headers: [(name: String, value: String)]
    public let value: String

    public func header(_ name: String) -> String? { headers.last { $0.name == name }?.value }
  }

  /// Everything from the beginning to the present end. Header values must hold no comma, values no tab or line end.
  public func records() throws -> [Record] {
    let arguments = [
      "-C", "-q", "-e", "-o", "beginning", "-b", bootstrapServers, "-t", topic, "-X", "isolation.level=read_committed",
      "-f", #"record\t%p\t%o\t%T\t%k\t%h\t%s\n"#,
    ]
    let collected = Collected()
    var command = ChildCommand("kcat", arguments)
    command.onStandardOutput = { collected.append($0) }
    let kcat = try ChildProcess(command)
    let exit = try kcat.waitForExit(timeout: .seconds(120))
    try kcat.waitForOutputEnd()
    guard exit.isSuccess else { throw NeverHappened(description: "kcat: \(exit): \(kcat.lines.suffix(3))") }
    return collected.text.split(separator: "\n").compactMap(Self.record)
  }

  private static func record(_ line: Substring) -> Record? {
    let parts = line.split(separator: "\t", maxSplits: 6, omittingEmptySubsequences: false)
    guard parts.count == 7, parts[0] == "record", let partition = Int(parts[1]), let offset = Int(parts[2]),
      let time = Int64(parts[3])
    else { return nil }
    let headers = parts[5].split(separator: ",").map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: String(sides[0]), value: sides.count > 1 ? String(sides[1]) : "")
    }
    return Record(
      partition: partition, offset: offset, time: time, key: String(parts[4]), headers: headers,
      value: String(parts[6]))
  }

  private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var bytes: [UInt8] = []

    func append(_ chunk: [UInt8]) {
      lock.lock()
      bytes += chunk
      lock.unlock()
    }

    var text: String {
      lock.lock()
      defer { lock.unlock() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
