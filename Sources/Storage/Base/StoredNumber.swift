/// A stored number as the type it was stored from. One that does not fit was not stored by us: throws `corrupt`.
func storedNumber<T: FixedWidthInteger>(
    _ value: Int64, as type: T.Type, _ file: StorageFile
) throws(StorageError) -> T {
    guard let number = T(exactly: value) else { throw .corrupt(file) }
    return number
}
