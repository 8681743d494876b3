import CLibPQ
public import PGOutput

/// Which cluster and where its log stands.
public struct SystemIdentity: Sendable, Equatable {
  public var systemID: String
  public var timeline: Int
  public var position: LSN
  public var database: String
}

/// What CREATE_REPLICATION_SLOT answers.
public struct CreatedSlot: Sendable, Equatable {
  public var name: String
  /// The stream holds every transaction that commits after this position, and the snapshot those before.
  public var consistentPoint: LSN
  /// For SET TRANSACTION SNAPSHOT; valid until the connection's next command.
  public var snapshotName: String?
}

/// A connection in logical replication mode: a few commands, then a stream. It belongs to one thread.
@safe public final class ReplicationConnection {
  let handle: OpaquePointer

  public init(_ settings: ConnectionSettings) throws(PostgresError) {
    unsafe handle = try settings.setting("replication", "database").connect()
    unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
  }

  deinit { unsafe PQfinish(handle) }

  /// For poll(2); it changes with a reconnect, which is a new object.
  public var socket: Int32 { unsafe PQsocket(handle) }

  /// Runs a replication command or a plain SQL statement.
  @discardableResult
  public func execute(_ command: String) throws(PostgresError) -> QueryResult {
    guard let result = unsafe PQexec(handle, command) else { throw unsafe PostgresConnection.lost(handle) }
    let answer = unsafe QueryResult(result)
    if let failure = answer.failure { throw failure }
    return answer
  }

  public func identifySystem() throws(PostgresError) -> SystemIdentity {
    let answer = try execute("IDENTIFY_SYSTEM")
    guard answer.rowCount == 1, let id = answer[0, 0], let timeline = answer[0, 1].flatMap({ Int($0) }),
      let position = answer[0, 2].flatMap({ LSN($0) })
    else { throw PostgresError(.unexpectedAnswer, "IDENTIFY_SYSTEM gave no row") }
    return SystemIdentity(systemID: id, timeline: timeline, position: position, database: answer[0, 3] ?? "")
  }

  public enum Snapshot: String, Sendable { case export, nothing }

  public func createSlot(
    _ name: String, isTemporary: Bool, snapshot: Snapshot
  ) throws(PostgresError) -> CreatedSlot {
    let quoted = try ReplicationNames.slot(name)
    let answer = try execute(
      "CREATE_REPLICATION_SLOT \(quoted)\(isTemporary ? " TEMPORARY" : "") LOGICAL pgoutput "
        + "(SNAPSHOT '\(snapshot.rawValue)')")
    guard let point = answer[0, 1].flatMap({ LSN($0) }) else {
      throw PostgresError(.unexpectedAnswer, "CREATE_REPLICATION_SLOT gave no position")
    }
    return CreatedSlot(name: name, consistentPoint: point, snapshotName: answer[0, 2])
  }

  /// Begins the stream at `from`, or at what the slot has confirmed when that is later.
  public func startReplication(slot: String, from: LSN, publications: [String]) throws(PostgresError) {
    let command =
      "START_REPLICATION SLOT \(try ReplicationNames.slot(slot)) LOGICAL \(from) (proto_version '1', "
      + "publication_names \(try ReplicationNames.publications(publications)), messages 'true')"
    let answer = try execute(command)
    guard answer.status == PGRES_COPY_BOTH else {
      throw PostgresError(.unexpectedAnswer, "START_REPLICATION began no stream")
    }
    unsafe PQsetnonblocking(handle, 1)
  }
}
