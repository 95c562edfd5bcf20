package import Glibc

/// A child process with its output in files. `Foundation.Process` waits by a run loop, which tests that run on the
/// task pool do not have; this waits in the kernel.
package final class Child: Sendable {
    package let identifier: pid_t

    package struct SpawnFailed: Error { package let errno: Int32 }

    /// Starts `arguments[0]`, looked up in the test's own PATH, with exactly `environment`.
    ///
    /// - Parameter error: nil for the same file as `output`.
    package init(
        _ arguments: [String], environment: [String: String], input: String = "/dev/null", output: String,
        error: String?
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if let error {
            unsafe posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // What else is open here would be held open there, a pipe that somebody reads to its end for example.
        for descriptor in 3..<Int32(256) { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }
        var argv: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }
        // Threads of the test's task pool block every signal, and a child would go on doing so.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        let status = unsafe posix_spawnp(&child, arguments[0], &actions, &attributes, &argv, &envp)
        guard status == 0 else { throw SpawnFailed(errno: status) }
        identifier = child
    }

    /// Whether it still runs. Does not take its status.
    package var isRunning: Bool {
        var info = unsafe siginfo_t()
        return unsafe waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT) == 0
            && (unsafe info._sifields._sigchld.si_pid) == 0
    }

    /// Whether a signal made it stand still. Does not take its status.
    package var isStopped: Bool {
        var info = unsafe siginfo_t()
        return unsafe waitid(P_PID, id_t(identifier), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0
            && (unsafe info._sifields._sigchld.si_pid) == identifier
    }

    /// Waits for its end: the exit code, or 128 and the signal that ended it. Call it once.
    package func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) < 0 { guard errno == EINTR else { return -1 } }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    package func send(_ signal: Int32) { kill(identifier, signal) }
}
