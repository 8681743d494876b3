/// A YAML file, read and understood, but not yet asked for anything.
public struct ConfigurationFile {
  /// The largest file that is read.
  public static let largestBytes = 1 << 20

  /// The file's name as given, for messages.
  public let name: String
  /// Where relative paths in it begin.
  let folder: String
  let root: YAMLNode

  /// Reads the file at `path`, at most `largestBytes` of UTF-8. An empty one is a configuration without keys.
  public init(path: String) throws(ConfigurationError) {
    try self.init(Self.bytes(path), name: path)
  }

  /// A file's text from elsewhere; `name` stands for the path in messages.
  public init(text: String, name: String) throws(ConfigurationError) { try self.init(Array(text.utf8), name: name) }

  private init(_ bytes: [UInt8], name: String) throws(ConfigurationError) {
    self.name = name
    folder = FileText.folder(of: name)
    do throws(YAMLFault) {
      root = try YAMLTree.parse(bytes) ?? YAMLNode(mark: YAMLMark(line: 1, column: 1), content: .null)
    } catch {
      let origin = Origin.file(name, line: error.mark.line, column: error.mark.column)
      throw ConfigurationError(ConfigurationProblem(error.code, error.message, at: origin))
    }
    switch root.content {
    case .null, .mapping: return
    default:
      let message = "the file is \(root.kind); it should be a section with keys"
      throw ConfigurationError(ConfigurationProblem(.wrongType, message, at: origin(root.mark)))
    }
  }

  private static func bytes(_ path: String) throws(ConfigurationError) -> [UInt8] {
    do throws(FileText.Fault) {
      return try FileText.read(path, limit: largestBytes)
    } catch {
      throw ConfigurationError(ConfigurationProblem(.unreadable, "cannot read \(path): \(error.reason)"))
    }
  }

  func origin(_ mark: YAMLMark) -> Origin { .file(name, line: mark.line, column: mark.column) }
}
