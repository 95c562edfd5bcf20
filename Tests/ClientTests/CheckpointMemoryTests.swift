import AccessLog
import Primitives
import Testing

@testable import Client

@Suite struct CheckpointMemoryTests {
    private let leaves = (0..<20).map { Merkle.leafHash([UInt8($0)]) }

    private func node(_ level: Int, _ index: UInt64) -> [UInt8] {
        if level == 0 { return leaves[Int(index)] }
        return Merkle.nodeHash(node(level - 1, index * 2), node(level - 1, index * 2 + 1))
    }

    private func root(_ size: UInt64) -> [UInt8] { Merkle.rangeRoot(0, size, node: node) }
    private func note(_ size: UInt64) -> [UInt8] { Sample.note(size: size, root: root(size)) }

    private func memory(_ folder: ScratchFolder) throws -> CheckpointMemory {
        try CheckpointMemory(folder: folder.file("vault"), logKey: Sample.logKey())
    }

    @Test func `the largest checkpoint is remembered across runs`() throws {
        let folder = try ScratchFolder()
        let first = try memory(folder)
        #expect(first.seen == nil)
        try first.observe(note(5), floor: first.seen)
        try first.observe(note(9), floor: first.seen)
        #expect(first.seen?.checkpoint.size == 9)
        try first.save()
        #expect(try memory(folder).seen == first.seen)
        #expect(try folder.read("vault/checkpoint") == note(9))
        #expect(try folder.mode("vault/checkpoint") == 0o600)
    }

    @Test func `fewer entries than before are a rollback`() throws {
        let folder = try ScratchFolder()
        let memory = try memory(folder)
        try memory.observe(note(9), floor: nil)
        #expect(throws: CheckpointMemory.Problem.rollback(seen: 9, shown: 8)) {
            try memory.observe(note(8), floor: memory.seen)
        }
        #expect(memory.seen?.checkpoint.size == 9)
    }

    @Test func `replies to requests sent side by side may come in any order`() throws {
        let folder = try ScratchFolder()
        let memory = try memory(folder)
        try memory.observe(note(5), floor: nil)
        let floor = memory.seen
        try memory.observe(note(9), floor: floor)
        try memory.observe(note(7), floor: floor)
        #expect(memory.seen?.checkpoint.size == 9)
        #expect(throws: CheckpointMemory.Problem.rollback(seen: 5, shown: 4)) {
            try memory.observe(note(4), floor: floor)
        }
    }

    @Test func `another root of the same size is a fork`() throws {
        let folder = try ScratchFolder()
        let memory = try memory(folder)
        try memory.observe(note(9), floor: nil)
        let other = Sample.note(size: 9, root: root(8))
        #expect(throws: CheckpointMemory.Problem.fork(size: 9)) { try memory.observe(other, floor: memory.seen) }
        #expect(throws: CheckpointMemory.Problem.fork(size: 9)) { try memory.observe(other, floor: nil) }
        try memory.observe(note(9), floor: memory.seen)
    }

    @Test func `a consistency proof is demanded to hold where it is offered`() throws {
        for old in 1...12 as ClosedRange<UInt64> {
            let folder = try ScratchFolder()
            let memory = try memory(folder)
            try memory.observe(note(old), floor: nil)
            let proof = Merkle.consistencyProof(old: old, new: 17, node: node)
            let floor = memory.seen
            var wrong = proof
            wrong[0][0] ^= 1
            #expect(throws: CheckpointMemory.Problem.fork(size: old)) {
                try memory.observe(note(17), floor: floor, proof: wrong)
            }
            #expect(throws: CheckpointMemory.Problem.fork(size: old)) {
                try memory.observe(Sample.note(size: 17, root: root(16)), floor: floor, proof: proof)
            }
            try memory.observe(note(17), floor: floor, proof: proof)
            #expect(memory.seen?.checkpoint.size == 17)
        }
    }

    @Test func `only the log's own key makes a checkpoint`() throws {
        let folder = try ScratchFolder()
        let memory = try memory(folder)
        for note in [Sample.note(size: 5, root: root(5), key: 9), [], Array("x".utf8), note(5).dropLast()] {
            #expect(throws: CheckpointMemory.Problem.checkpoint) { try memory.observe(note, floor: nil) }
        }
        #expect(memory.seen == nil)
    }

    @Test func `a damaged memory is an error, not a new start`() throws {
        let folder = try ScratchFolder()
        let first = try memory(folder)
        try first.observe(note(9), floor: nil)
        try first.save()
        var changed = note(9)
        changed[50] ^= 1
        for bytes in [changed, [], Sample.note(size: 1, root: root(1), key: 9)] {
            try folder.write("vault/checkpoint", bytes)
            #expect(throws: CheckpointMemory.Problem.state(.form)) { _ = try memory(folder) }
        }
    }

    @Test func `saving never replaces what another process saw later`() throws {
        let folder = try ScratchFolder()
        let (first, second) = (try memory(folder), try memory(folder))
        try first.observe(note(5), floor: nil)
        try second.observe(note(9), floor: nil)
        try second.save()
        try first.save()
        #expect(try memory(folder).seen?.checkpoint.size == 9)
    }

    @Test func `two processes that were shown different histories find out when they save`() throws {
        let folder = try ScratchFolder()
        let (first, second) = (try memory(folder), try memory(folder))
        try first.observe(note(9), floor: nil)
        try second.observe(Sample.note(size: 9, root: root(8)), floor: nil)
        try first.save()
        #expect(throws: CheckpointMemory.Problem.fork(size: 9)) { try second.save() }
        #expect(try memory(folder).seen == first.seen)
    }
}
