import Testing

@testable import Primitives

struct SecretBytesTests {
    @Test(arguments: [0, 1, 32, 63, 64, 65, 100, 4_096, 5_000])
    func `bytes come out as they went in, in the slab and outside`(count: Int) {
        let secret = SecretBytes(copying: ramp(count))
        #expect(secret.count == count)
        #expect(secret.exposeBytes() == ramp(count))
        #expect(secret.clone().exposeBytes() == ramp(count))
        let seen = secret.withBytes { span in
            (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
        #expect(seen == ramp(count))
    }

    @Test func `moving bytes in empties the source`() {
        var source = ramp(48)
        let secret = SecretBytes(wiping: &source)
        #expect(source.isEmpty)
        #expect(secret.exposeBytes() == ramp(48))
    }

    @Test func `slices and joins`() {
        let secret = SecretBytes(copying: ramp(64))
        #expect(secret.slice(0..<32).exposeBytes() == Array(ramp(64)[..<32]))
        #expect(secret.slice(32..<64).exposeBytes() == Array(ramp(64)[32...]))
        #expect(secret.slice(10..<10).exposeBytes() == [])
        #expect(secret.slice(0..<32).appending(secret.slice(32..<64)).exposeBytes() == ramp(64))
        #expect(secret.appending(secret).exposeBytes() == ramp(64) + ramp(64))
    }

    @Test func `equality is that of the bytes`() {
        let secret = SecretBytes(copying: ramp(32))
        let same = secret.equals(SecretBytes(copying: ramp(32)))
        #expect(same)
        for place in 0..<32 {
            var other = ramp(32)
            other[place] ^= 1
            let equal = secret.equals(SecretBytes(copying: other))
            #expect(!equal)
        }
        let shorter = secret.equals(SecretBytes(copying: ramp(31)))
        #expect(!shorter)
    }

    @Test func `random secrets differ`() {
        var seen: Set<[UInt8]> = []
        for _ in 0..<1_000 { seen.insert(SecretBytes.random(count: 32).exposeBytes()) }
        #expect(seen.count == 1_000)
        #expect(SecretBytes.random(count: 0).exposeBytes() == [])
    }

    /// In processes of their own: the slab is shared, and other tests use it at the same time.
    @Test func `a cell of the slab is zeroed when its secret goes, and is used again`() async {
        await #expect(processExitsWith: .success) {
            let address = addressOfDroppedSecret()
            let before = LockedSlab.shared.cellsInUse
            let found = unsafe UnsafeRawBufferPointer(start: address.pointer, count: LockedSlab.cellSize)
            precondition(unsafe found.allSatisfy { $0 == 0 }, "the cell is zeroed")
            let next = SecretBytes(copying: ramp(1))
            precondition(unsafe UInt(bitPattern: next.pointer) == address.bits, "the cell is given out again")
            precondition(next.exposeBytes() == [0])
            precondition(LockedSlab.shared.cellsInUse == before + 1)
        }
    }

    @Test func `a full slab gives way to separate allocations`() async {
        await #expect(processExitsWith: .success) {
            var cells: [LockedSlab.Address] = []
            while let cell = LockedSlab.shared.take() { cells.append(cell) }
            precondition(cells.count == LockedSlab.cellCount)
            precondition(Set(cells.map(\.bits)).count == LockedSlab.cellCount, "no cell is given out twice")
            let secret = SecretBytes(copying: ramp(32))
            precondition(secret.exposeBytes() == ramp(32))
            for cell in cells { LockedSlab.shared.giveBack(cell) }
            precondition(LockedSlab.shared.cellsInUse == 0)
        }
    }

    @Test func `concurrent use neither loses nor shares cells`() async {
        await withTaskGroup(of: Bool.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for round in 0..<2_000 {
                        let pattern = [UInt8](repeating: UInt8(worker * 16 + round % 16), count: 64)
                        let first = SecretBytes(copying: pattern)
                        let second = first.clone()
                        guard first.exposeBytes() == pattern, second.exposeBytes() == pattern else { return false }
                    }
                    return true
                }
            }
            for await intact in group { #expect(intact) }
        }
    }

    @Test func `cells that nobody has used yet are zeroed too`() {
        // More than other tests hold at once, so that most of these come fresh from the allocator.
        let cells = (0..<4_000).compactMap { _ in LockedSlab.shared.take() }
        let isZero = cells.allSatisfy { cell in
            unsafe UnsafeRawBufferPointer(start: cell.pointer, count: LockedSlab.cellSize).allSatisfy { $0 == 0 }
        }
        cells.forEach(LockedSlab.shared.giveBack)
        #expect(cells.count == 4_000 && isZero)
    }

    @Test func `misuse traps`() async {
        await #expect(processExitsWith: .failure) { _ = SecretBytes.random(count: 32).slice(1..<33) }
        await #expect(processExitsWith: .failure) { _ = SecretBytes.random(count: 32).slice(-1..<3) }
        await #expect(processExitsWith: .failure) { _ = SecretBytes.random(count: -1) }
        await #expect(processExitsWith: .failure) { _ = SecretBytes.random(count: SecretBytes.maximumCount + 1) }
    }

    @Test func `writing past a large secret hits a guard page`() async {
        await #expect(processExitsWith: .failure) {
            let secret = SecretBytes.random(count: 4_096)
            unsafe secret.mutablePointer[4_096] = 1
        }
    }

    @Test func `a buffer gives what was gathered and forgets it on request`() {
        for capacity in [0, 10, 64, 5_000] {
            var buffer = SecretBuffer(capacity: capacity)
            for size in [capacity / 3, 0, capacity - capacity / 3] {
                let before = buffer.count
                unsafe buffer.append(Array(ramp(capacity)[before..<(before + size)]).span.bytes)
            }
            #expect(buffer.count == capacity && buffer.room == 0)
            #expect(buffer.withBytes { content($0) } == ramp(capacity))
            buffer.removeAll()
            #expect(buffer.count == 0 && buffer.room == capacity)
            #expect(buffer.withBytes { content($0) } == [])
            #expect(buffer.everything == [UInt8](repeating: 0, count: capacity))
        }
    }

    @Test func `a buffer does not grow`() async {
        await #expect(processExitsWith: .failure) {
            var buffer = SecretBuffer(capacity: 10)
            unsafe buffer.append([UInt8](repeating: 1, count: 6).span.bytes)
            unsafe buffer.append([UInt8](repeating: 1, count: 5).span.bytes)
        }
    }

    private func content(_ span: RawSpan) -> [UInt8] {
        (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }

    @Test func `the slab is locked, or its status says that it is not`() {
        let status = LockedMemory.status()
        #expect(status.neededBytes == LockedSlab.cellSize * LockedSlab.cellCount && status.neededBytes < 8 << 20)
        #expect(status.suffices == (status.lockedBytes >= status.neededBytes))
    }

    @Test func `constant-time comparison compares`() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal(ramp(32), ramp(32)))
        #expect(!ConstantTime.equal(ramp(32), ramp(31)))
        for place in 0..<32 {
            var other = ramp(32)
            other[place] ^= 0x80
            #expect(!ConstantTime.equal(ramp(32), other))
        }
    }

    @Test func `random bytes come in the number asked for`() {
        for count in [0, 1, 16, 1_000] { #expect(Random.bytes(count).count == count) }
        #expect(Random.bytes(32) != Random.bytes(32))
    }
}

/// Outside the test's closure, so that the secret is gone when it returns.
private func addressOfDroppedSecret() -> LockedSlab.Address {
    let secret = SecretBytes(copying: [UInt8](repeating: 0xA5, count: 64))
    return LockedSlab.Address(bits: unsafe UInt(bitPattern: secret.pointer))
}
