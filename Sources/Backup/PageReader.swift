import Archive
import Host
import Storage

/// The pages of a copy, in ascending order.
final class PageReader {
    private let file: FileReader
    private let size: Int
    private var at = 0

    init(_ snapshot: DatabaseSnapshot) throws(BackupFailure) {
        size = snapshot.pageSizeBytes
        do { file = try FileReader(snapshot.path) } catch { throw BackupFailure(error) }
    }

    /// Adds pages that follow on each other.
    func append(_ pages: Range<Int>, to content: inout [UInt8]) throws(BackupFailure) {
        let got: Int
        do throws(HostError) {
            if pages.lowerBound != at { try file.skip(to: Int64(pages.lowerBound) * Int64(size)) }
            got = try file.read(upTo: pages.count * size, onto: &content)
        } catch { throw BackupFailure(error) }
        guard got == pages.count * size else { throw .archive(.malformed("the copy of a database")) }
        at = pages.upperBound
    }

    /// Adds pages with gaps between them, as few reads as there are gaps.
    func append(_ pages: ArraySlice<UInt32>, to content: inout [UInt8]) throws(BackupFailure) {
        var rest = pages
        while let first = rest.popFirst().map({ Int($0) }) {
            var end = first + 1
            while let next = rest.first, Int(next) == end {
                rest.removeFirst()
                end += 1
            }
            try append(first..<end, to: &content)
        }
    }
}

extension BackupFailure {
    init(_ error: HostError) { self = .spool(reason: error.reason, isFull: error.isFullDisk) }
}
