import Glibc

/// The account of the person at this device.
enum Account {
    /// Its name as the system knows it, or `me`.
    static var name: String {
        // Called once, from one thread: the entry lies in memory that the next call would overwrite.
        guard let entry = unsafe getpwuid(getuid()), let name = unsafe entry.pointee.pw_name else { return "me" }
        let text = unsafe String(cString: name)
        return text.isEmpty ? "me" : text
    }
}
