import Foundation
import LocalServers

/// A small library in C that stands before functions of the C library, in processes that are started with its environment,
/// and a number that it shares with them, for a test to set while they run.
final class PreloadedLibrary {
  private let folder: TemporaryDirectory
  private let file: FileHandle
  private let variable: String

  static let compiler = ["clang", "cc"].first { ChildCommand.path(of: $0) != nil }

  /// - Parameters:
  ///   - variable: which variable of the environment names the number's file, of eight bytes, the lowest first.
  init(_ name: String, variable: String, source: String) throws {
    self.variable = variable
    folder = try TemporaryDirectory(prefix: "bongsu-\(name)")
    try source.write(toFile: folder.file("library.c"), atomically: true, encoding: .utf8)
    let (library, code) = (folder.file("library.so"), folder.file("library.c"))
    let child = try ChildProcess(
      ChildCommand(Self.compiler ?? "cc", ["-shared", "-fPIC", "-O1", "-o", library, code, "-ldl"]))
    let exit = try child.waitForExit(timeout: .seconds(60))
    try child.waitForOutputEnd()
    guard exit.isSuccess else { throw NeverHappened(description: "a library is compiled: \(child.lines)") }
    _ = FileManager.default.createFile(atPath: folder.file("number"), contents: Data(count: 8))
    file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.file("number")))
  }

  deinit { folder.remove() }

  var environment: [String: String] { ["LD_PRELOAD": folder.file("library.so"), variable: folder.file("number")] }

  /// At once, for all processes.
  func set(_ number: Int64) throws {
    try file.seek(toOffset: 0)
    withUnsafeBytes(of: number.littleEndian) { file.write(Data($0)) }
  }

  /// Of a source: maps the number to `NAME`, a volatile int64_t *, which is null where there is none.
  static func mapping(_ name: String, variable: String) -> String {
    """
    static volatile int64_t *\(name);

    __attribute__((constructor)) static void begin(void) {
      const char *path = getenv("\(variable)");
      int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *map = mmap(0, sizeof *\(name), PROT_READ, MAP_SHARED, file, 0);
      if (map != MAP_FAILED) \(name) = map;
      close(file);
    }
    """
  }
}
