import Foundation

/// A disk that fails when it is told to: a library that stands between a program and the kernel's calls for writing and
/// for making durable. Which calls fail is a file that may come and go while the program runs.
struct FaultShim {
    enum Call: String, CaseIterable, Sendable {
        case pwrite, fdatasync
    }

    /// From which call on, counted from 0 since the file was there, on files of which name.
    struct Plan: Sendable {
        let call: Call
        let file: String
        let errno: Int32
        let skip: Int
    }

    let environment: [String: String]
    let wrapper: [String]
    private let path: String

    init(_ sandbox: Sandbox) throws {
        path = sandbox.folder + "/fault-plan"
        let library = try PreloadLibrary("fault", Self.source, sandbox, plan: ("FAULT_PLAN", path))
        (environment, wrapper) = (library.environment, library.wrapper)
    }

    func arm(_ plan: Plan) throws {
        let text = "\(plan.call.rawValue) \(plan.file) \(plan.errno) \(plan.skip)\n"
        // In one piece: the program may look at any moment.
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func disarm() { try? FileManager.default.removeItem(atPath: path) }

    private static let source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <sys/types.h>
        #include <unistd.h>

        static int seen;

        /* The error a call is to fail with, or 0. */
        static int fault(const char *call, int fd) {
            const char *plan = getenv("FAULT_PLAN");
            int before = errno;
            int file = plan ? (int)syscall(SYS_openat, AT_FDCWD, plan, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) {
                __atomic_store_n(&seen, 0, __ATOMIC_SEQ_CST);
                errno = before;
                return 0;
            }
            char text[256], name[64], path[64], target[512], planned[32];
            int code = 0, skip = 0;
            long size = syscall(SYS_read, file, text, sizeof text - 1);
            syscall(SYS_close, file);
            errno = before;
            if (size <= 0) return 0;
            text[size] = 0;
            if (sscanf(text, "%31s %63s %d %d", planned, name, &code, &skip) != 4) return 0;
            if (strcmp(planned, call) != 0) return 0;
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(path, target, sizeof target - 1);
            errno = before;
            if (length <= 0) return 0;
            target[length] = 0;
            const char *last = strrchr(target, '/');
            if (!last || strcmp(last + 1, name) != 0) return 0;
            return __atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST) < skip ? 0 : code;
        }

        static long failed(int code) {
            errno = code;
            return -1;
        }

        ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
            int code = fault("pwrite", fd);
            return code ? failed(code) : syscall(SYS_pwrite64, fd, bytes, count, offset);
        }

        ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
            return pwrite64(fd, bytes, count, offset);
        }

        int fdatasync(int fd) {
            int code = fault("fdatasync", fd);
            return (int)(code ? failed(code) : syscall(SYS_fdatasync, fd));
        }

        int fsync(int fd) {
            int code = fault("fdatasync", fd);
            return (int)(code ? failed(code) : syscall(SYS_fsync, fd));
        }
        """
}
