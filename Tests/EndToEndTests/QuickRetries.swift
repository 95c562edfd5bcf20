import Foundation

/// The pauses before something is tried again at a target, made short: a library in front of usleep(3).
struct QuickRetries {
    let environment: [String: String]

    private static let source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <time.h>
        #include <unistd.h>

        int usleep(useconds_t microseconds) {
            const char *divisor = getenv("QUICK_DIVISOR");
            long nanoseconds = 1000L * microseconds / (divisor ? atol(divisor) : 1);
            struct timespec pause = {nanoseconds / 1000000000, nanoseconds % 1000000000};
            return nanosleep(&pause, NULL);
        }
        """

    init(_ sandbox: Sandbox) throws {
        environment = try PreloadLibrary("quick", Self.source, sandbox, plan: ("QUICK_DIVISOR", "100")).environment
    }
}
