/// Names in statements, which take no parameters there.
public enum SQLIdentifier {
  /// `name` in double quotes, so that it is taken as it is.
  public static func quoted(_ name: String) -> String { "\"\(doubled("\"", in: name))\"" }

  static func doubled(_ quote: Character, in text: String) -> String {
    String(text.flatMap { $0 == quote ? [$0, $0] : [$0] })
  }
}
