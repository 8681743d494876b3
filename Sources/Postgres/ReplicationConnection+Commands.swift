import CLibPQ
public import PGOutput

extension ReplicationConnection {
  /// What becomes of the snapshot that stands at a new slot's beginning.
  public enum Snapshot: String, Sendable { case export, nothing }

  public func identifySystem() throws(PostgresError) -> SystemIdentity {
    let answer = try execute("IDENTIFY_SYSTEM")
    guard answer.rowCount == 1, answer.columnCount >= 4, let id = answer[0, 0],
      let timeline = answer[0, 1].flatMap({ Int($0) }), let position = answer[0, 2].flatMap({ LSN($0) })
    else { throw PostgresError(.unexpectedAnswer, "IDENTIFY_SYSTEM gave no row") }
    return SystemIdentity(systemID: id, timeline: timeline, position: position, database: answer[0, 3] ?? "")
  }

  /// Makes a slot for pgoutput. The server first waits for the transactions that are running to end.
  public func createSlot(
    _ name: String, isTemporary: Bool, snapshot: Snapshot
  ) throws(PostgresError) -> CreatedSlot {
    let quoted = try ReplicationNames.slot(name)
    let answer = try execute(
      "CREATE_REPLICATION_SLOT \(quoted)\(isTemporary ? " TEMPORARY" : "") LOGICAL pgoutput "
        + "(SNAPSHOT '\(snapshot.rawValue)')")
    guard answer.rowCount == 1, answer.columnCount >= 3, let point = answer[0, 1].flatMap({ LSN($0) }) else {
      throw PostgresError(.unexpectedAnswer, "CREATE_REPLICATION_SLOT gave no position")
    }
    return CreatedSlot(name: name, consistentPoint: point, snapshotName: answer[0, 2])
  }

  /// Drops a slot; one that is being streamed from is refused with 55006.
  public func dropSlot(_ name: String) throws(PostgresError) {
    try execute("DROP_REPLICATION_SLOT \(try ReplicationNames.slot(name))")
  }

  /// Begins the stream, one for each connection, of pgoutput version 1 at `from`, or at what the slot has confirmed
  /// when that is later. From here on nothing waits: `poll` on `socket`, `consumeInput`, and `nextFrame` until it would
  /// block.
  /// - Throws: `.undefinedObject` for a missing slot, `.objectInUse` for a busy one,
  ///   `.unmetPrerequisite` for a lost one. A missing publication is refused only when the first
  ///   transaction comes.
  public func startReplication(slot: String, from: LSN, publications: [String]) throws(PostgresError) {
    guard !hasStreamed else {
      throw PostgresError(.connection, "this connection has had its stream; a new stream needs a new connection")
    }
    let command =
      "START_REPLICATION SLOT \(try ReplicationNames.slot(slot)) LOGICAL \(from) (proto_version '1', "
      + "publication_names \(try ReplicationNames.publications(publications)), messages 'true')"
    guard try execute(command).status == PGRES_COPY_BOTH else {
      throw PostgresError(.unexpectedAnswer, "START_REPLICATION began no stream")
    }
    hasStreamed = true
    guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw unsafe PostgresConnection.lost(handle) }
  }
}
