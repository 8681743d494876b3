public import Configuration
import HTTPTransfer
import Signing

extension APNsSettings {
  /// Reads the section `apns`:
  /// - `teamID` and `keyID` (ten capital letters and digits) and `key` (secret, or `keyFile`: the `.p8` file), all needed.
  /// - `production` and `sandbox` (URLs): Apple's.
  /// - `expiration` (time, 7d; at most 30d): how long APNs keeps what a phone that is off has not got.
  /// - `sound` (text, default; none is silent).
  /// - `connections` (number, 4), `timeout` (time, 30s), `authorityFile` (path): see `HTTPClientSettings`.
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let section = root.section("apns")
    let team = section.identifier("teamID")
    let keyID = section.identifier("keyID")
    let key = section.signingKey("key", .p256)
    for (name, isThere) in [("teamID", team != nil), ("keyID", keyID != nil), ("key", key != nil)]
    where !isThere && !section.isSet(name) && !section.isSet("\(name)File") {
      section.reportMissing(name)
    }
    self.init(teamID: team ?? "", keyID: keyID ?? "", key: key ?? "")
    readRest(section)
    if team == nil || keyID == nil || key == nil { return nil }
  }

  /// Reads the section for what is wrong in it alone, on a machine that may have no such worker.
  public static func check(root: ConfigurationReader) {
    let section = root.section("apns")
    _ = (section.identifier("teamID"), section.identifier("keyID"), section.signingKey("key", .p256))
    var settings = APNsSettings(teamID: "", keyID: "", key: "")
    settings.readRest(section)
  }

  private mutating func readRest(_ section: ConfigurationReader) {
    production = section.endpoint("production", default: production)
    sandbox = section.endpoint("sandbox", default: sandbox)
    expiration = section.duration("expiration", in: .zero...(.seconds(30 * 86_400)), default: expiration)
    let sound = section.string("sound", default: "default")
    self.sound = sound == "none" ? nil : sound
    client.read(section)
  }
}

extension ConfigurationReader {
  /// Ten capital letters and digits, as Apple gives them out.
  fileprivate func identifier(_ key: String) -> String? {
    string(key, expected: "ten capital letters and digits, as Apple shows it") {
      $0.utf8.count == 10 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
  }
}
