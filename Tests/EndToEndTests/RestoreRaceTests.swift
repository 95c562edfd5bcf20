import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// A restore that stands still between making its folder and locking it.
    @Suite(.enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a library that stops a program"))
    struct RestoreRaceTests {
        @Test func `a folder that is taken for one left behind is made again`() throws {
            let shop = try BackupShop(rows: 0)
            try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.destroy()
            let plan = try shop.sandbox.write("stop-plan", "")
            let library = try PreloadLibrary("stop", Self.source, shop.sandbox, plan: ("STOP_PLAN", plan))
            let first = try Child(
                library.wrapper + [Sandbox.binaries + "/coffer"] + (try shop.restoreArguments(from: ["stick"])),
                environment: shop.sandbox.environment, output: shop.sandbox.folder + "/first",
                error: shop.sandbox.folder + "/first.error")
            for _ in 0..<2_000 where first.isRunning && !first.isStopped { usleep(5_000) }
            try #require(first.isStopped)
            let made = try shop.unfinished()
            #expect(made.count == 1 && !FileManager.default.fileExists(atPath: made[0] + "/lock"))
            let second = try shop.restore(from: ["stick"])
            #expect(second.code == 0, "\(second.errorText)")
            #expect(try shop.unfinished().isEmpty, "the other one took it for one that was left behind")
            try FileManager.default.removeItem(atPath: shop.sandbox.vault)
            first.send(SIGCONT)
            let code = first.wait()
            let error = try String(contentsOfFile: shop.sandbox.folder + "/first.error", encoding: .utf8)
            #expect(code == 0, "\(error)")
            #expect(try shop.unfinished() == [])
            #expect(FileManager.default.fileExists(atPath: shop.sandbox.vault + "/vault.seal"))
            shop.broker.stop()
        }

        private static let source = """
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <signal.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <unistd.h>

            int mkdir(const char *path, mode_t mode) {
                int made = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
                const char *plan = getenv("STOP_PLAN");
                if (made == 0 && plan && strstr(path, ".new-") && unlink(plan) == 0) raise(SIGSTOP);
                return made;
            }
            """
    }
}
