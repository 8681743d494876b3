import CLibPQ
public import PGOutput

/// Which cluster, and where its log stands.
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
  /// For SET TRANSACTION SNAPSHOT; valid until this connection's next command or its end.
  public var snapshotName: String?
}

/// A connection in logical replication mode: a few commands, then a stream. It belongs to one thread.
@safe public final class ReplicationConnection {
  /// Nil once closed; libpq answers nil with a plain error.
  private(set) var handle: OpaquePointer?
  /// The walsender ends a second logical stream at once (PostgreSQL 15), without an error.
  var hasStreamed = false
  /// True while libpq holds no whole frame.
  var isDrained = true
  /// A status that came while the one before it had not gone out.
  var heldStatus: StatusUpdate?

  /// The stream's texts follow the session's settings, which a role or a database may have changed; and a time-out
  /// meant for others would end an exported snapshot. For who reads that snapshot, too.
  public static let session = """
    SET datestyle TO ISO; SET intervalstyle TO postgres; SET extra_float_digits TO 3; SET bytea_output TO hex; \
    SET statement_timeout TO 0; SET lock_timeout TO 0; SET idle_in_transaction_session_timeout TO 0
    """

  public init(_ settings: ConnectionSettings) throws(PostgresError) {
    unsafe handle = try settings.setting("replication", "database").connect()
    try execute(Self.session)
  }

  deinit { close() }

  /// Ends the connection and with it its temporary slots and its snapshot; what is called afterwards throws
  /// `connection`.
  public func close() {
    if let handle = unsafe handle { unsafe PQfinish(handle) }
    unsafe handle = nil
  }

  /// For `poll(2)`; -1 once closed.
  public var socket: Int32 { unsafe PQsocket(handle) }

  /// As 150020 for 15.20.
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

  /// False once the connection was closed or lost.
  public var isUsable: Bool { unsafe PQstatus(handle) == CONNECTION_OK }

  /// Of the server's process for this connection, as in pg_stat_activity.
  public var processID: Int32 { unsafe PQbackendPID(handle) }

  /// Lets another thread end the command that this connection runs.
  public func canceller() throws(PostgresError) -> QueryCanceller { try unsafe QueryCanceller(of: handle) }

  /// Runs a replication command or plain SQL, before or after a stream, and waits for its answer.
  @discardableResult
  public func execute(_ command: String) throws(PostgresError) -> QueryResult {
    try PostgresConnection.check(sql: command)
    guard let result = unsafe PQexec(handle, command) else { throw unsafe PostgresConnection.lost(handle) }
    let answer = unsafe QueryResult(result)
    if let failure = answer.failure { throw failure }
    return answer
  }
}
