/// Who takes part: the ceiling, the baseline and the relay.
enum Contender: String, CaseIterable {
  case recvlogical, cLoop, relay

  var title: String {
    switch self {
    case .recvlogical: "pg_recvlogical"
    case .cLoop: "bare C loop"
    case .relay: "bongsu relay"
    }
  }

  /// How its figures' names begin.
  var figure: String {
    switch self {
    case .recvlogical: "recvlogical"
    case .cLoop: "c_loop"
    case .relay: "relay"
    }
  }

  /// - Parameter end: where `pg_recvlogical` ends by itself; the others run until they are stopped.
  func command(_ setting: Setting, slot: String, topic: String, end: String = "0/0") -> [String] {
    switch self {
    case .recvlogical:
      [
        setting.postgresPrograms + "/pg_recvlogical", "-d", setting.conninfo, "-S", slot, "--start", "--no-loop",
        "-o", "proto_version=1", "-o", "publication_names=\(Outbox.publication)", "--endpos", end, "-f", "/dev/null",
      ]
    case .cLoop:
      [setting.relayLoop, setting.conninfo, slot, Outbox.publication, setting.bootstrapServers, topic]
    case .relay:
      [
        setting.bongsu, "relay", "--dsn", setting.conninfo, "--slot", slot, "--publication", Outbox.publication,
        "--bootstrap-servers", setting.bootstrapServers, "--topic", topic, "--listen", "127.0.0.1:0",
      ]
    }
  }
}
