/// What processes that are started with its environment find when they look up one host: nothing at first, and this
/// machine once a test says so.
public final class HostTable {
  private let library: PreloadedLibrary

  public init(name: String) throws {
    library = try PreloadedLibrary("hosts", variable: "BONGSU_TEST_HOST", source: Self.source(name))
  }

  public var environment: [String: String] { library.environment }

  public func set(isKnown: Bool) throws { try library.set(isKnown ? 1 : 0) }

  private static func source(_ name: String) -> String {
    """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <netdb.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <unistd.h>

    \(PreloadedLibrary.mapping("known", variable: "BONGSU_TEST_HOST"))

    typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
      if (node && !strcmp(node, "\(name)")) {
        if (!known || !*known) return EAI_NONAME;
        node = "127.0.0.1";
      }
      return ((lookup)dlsym(RTLD_NEXT, "getaddrinfo"))(node, service, hints, result);
    }
    """
  }
}
