import Foundation
import GRDB

/// Plain values of a row. GRDB's subscript traps on a type that does not fit and prints the row; these throw.
extension Row {
    func bytes(_ index: Int) throws -> [UInt8] { [UInt8](try decode(Data.self, atIndex: index)) }

    func optionalBytes(_ index: Int) throws -> [UInt8]? {
        try decode(Data?.self, atIndex: index).map { [UInt8]($0) }
    }

    func integer(_ index: Int) throws -> Int64 { try decode(Int64.self, atIndex: index) }

    func text(_ index: Int) throws -> String { try decode(String.self, atIndex: index) }
}

/// How bytes are given to a statement. Foundation stays in this file.
extension Array where Element == UInt8 {
    var databaseBlob: DatabaseValue { Data(self).databaseValue }
}
