import Kafka
import PGOutput

/// Turns a row into a record's key, value and headers, in buffers that are used again.
struct RecordWriter: ~Copyable {
  private var scanner = HeaderScanner()
  private var headers = RecordHeaders()
  private var commitText: [UInt8] = []
  private var committedAtText: [UInt8] = []
  private var ordinalText: [UInt8] = []
  private let routes: [(type: [UInt8], topic: ProducerTopic)]
  private let defaultTopic: ProducerTopic

  init(routes: [(type: [UInt8], topic: ProducerTopic)], defaultTopic: ProducerTopic) {
    self.routes = routes
    self.defaultTopic = defaultTopic
  }

  /// A transaction's commit is in the headers of all its rows: its text is made once.
  mutating func begin(_ transaction: StreamTracker.Transaction) {
    commitText = Array(transaction.commit.description.utf8)
    committedAtText = PostgresTime.format(transaction.committedAt)
  }

  func topic(_ body: RawSpan, _ row: RowLayout) -> ProducerTopic {
    guard !routes.isEmpty, let range = row.aggregateType else { return defaultTopic }
    let type = body.extracting(range)
    for route in routes where route.type.rawBytes.isEqual(to: type) { return route.topic }
    return defaultTopic
  }

  /// Fills the headers and produces. Kafka's refusal and a `headers` column that is no JSON object are errors; the
  /// row was then not taken.
  mutating func produce(
    _ body: RawSpan, _ row: RowLayout, ordinal: Int, with producer: Producer, token: UInt
  ) throws(Refusal) {
    headers.removeAll()
    add("id", body, row.id)
    add("type", body, row.type)
    add("aggregatetype", body, row.aggregateType)
    if let range = row.headers { try addOwn(body.extracting(range)) }
    Decimal.write(ordinal, to: &ordinalText)
    addPosition()
    let key: RawSpan? = if let range = row.aggregateID { body.extracting(range) } else { nil }
    let value: RawSpan? = if let range = row.payload { body.extracting(range) } else { nil }
    do {
      try producer.produce(topic(body, row), key: key, value: value, headers: &headers, token: token)
    } catch {
      throw .kafka(error)
    }
  }

  enum Refusal: Error {
    case kafka(KafkaError)
    case headers(HeaderScanner.Fault)
  }

  private mutating func addPosition() {
    let (commit, ordinal, committedAt) = (commitText, ordinalText, committedAtText)
    headers.add("lsn", commit.rawBytes)
    headers.add("ordinal", ordinal.rawBytes)
    headers.add("committed_at", committedAt.rawBytes)
  }

  private mutating func add(_ name: StaticString, _ body: RawSpan, _ range: Range<Int>?) {
    if let range { headers.add(name, body.extracting(range)) }
  }

  private mutating func addOwn(_ text: RawSpan) throws(Refusal) {
    // The scanner leaves for the call, as its closure changes the headers beside it.
    var scanner = HeaderScanner()
    swap(&scanner, &self.scanner)
    defer { swap(&scanner, &self.scanner) }
    do {
      try scanner.scan(text) { name, value in
        if !ReservedHeader.contains(name) { headers.add(name, value) }
      }
    } catch {
      throw .headers(error)
    }
  }
}

enum Decimal {
  /// Replaces `out` by the digits of a number that is not negative.
  static func write(_ number: Int, to out: inout [UInt8]) {
    out.removeAll(keepingCapacity: true)
    var rest = number
    repeat {
      out.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    out.reverse()
  }
}
