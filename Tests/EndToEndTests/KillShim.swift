import Foundation

/// A kill at a chosen sync: a library that ends the program, as `kill -9` does, right before the n-th call that would make
/// something durable, counted since a file is there. It says which file that was.
struct KillShim {
    let wrapper: [String]
    private let path: String

    /// - Parameter name: tells the plans of several programs apart.
    init(_ sandbox: Sandbox, name: String = "kill") throws {
        path = sandbox.folder + "/\(name)-plan"
        wrapper = try PreloadLibrary(name, Self.source, sandbox, plan: ("KILL_PLAN", path)).wrapper
    }

    /// Lets so many syncs pass.
    ///
    /// - Parameter file: counts the syncs of files of this name only. What else is synced now and then, by the clock or
    ///   beside it, moves a place among all syncs.
    func arm(after syncs: Int, of file: String = "") throws {
        try? FileManager.default.removeItem(atPath: path + ".at")
        try Data("\(syncs) \(file)".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// The name of the file whose sync never came; nil when the program lived.
    func disarm() -> String? {
        try? FileManager.default.removeItem(atPath: path)
        return FileManager.default.contents(atPath: path + ".at").map {
            URL(fileURLWithPath: String(decoding: $0, as: UTF8.self)).lastPathComponent
        }
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static int seen;

        static void pass(int fd) {
            const char *plan = getenv("KILL_PLAN");
            int before = errno;
            int file = plan ? (int)syscall(SYS_openat, AT_FDCWD, plan, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) {
                __atomic_store_n(&seen, 0, __ATOMIC_SEQ_CST);
                errno = before;
                return;
            }
            char text[64], path[64], target[512], name[512];
            long size = syscall(SYS_read, file, text, sizeof text - 1);
            syscall(SYS_close, file);
            errno = before;
            if (size <= 0) return;
            text[size] = 0;
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            long length = readlink(path, target, sizeof target - 1);
            target[length > 0 ? length : 0] = 0;
            errno = before;
            const char *wanted = strchr(text, ' '), *last = strrchr(target, '/');
            if (wanted && wanted[1] && strcmp(last ? last + 1 : target, wanted + 1) != 0) return;
            if (__atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST) < atoi(text)) return;
            snprintf(name, sizeof name, "%s.at", plan);
            int mark = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
            if (length > 0) syscall(SYS_write, mark, target, length);
            kill(getpid(), SIGKILL);
            for (;;) pause();
        }

        int fdatasync(int fd) {
            pass(fd);
            return (int)syscall(SYS_fdatasync, fd);
        }

        int fsync(int fd) {
            pass(fd);
            return (int)syscall(SYS_fsync, fd);
        }
        """
}
