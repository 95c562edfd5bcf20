#if canImport(Glibc)
    private import Glibc
#endif

/// Whether the kernel really keeps the key memory out of swap.
public enum LockedMemory {
    public struct Status: Equatable, Sendable {
        /// Bytes the process has locked (`VmLck` of `/proc/self/status`).
        public let lockedBytes: Int
        /// Bytes the key slab needs.
        public let neededBytes: Int
        public var suffices: Bool { lockedBytes >= neededBytes }
    }

    /// Touches the slab, then reads `VmLck`. `sodium_malloc` does not report a failed `mlock`, this does.
    public static func status() -> Status {
        _ = LockedSlab.shared
        return Status(lockedBytes: lockedBytes(), neededBytes: LockedSlab.cellSize * LockedSlab.cellCount)
    }

    private static func lockedBytes() -> Int {
        guard let file = unsafe fopen("/proc/self/status", "re") else { return 0 }
        defer { unsafe _ = fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix("VmLck:") else { continue }
            let digits = text.utf8.filter { (0x30...0x39).contains($0) }
            return (Int(String(decoding: digits, as: UTF8.self)) ?? 0) * 1_024
        }
        return 0
    }
}
