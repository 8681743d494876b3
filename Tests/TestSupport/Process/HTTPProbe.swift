import Foundation
import FoundationNetworking
import Synchronization

/// Asks a daemon on 127.0.0.1 as a monitoring system does.
public struct HTTPProbe: Sendable {
  public let port: UInt16

  public init(port: UInt16) { self.port = port }

  public struct Answer: Sendable {
    public let status: Int
    public let body: String
  }

  /// GETs a path; blocks the calling thread.
  public func get(_ path: String, timeout: Duration = .seconds(10)) throws -> Answer {
    let url = URL(string: "http://127.0.0.1:\(port)\(path)")!
    let result = Mutex<Result<Answer, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let request = URLRequest(url: url, timeoutInterval: timeout / .seconds(1))
    let task = URLSession.shared.dataTask(with: request) { data, response, error in
      let answer = (response as? HTTPURLResponse).map {
        Answer(status: $0.statusCode, body: String(decoding: data ?? Data(), as: UTF8.self))
      }
      result.withLock { $0 = answer.map { .success($0) } ?? .failure(error ?? URLError(.badServerResponse)) }
      done.signal()
    }
    task.resume()
    guard done.wait(timeout: .now() + timeout / .seconds(1) + 5) == .success else { throw URLError(.timedOut) }
    return try result.withLock { try $0!.get() }
  }

  /// The samples of `/metrics`, by name with labels.
  public func metrics() throws -> Samples { Samples(try get("/metrics").body) }

  public func isReady() -> Bool { (try? get("/readyz").status) == 200 }
}

/// A page of Prometheus text.
public struct Samples: Sendable {
  private let values: [String: Double]

  init(_ text: String) {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let pairs = lines.compactMap { line -> (String, Double)? in
      guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
        return nil
      }
      return (String(line[..<space]), value)
    }
    values = Dictionary(pairs, uniquingKeysWith: { $1 })
  }

  /// The sum of all samples of a name, or of those whose labels hold `label`, as in `status="lost"`.
  public func sum(_ name: String, where label: String = "") -> Double {
    // Foundation finds an empty text nowhere.
    values.filter { ($0.key == name || $0.key.hasPrefix(name + "{")) && (label.isEmpty || $0.key.contains(label)) }
      .reduce(0) { $0 + $1.value }
  }
}
