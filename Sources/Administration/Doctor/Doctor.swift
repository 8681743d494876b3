import Postgres
import Relay

/// Looks at everything that can be wrong between this host, PostgreSQL and Kafka. It changes nothing.
public struct Doctor {
  private let target: DoctorTarget

  public init(_ target: DoctorTarget) { self.target = target }

  /// Blocks until all has been asked.
  public func examine() -> DoctorReport {
    let sources = target.sources.map { DoctorReport.Section("PostgreSQL (\($0.name))", postgres($0)) }
    return DoctorReport(sources + [DoctorReport.Section("Kafka", kafka())])
  }

  private func postgres(_ source: SourceSettings) -> [Finding] {
    do {
      let connection = try PostgresConnection(source.connection)
      let findings = [Finding.ok("connection", "PostgreSQL answers at \(source.connection)"), replication(source)]
      do {
        let facts = try SourceFacts.read(source, connection)
        return findings + SourceCheck.findings(facts, source)
          + ServerCheck.findings(try ServerFacts.read(source, connection), facts, source)
      } catch {
        return findings + [.failure("questions", "PostgreSQL did not answer a question: \(error)", "see its log")]
      }
    } catch {
      return [.failure("connection", "\(error)", ConnectAdvice.text(error, source.connection))]
    }
  }

  private func replication(_ source: SourceSettings) -> Finding {
    do {
      try ReplicationConnection(source.connection).close()
      return .ok("replication", "the user may open a replication connection")
    } catch {
      return .failure("replication", "\(error)", ConnectAdvice.text(error, source.connection))
    }
  }

  private func kafka() -> [Finding] {
    do {
      return KafkaCheck.findings(try KafkaFacts.read(target.kafka, topics: target.topics))
    } catch {
      return [KafkaCheck.unreachable(error)]
    }
  }
}
