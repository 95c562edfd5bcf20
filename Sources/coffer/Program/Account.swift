import Host

/// The account of the person at this device.
enum Account {
    /// Its name, or `me` where the environment does not tell.
    static var name: String {
        let names = ["LOGNAME", "USER"].lazy.compactMap(Environment.value)
        return names.first { !$0.isEmpty } ?? "me"
    }
}
