import Foundation

/// Ids as people give them to a command.
public enum Identifier {
  /// A UUID in small letters.
  public static func uuid(_ text: String) throws(AdministrationError) -> String {
    guard let id = UUID(uuidString: text) else {
      throw AdministrationError(
        .invalidArgument,
        "'\(text.prefix(60))' is no id: an event's or a delivery's is a UUID, as 0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10")
    }
    return id.uuidString.lowercased()
  }

  /// A user's id.
  public static func user(_ text: String) throws(AdministrationError) -> Int64 {
    guard let id = Int64(text), id > 0 else {
      throw AdministrationError(.invalidArgument, "'\(text.prefix(60))' is no user's id: that is a number from 1 on")
    }
    return id
  }

  /// A row's of `notification.dead_letter`, as `bongsu dlq list` prints it.
  public static func deadLetter(_ text: String) throws(AdministrationError) -> Int64 {
    guard let id = Int64(text), id > 0 else {
      throw AdministrationError(
        .invalidArgument, "'\(text.prefix(60))' is no dead letter's id: that is a number, as bongsu dlq list prints it")
    }
    return id
  }
}
