import Configuration
import Testing

/// A reader of a text called `test.yaml`.
func reader(
  _ yaml: String = "", environment: [String: String] = [:], flags: [(String, String)] = []
) throws -> ConfigurationReader {
  ConfigurationReader(
    file: try ConfigurationFile(text: yaml, name: "test.yaml"), environment: environment,
    overrides: flags.map { ConfigurationOverride(key: $0.0, value: $0.1, flag: "--\($0.0)") })
}

/// What is wrong, one line a problem.
func problems(_ reader: ConfigurationReader) -> [String] {
  do throws(ConfigurationError) {
    try reader.finish()
    return []
  } catch { return error.problems.map(\.description) }
}

/// Why a text is refused.
func refusal(_ yaml: String) -> String? { refusal(Array(yaml.utf8)) }

/// The same of bytes, which reach the parser by a file.
func refusal(_ bytes: [UInt8]) -> String? {
  do {
    let file = try TextFile(bytes)
    _ = try ConfigurationFile(path: file.path)
    return nil
  } catch { return "\(error)".replacing(/^.*\/(?=test\.yaml)/, with: "") }
}
