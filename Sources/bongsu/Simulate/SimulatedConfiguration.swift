import ProviderSimulators

/// What makes workers call the stand-ins.
struct SimulatedConfiguration {
  let authorityFile: String

  func text(_ apns: APNsSimulator, _ fcm: FCMSimulator, _ sms: [SMSSimulator], _ smtp: SMTPSimulator) -> String {
    """
    # For bongsu worker, which calls the stand-ins by it. Made anew with each start of bongsu simulate.
    apns:
      teamID: \(APNsSimulator.teamID)
      keyID: \(APNsSimulator.keyID)
      keyFile: apns-key.p8
      production: \(apns.url)
      sandbox: \(apns.url)
      authorityFile: \(authorityFile)
    fcm:
      serviceAccountFile: firebase.json
      endpoint: \(fcm.url)
      authorityFile: \(authorityFile)
    sms:
      authorityFile: \(authorityFile)
      # Those first by which a delivery can be told in what they are sent.
      vendors:
    \(sms.map(vendor).joined(separator: "\n"))
    email:
      via: smtp
      from: noreply@bongsu.example
      smtp:
        host: localhost
        port: \(smtp.port)
        user: \(SMTPSimulator.user)
        passwordFile: smtp-password
        authorityFile: \(authorityFile)

    """
  }

  private func vendor(_ sms: SMSSimulator) -> String {
    let secret =
      switch sms.vendor {
      case .solapi: "apiSecretFile"
      case .nhn, .sens: "secretKeyFile"
      case .twilio: "secretFile"
      }
    let lines =
      ["- vendor: \(sms.vendor.rawValue)", "  host: \(sms.url)", "  \(secret): sms-secret"] + account(sms.vendor)
    return lines.map { "    " + $0 }.joined(separator: "\n")
  }

  private func account(_ vendor: SMSSimulator.Vendor) -> [String] {
    let korean = ["  sender: \"\(SMSSimulator.sender)\"", "  title: 알림"]
    return switch vendor {
    case .solapi: ["  apiKey: \(SMSSimulator.accessKey)"] + korean
    case .nhn: ["  appKey: \(SMSSimulator.appKey)"] + korean
    case .sens: ["  serviceID: \(SMSSimulator.serviceID)", "  accessKey: \(SMSSimulator.accessKey)"] + korean
    case .twilio: ["  accountSID: \(SMSSimulator.accountSID)", "  sender: \"\(SMSSimulator.twilioSender)\""]
    }
  }
}
