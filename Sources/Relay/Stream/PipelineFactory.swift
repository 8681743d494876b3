import Kafka
import PGOutput
import Postgres
import Runtime

/// Makes pipelines of one source, each with its topics' limits read and their metadata fetched, so that the first row
/// does not wait for it.
struct PipelineFactory {
  let source: SourceSettings
  let settings: RelaySettings
  let metrics: RelayMetrics

  /// - Parameters:
  ///   - isolateUntil: up to there rows travel singly.
  ///   - readBefore: how far the pipeline before it had read the same server's stream.
  func make(
    _ identity: SystemIdentity, confirmed: LSN, isolateUntil: LSN? = nil, readBefore: StreamPosition? = nil
  ) throws -> Pipeline {
    let made = try Pipeline(
      source, settings, metrics: metrics, wake: WakeSignal(), identity: identity, confirmed: confirmed,
      isolateUntil: isolateUntil, readBefore: readBefore, limits: try limits())
    try checkTopics(made)
    return made
  }

  private func limits() throws -> TopicLimits {
    do {
      return try TopicLimits.read(topics: source.topics, from: settings.kafka)
    } catch let error where error.code == .unknownTopicOrPart {
      throw RelayError.retry(
        .produce, "a topic of \(source.topics.joined(separator: ", ")) is missing; type bongsu topics apply",
        after: .seconds(10))
    } catch {
      throw RelayError(.produce, "Kafka did not tell its topics' limits", cause: error)
    }
  }

  private func checkTopics(_ pipeline: Pipeline) throws {
    for topic in try pipeline.producer.warm(topics: pipeline.topics.map(\.name), timeoutMilliseconds: 5_000) {
      guard let error = topic.error else { continue }
      throw RelayError.retry(
        .produce, "topic \(topic.name) cannot be used (\(error)); create it, or grant the right",
        after: .seconds(10))
    }
  }
}
