internal import CSodium
private import Synchronization

/// A pool of 64-byte cells of locked memory for keys.
///
/// `sodium_malloc` maps at least four pages a call and changes their protection twice, some 10 µs; a lookup derives
/// hundreds of keys. One slab with guard pages at both ends serves them all. Cells are zeroed when they come back.
///
/// `sodium_malloc` ignores a failed `mlock`: `LockedMemory.status()` reads `VmLck`, and the broker refuses to unseal
/// when it falls short.
final class LockedSlab: Sendable {
    static let cellSize = 64
    /// 6 MiB: what Debian lets a process lock, 8 MiB, less room for the rest.
    static let cellCount = 98_304
    static let shared = LockedSlab()

    private let base: Address
    /// The indexes of free cells, a stack.
    private let free: Mutex<[UInt32]>

    /// An address as a number: it is `Sendable`, and turned into a pointer only where a cell is used.
    struct Address: Sendable {
        let bits: UInt
        var pointer: UnsafeMutableRawPointer {
            guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: bits) else {
                preconditionFailure("the slab lies at a non-null address")
            }
            return unsafe pointer
        }
    }

    private init() {
        Sodium.ready
        guard let memory = unsafe sodium_malloc(Self.cellSize * Self.cellCount) else {
            fatalError("no memory for the key slab")
        }
        // sodium_malloc fills what it gives with a pattern; a cell promises zeros.
        unsafe sodium_memzero(memory, Self.cellSize * Self.cellCount)
        base = Address(bits: UInt(bitPattern: memory))
        free = Mutex((0..<UInt32(Self.cellCount)).reversed())
    }

    /// A zeroed cell, or nil when all are taken: the caller falls back to an allocation of its own.
    func take() -> Address? {
        let cell = free.withLock { $0.popLast() }
        return cell.map { Address(bits: base.bits + UInt($0) * UInt(Self.cellSize)) }
    }

    /// Zeroes the cell and makes it available again.
    func giveBack(_ address: Address) {
        unsafe sodium_memzero(address.pointer, Self.cellSize)
        let cell = UInt32((address.bits - base.bits) / UInt(Self.cellSize))
        free.withLock { $0.append(cell) }
    }

    var cellsInUse: Int { Self.cellCount - free.withLock { $0.count } }
}
