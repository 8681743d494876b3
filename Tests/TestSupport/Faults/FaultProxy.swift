import LocalServers
import Runtime

/// A TCP proxy on the loopback interface that fails on request: it cuts connections after any byte, stops carrying
/// for a while, and refuses new connections. One thread carries everything.
public final class FaultProxy: Sendable {
  /// Which way bytes go.
  public enum Direction: Sendable { case toServer, toClient }

  public let port: UInt16
  private let carrier: Carrier
  private let thread: OwnedThread

  /// Listens on a free port for `target`, a port of 127.0.0.1.
  public init(to target: UInt16) throws {
    port = try FreePort.find()
    let carrier = Carrier(listener: try Socket.listen(on: port), target: target)
    self.carrier = carrier
    thread = OwnedThread(name: "proxy \(port)") { carrier.run() }
  }

  deinit {
    carrier.change { $0.isOver = true }
    thread.join()
  }

  /// Cuts a connection, whichever it is, once `bytes` more have gone that way: in the middle of whatever they are.
  public func cut(after bytes: Int, _ direction: Direction) {
    carrier.change { $0.cut = .init(bytes: bytes, direction: direction) }
  }

  /// Cuts every connection there is.
  public func cutAll() { carrier.change { $0.cutNow = true } }

  /// Carries nothing until `resume`; connections stay open, as with a lost route.
  public func pause() { carrier.change { $0.isPaused = true } }

  public func resume() { carrier.change { $0.isPaused = false } }

  /// Takes what comes that way and passes none of it on, until `letGo` or a cut, by which it is lost; the other way goes on.
  public func hold(_ direction: Direction) { carrier.change { ($0.holds, $0.heldBytes) = (direction, 0) } }

  public func letGo() { carrier.change { $0.holds = nil } }

  /// How many bytes it holds.
  public var heldBytes: Int { carrier.read { $0.heldBytes } }

  /// Closes new connections at once, until told otherwise.
  public func refuse(_ refuses: Bool) { carrier.change { $0.refuses = refuses } }

  /// How many connections were cut by `cut(after:_:)` so far.
  public var cutCount: Int { carrier.read { $0.cutCount } }
}
