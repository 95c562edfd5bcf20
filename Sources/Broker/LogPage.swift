internal import CanonicalJSON
internal import Storage
internal import Turnstile
internal import Wire

/// Cores of the log as they are shown, oldest first: as many as a reply holds.
struct LogPage {
    let cores: [JSONValue]
    /// The entries that were looked at; where the reader goes on.
    let looked: Range<UInt64>
}

extension OpenVault {
    /// A few of the largest entries fill a page, and subjects and evidence are read with the cores.
    private static let entriesAtOnce: UInt64 = 32

    /// A page of the cores of these entries, without those that are purged or not wanted.
    ///
    /// - Parameter newestFirst: at which end of the range the page is; it is ordered from old to new all the same.
    func page(
        of range: Range<UInt64>, newestFirst: Bool = false, where isWanted: ([UInt8]) -> Bool = { _ in true }
    ) throws(RequestRefusal) -> LogPage {
        var cores: [JSONValue] = []
        var (left, bytes) = (range, 0)
        filling: while !left.isEmpty {
            let batch = newestFirst ? left.suffix(Self.entriesAtOnce) : left.prefix(Self.entriesAtOnce)
            let entries = try stored { () throws(StorageError) in try reader.entries(batch) }
            for entry in newestFirst ? entries.reversed() : entries {
                if let core = entry.core, isWanted(core) {
                    // One of them fits always, and its comma.
                    guard bytes + core.count < WireLimits.pageBytes else { break filling }
                    guard let value = try? JSONValue.parse(core, limits: .message) else {
                        throw .integrity("a log entry")
                    }
                    bytes += core.count + 1
                    cores.append(value)
                }
                left = newestFirst ? left.lowerBound..<entry.seq : entry.seq + 1..<left.upperBound
            }
        }
        let looked = newestFirst ? left.upperBound..<range.upperBound : range.lowerBound..<left.lowerBound
        return LogPage(cores: newestFirst ? cores.reversed() : cores, looked: looked)
    }
}

extension Range<UInt64> {
    fileprivate func prefix(_ count: UInt64) -> Self { lowerBound..<Swift.min(lowerBound + count, upperBound) }
    fileprivate func suffix(_ count: UInt64) -> Self {
        upperBound - Swift.min(count, upperBound - lowerBound)..<upperBound
    }
}
