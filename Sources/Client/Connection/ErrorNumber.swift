private import Glibc

/// The values of `errno` that a failed connection is told by.
enum ErrorNumber {
    static let noEntry = ENOENT
    static let refused = ECONNREFUSED
    static let access = EACCES
    static let permission = EPERM
}
