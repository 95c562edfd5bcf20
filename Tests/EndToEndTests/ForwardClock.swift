/// A wall clock that is ahead, for programs started with `wrapper`: what falls due in an hour can be seen at once.
struct ForwardClock {
    /// What to start a program with.
    let wrapper: [String]
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
        let library = try PreloadLibrary(
            "clock", Self.source, sandbox, plan: ("CLOCK_AHEAD_SECONDS", "\(seconds)"))
        (wrapper, environment) = (library.wrapper, library.environment)
    }
}
