import Testing

extension Tag {
  /// Starts a JVM or writes much.
  @Tag static var slow: Self
}
