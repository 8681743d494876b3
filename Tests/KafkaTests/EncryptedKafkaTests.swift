import Kafka
import Runtime
import TestSupport
import Testing

@Suite("Kafka over TLS", .requires(.kafka))
struct EncryptedKafkaTests {
  @Test("records go there and come back, with a log-in and without", arguments: [false, true])
  func roundTrip(hasLogin: Bool) throws {
    let settings = try SharedServers.encryptedKafka.settings(hasLogin: hasLogin)
    let name = uniqueName("encrypted")
    #expect(try Admin(settings).createTopics([NewTopic(name, partitions: 1)]) == [TopicResult(topic: name, error: nil)])
    let producer = try Producer(settings)
    for number: UInt in 1...100 { try producer.send(name, key: "k", value: "\(number)", token: number) }
    #expect(producer.collect(timeoutMilliseconds: 30_000).filter { $0.error == nil }.count == 100)
    var reading = settings
    reading.properties["enable.partition.eof"] = "true"
    let consumer = try Consumer(reading)
    try consumer.assign([TopicPartition(name, 0): .beginning])
    #expect(try consumer.readToEnd().map(\.value) == (1...100).map(String.init))
  }

  /// What a client hears until it has met an error of the kind.
  private func heard(_ settings: KafkaSettings, until code: KafkaErrorCode) throws -> [KafkaError] {
    let wake = WakeSignal()
    let producer = try Producer(settings, wake: wake)
    var errors: [KafkaError] = []
    producer.onError = { errors.append($0) }
    try producer.send("events", token: 1)
    while !errors.contains(where: { $0.code == code }), Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 20_000) {
      wake.clear()
      #expect(producer.drain { _ in } == 0)
    }
    return errors
  }

  @Test("a broker whose certificate another authority signed is refused, and why", arguments: [false, true])
  func wrongAuthority(hasLogin: Bool) throws {
    let encrypted = try SharedServers.encryptedKafka
    let settings = encrypted.settings(hasLogin: hasLogin, trusts: encrypted.stranger)
    let refusal = try #require(try heard(settings, until: .ssl).first { $0.code == .ssl })
    #expect(refusal.message.contains("certificate verify failed"), "\(refusal)")
    #expect(refusal.disposition == .retry(after: .seconds(10)))
    #expect(!refusal.description.contains("right"))
  }

  @Test("whoever asks in vain is told of the certificate, not of a time-out")
  func explains() throws {
    let encrypted = try SharedServers.encryptedKafka
    let admin = try Admin(encrypted.settings(trusts: encrypted.stranger))
    try eventually("the reason is told") {
      do throws(KafkaError) {
        _ = try admin.explained { (admin) throws(KafkaError) in try admin.metadata(timeoutMilliseconds: 2_000) }
        return false
      } catch {
        return error.code == .ssl && error.message.contains("certificate verify failed")
      }
    }
  }

  @Test("a certificate of another host is refused, though its authority is trusted")
  func wrongHost() throws {
    var settings = try SharedServers.encryptedKafka.settings()
    // The same broker by a name that its certificate does not hold.
    settings.bootstrapServers.replace("127.0.0.1", with: "localhost")
    settings.properties["broker.address.family"] = "v4"
    let refusal = try #require(try heard(settings, until: .ssl).first { $0.code == .ssl })
    #expect(refusal.message.contains("certificate verify failed"), "\(refusal)")
  }

  @Test("a password is refused over TLS as well, and never shown")
  func wrongPassword() throws {
    var settings = try SharedServers.encryptedKafka.settings(hasLogin: true)
    settings.properties["sasl.password"] = "hunter2"
    let errors = try heard(settings, until: .authentication)
    #expect(errors.contains { $0.code == .authentication })
    #expect(!errors.contains { $0.description.contains("hunter2") })
  }
}
