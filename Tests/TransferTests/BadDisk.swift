import Foundation
import TestSupport

@testable import Transfer

/// OpenSSH's SFTP server on a disk that changes the last byte of everything written to it: a library stands between the
/// server and write(2).
struct BadDisk {
    private static let server = "/usr/lib/openssh/sftp-server"
    private static let compiler = "/usr/bin/cc"

    static let canBeMade: Bool = {
        if [server, compiler].allSatisfy(FileManager.default.isExecutableFile) { return true }
        print("skipped: there is no C compiler or no sftp-server, so a disk that lies is not tried")
        return false
    }()

    /// For `ForceCommand`.
    let serverCommand: String
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder()
        try scratch.write("bad.c", Array(Self.source.utf8))
        try Tool.run(
            Self.compiler, ["-shared", "-fPIC", "-O1", "-o", scratch.file("bad.so"), scratch.file("bad.c")])
        serverCommand = "/usr/bin/env LD_PRELOAD=\(scratch.file("bad.so")) \(Self.server)"
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        /* Replies go to a pipe or socket and pass. */
        ssize_t write(int fd, const void *bytes, size_t count) {
            struct stat status;
            if (count == 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
                return syscall(SYS_write, fd, bytes, count);
            unsigned char *copy = malloc(count);
            memcpy(copy, bytes, count);
            copy[count - 1] ^= 1;
            ssize_t written = syscall(SYS_write, fd, copy, count);
            free(copy);
            return written;
        }
        """
}
