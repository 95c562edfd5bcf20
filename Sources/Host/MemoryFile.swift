/// A file in memory, without a name and gone with the value: for libraries that take nothing but a path.
public struct MemoryFile: ~Copyable {
    private let file: Descriptor

    public init(_ contents: [UInt8]) throws(HostError) {
        let memory = try Descriptor(inMemory: ())
        try memory.write(contents)
        file = memory
    }

    /// Where this process, and no other, can open it while the value lives.
    public var path: String { "/proc/self/fd/\(file.number)" }
}
