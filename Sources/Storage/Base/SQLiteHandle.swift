/// A connection, as the calls into C want it. Whoever made it outlives every user.
@safe struct SQLiteHandle {
    @unsafe let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
}
