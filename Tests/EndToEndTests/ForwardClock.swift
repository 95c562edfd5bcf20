import Foundation
import Testing

/// A wall clock that is ahead, for programs started with `wrapper`: what falls due in an hour can be seen at once.
struct ForwardClock {
    static let compiler = "/usr/bin/cc"
    static var canBeMade: Bool { FileManager.default.isExecutableFile(atPath: compiler) }

    /// What to start a program with.
    var wrapper: [String] { ["/usr/bin/env"] + environment.map { $0.key + "=" + $0.value } }
    let environment: [String: String]

    private static let source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>

        int clock_gettime(clockid_t clock, struct timespec *now) {
            int result = (int)syscall(SYS_clock_gettime, clock, now);
            const char *ahead = getenv("CLOCK_AHEAD_SECONDS");
            if (result == 0 && clock == CLOCK_REALTIME && ahead) now->tv_sec += atol(ahead);
            return result;
        }
        """

    init(_ sandbox: Sandbox, seconds: Int) throws {
        let library = sandbox.folder + "/clock.so"
        let source = try sandbox.write("clock.c", Self.source)
        let made = try sandbox.run(Self.compiler, ["-shared", "-fPIC", "-o", library, source])
        try #require(made.code == 0, "\(made.errorText)")
        environment = ["LD_PRELOAD": library, "CLOCK_AHEAD_SECONDS": "\(seconds)"]
    }
}
