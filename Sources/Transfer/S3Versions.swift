/// A page of the versions of a bucket (`GET ?versions`). Delete markers are not in it.
struct S3Versions: Equatable {
    struct Version: Hashable {
        let key: String
        let id: String
        let sizeBytes: Int64
    }

    /// By key; those of one key from the newest to the oldest.
    let versions: [Version]
    /// Delete markers, whose ids a removal needs.
    let markers: [Version]
    /// Where the next page begins; nil on the last one.
    let next: (key: String, id: String)?

    init(_ bytes: [UInt8]) throws(TransferError) {
        guard let tree = XMLTree(bytes), tree.name == "ListVersionsResult" else { throw .protocol("listing") }
        versions = try tree.all("Version").map { (element) throws(TransferError) in
            try Self.version(element, sizeBytes: element["Size"].flatMap { Int64($0.text) })
        }
        markers = try tree.all("DeleteMarker").map { (element) throws(TransferError) in
            try Self.version(element, sizeBytes: 0)
        }
        guard tree["IsTruncated"]?.text == "true" else {
            next = nil
            return
        }
        guard let key = tree["NextKeyMarker"]?.text, !key.isEmpty else { throw .protocol("listing") }
        next = (key, tree["NextVersionIdMarker"]?.text ?? "")
    }

    private static func version(_ element: XMLTree, sizeBytes: Int64?) throws(TransferError) -> Version {
        guard let key = element["Key"]?.text, let sizeBytes, sizeBytes >= 0 else { throw .protocol("listing") }
        let id = element["VersionId"]?.text ?? ""
        guard id.utf8.count <= 1_024 else { throw .protocol("listing") }
        return Version(key: key, id: id.isEmpty ? unversioned : id, sizeBytes: sizeBytes)
    }

    /// What S3 calls the version of an object that has none.
    static let unversioned = "null"

    static func == (left: S3Versions, right: S3Versions) -> Bool {
        left.versions == right.versions && left.markers == right.markers && left.next?.key == right.next?.key
            && left.next?.id == right.next?.id
    }
}
