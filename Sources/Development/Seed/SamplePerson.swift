/// One of the people that a site is filled with. Everything follows from the number, so that whoever knows it knows what
/// has to reach the person, without asking anybody.
public struct SamplePerson: Sendable, Equatable {
  public struct Device: Sendable, Equatable {
    public let id: Int64
    public let isIOS: Bool
    /// Signed out: nothing is sent to it.
    public let isDisabled: Bool

    /// As long as Apple's own tokens are.
    public var token: String { SamplePerson.hexadecimal(UInt64(id), digits: 64) }
  }

  /// 1 and on; the user's id, too.
  public let number: Int

  public init(_ number: Int) { self.number = number }

  /// One in three reads English, the others Korean.
  public var locale: String { number.isMultiple(of: 3) ? "en-US" : "ko-KR" }
  public var timeZone: String { number.isMultiple(of: 3) ? "America/New_York" : "Asia/Seoul" }
  public var email: String { "person-\(number)@example.com" }
  /// One in five gave none.
  public var phone: String? {
    let digits = "\(number)"
    return number.isMultiple(of: 5) ? nil : "+8210" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Up to three: an iPhone, an Android phone, an old iPhone that was signed out.
  public var devices: [Device] {
    guard !number.isMultiple(of: 17) else { return [] }
    var devices: [Device] = []
    if number % 4 != 1 { devices.append(Device(id: Int64(number) * 4, isIOS: true, isDisabled: false)) }
    if number % 4 != 2 { devices.append(Device(id: Int64(number) * 4 + 1, isIOS: false, isDisabled: false)) }
    if number.isMultiple(of: 23) { devices.append(Device(id: Int64(number) * 4 + 2, isIOS: true, isDisabled: true)) }
    return devices
  }

  /// One in 97 wants nothing at all.
  public var wantsNothing: Bool { number.isMultiple(of: 97) }
  /// One in 11 wants no mail about orders, one in 13 no SMS at all.
  public var wantsMail: Bool { !number.isMultiple(of: 11) }
  public var wantsSMS: Bool { !number.isMultiple(of: 13) }
  /// Mails to one in 41 came back, so that the address is on the suppression list.
  public var mailBounced: Bool { number.isMultiple(of: 41) }

  static func hexadecimal(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
