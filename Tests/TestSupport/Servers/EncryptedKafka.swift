import Foundation
public import Kafka
public import LocalServers

/// A Kafka that speaks TLS alone: at its first port to everybody, at a second one to those who log in by SASL PLAIN as
/// `relay` with the password `right`.
public struct EncryptedKafka: Sendable {
  public let server: KafkaServer
  /// Of 127.0.0.1 alone, and its own authority.
  public let certificate: TestCertificate
  /// Another authority's, which has not signed that.
  public let stranger: TestCertificate
  private let loginPort: UInt16
  private let directory: TemporaryDirectory

  public init() throws {
    (certificate, stranger) = (try TestCertificate(), try TestCertificate())
    loginPort = try FreePort.find()
    directory = try TemporaryDirectory(prefix: "bongsu-encrypted")
    let keys = try certificate.write(keyAndCertificateTo: directory.file("broker.pem"))
    server = try KafkaServer(settings: Self.brokerSettings(loginPort, keys: keys, trusted: certificate.file))
  }

  /// - Parameter trusts: the authority whose certificates the client trusts; nil: the right one.
  public func settings(hasLogin: Bool = false, trusts: TestCertificate? = nil) -> KafkaSettings {
    var properties = ["security.protocol": "ssl", "ssl.ca.location": (trusts ?? certificate).file]
    if hasLogin {
      properties.merge([
        "security.protocol": "sasl_ssl", "sasl.mechanism": "PLAIN", "sasl.username": "relay", "sasl.password": "right",
      ]) { $1 }
    }
    return KafkaSettings(
      bootstrapServers: hasLogin ? "127.0.0.1:\(loginPort)" : server.bootstrapServers, properties: properties)
  }

  private static func brokerSettings(_ loginPort: UInt16, keys: String, trusted: String) -> [String] {
    let addresses = "SSL://127.0.0.1:PORT,SASL_SSL://127.0.0.1:\(loginPort)"
    return [
      "listeners=\(addresses),CONTROLLER://127.0.0.1:CONTROLLER_PORT", "advertised.listeners=\(addresses)",
      "inter.broker.listener.name=SSL", "sasl.enabled.mechanisms=PLAIN",
      "listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        + #"user_relay="right";"#,
    ] + TestCertificate.brokerSettings(keys: keys, trusted: trusted)
  }
}

extension TestCertificate {
  /// As Kafka takes them: both in one file, whose name it returns.
  public func write(keyAndCertificateTo path: String) throws -> String {
    let texts = try [keyFile, file].map { try String(contentsOfFile: $0, encoding: .utf8) }
    try texts.joined().write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Lines of server.properties.
  public static func brokerSettings(keys: String, trusted: String) -> [String] {
    [
      "ssl.keystore.type=PEM", "ssl.keystore.location=\(keys)", "ssl.truststore.type=PEM",
      "ssl.truststore.location=\(trusted)",
    ]
  }
}
