/// When an answer waits for the disk.
enum SyncPolicy: Sendable {
  /// A produce request is answered, and its records are shown, when they are durable.
  case always
  /// The server syncs every so often; a loss of power may take what came since.
  case interval
  /// The kernel writes when it likes.
  case os
}

/// How one partition is kept. Sizes in bytes, times in milliseconds.
struct PartitionSettings: Sendable {
  var sync = SyncPolicy.always
  /// At most 2^31 - 1, as Kafka's index has it.
  var segmentBytes = 1 << 30
  /// After so many bytes of a segment its indexes get an entry.
  var indexInterval = 4_096
  /// The largest batch.
  var maxMessageBytes = 1_048_588
  /// Older segments go; -1 keeps all.
  var retention: Int64 = 7 * 24 * 3_600_000
  /// Segments go while the rest holds this much; -1 keeps all.
  var retentionBytes = -1
  /// A record may be so much later than the broker's clock: one from far ahead would keep its segment for ever.
  var futureLimit: Int64 = 3_600_000
  /// The time of arrival takes the place of the producer's.
  var stampsAppendTime = false
  /// After so much there is a checkpoint, and a start reads at most so much.
  var checkpointBytes = 128 << 20
  /// A producer that wrote nothing for so long is forgotten.
  var producerExpiry: Int64 = 24 * 3_600_000
}
