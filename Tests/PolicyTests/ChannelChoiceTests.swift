import NotificationModel
import Policy
import Testing

/// By which channels it goes.
@Suite struct ChannelChoiceTests {
  private func nowhere(_ channels: ChannelChoice?) -> Scene {
    var scene = Scene("news", channels: channels)
    (scene.person.devices, scene.person.phone) = ([], nil)
    return scene
  }

  @Test func `all of several channels are each accounted for`() throws {
    #expect(try Scene("news", channels: .all([.sms, .push])).outcomes() == ["sms 12 sent", "push.ios 13 sent"])
    #expect(
      try nowhere(.all([.push, .sms, .email])).outcomes() == [
        "push.ios u1 NO_ADDRESS", "sms u1 NO_ADDRESS", "email 11 sent",
      ])
  }

  @Test func `by preference it goes by every channel that there is a text and an address for`() throws {
    var scene = nowhere(nil)
    #expect(try scene.outcomes() == ["email 11 sent"])
    scene.person.devices = [Scene.device(13, .ios)]
    #expect(try scene.outcomes() == ["push.ios 13 sent", "email 11 sent"])
    scene.audience.templates["hello"] = CompiledTemplates(Array(Scene.hello.prefix(2)))
    #expect(try scene.outcomes() == ["push.ios 13 sent"])
    scene.request.template = nil
    scene.request.content = MessageContent(email: EmailContent(subject: "Hi", text: "Hello"))
    #expect(try scene.outcomes() == ["email 11 sent"])
  }

  @Test func `who has no address at all is told once, also when named twice`() throws {
    var scene = nowhere(nil)
    scene.audience.templates["hello"] = CompiledTemplates(Array(Scene.hello.prefix(2)))
    #expect(try scene.outcomes() == ["push.ios u1 NO_ADDRESS"])
    scene.request.to = [.user(1), .user(1), .email("a@example.com")]
    #expect(try scene.outcomes() == ["push.ios u1 NO_ADDRESS", "push.ios r2 NO_ADDRESS"])
  }

  @Test func `an address of another channel is none for this one`() throws {
    let scene = Scene("news", to: [.email("a@example.com")], channels: .all([.sms, .email]))
    #expect(try scene.outcomes() == ["sms r0 NO_ADDRESS", "email r0 sent"])
  }

  // MARK: The first of several

  @Test func `it goes by the first channel that can be, to all of its devices`() throws {
    var scene = Scene("news", channels: .firstOf([.push, .sms, .email]))
    scene.person.devices.append(Scene.device(14, .android))
    #expect(try scene.outcomes() == ["push.ios 13 sent", "push.android 14 sent"])
    scene.person.devices[0].disabledAt = scene.now
    #expect(try scene.outcomes() == ["push.ios 13 DEVICE_DISABLED", "push.android 14 sent"])
    scene.request.channels = .firstOf([.email, .push])
    #expect(try scene.outcomes() == ["email 11 sent"])
  }

  @Test func `it falls back where nobody is reached or wants to be`() throws {
    var scene = Scene("news", channels: .firstOf([.push, .sms, .email]))
    scene.choices.channels[.push] = false
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT", "sms 12 sent"])
    scene.audience.suppressions[.phone("+821012340001")] = AddressSuppression(reason: "stop")
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT", "sms 12 SUPPRESSED_ADDRESS", "email 11 sent"])
    scene.choices.channels[.email] = false
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT", "sms 12 SUPPRESSED_ADDRESS", "email 11 OPTED_OUT"])
    #expect(
      try nowhere(.firstOf([.push, .sms, .email])).outcomes() == [
        "push.ios u1 NO_ADDRESS", "sms u1 NO_ADDRESS", "email 11 sent",
      ])
  }

  @Test func `a channel that is put off is taken, and there is no falling back from it`() throws {
    var scene = Scene("sale", channels: .firstOf([.push, .email])).agreed()
    scene.now = time("2026-11-24T22:00:00+09:00")
    #expect(try scene.outcomes() == ["push.ios 13 NIGHT 2026-11-24T23:00:00.000Z"])
  }

  @Test func `one who falls back does not make the others`() throws {
    var scene = Scene("news", to: [.user(1), .user(2)], channels: .firstOf([.push, .sms]))
    scene.audience.users[2] = Scene.person(2)
    scene.person.devices = []
    #expect(try scene.outcomes() == ["push.ios u1 NO_ADDRESS", "sms 12 sent", "push.ios 23 sent"])
  }

  @Test func `what is for later falls back as well, as only what waits is sent then`() throws {
    var scene = Scene("news", channels: .firstOf([.push, .sms]))
    scene.request.deliverAt = Timestamp("2026-11-25T03:00:00Z")
    let until = "SCHEDULED 2026-11-25T03:00:00.000Z"
    #expect(try scene.outcomes() == ["push.ios 13 \(until)"])
    scene.choices.channels[.push] = false
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT", "sms 12 \(until)"])
    scene.choices.channels[.push] = nil
    scene.person.devices[0].disabledAt = scene.now
    #expect(try scene.outcomes() == ["push.ios 13 DEVICE_DISABLED", "sms 12 \(until)"])
  }

  @Test func `an address that the event reaches already needs no falling back`() throws {
    let scene = Scene("news", to: [.email("u1@example.com"), .user(1)], channels: .firstOf([.email, .sms]))
    #expect(try scene.outcomes() == ["email r0 sent", "email 11 DUPLICATE"])
  }
}
