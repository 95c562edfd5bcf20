internal import CHost
private import Glibc

/// What the process does to itself before it touches a secret.
public enum ProcessHardening {
    /// `umask 077`, no core dumps, not dumpable, crash signals at their default action: Swift's backtracer prints
    /// register memory, and a vault's memory holds names and keys.
    public static func apply() throws(HostError) {
        umask(0o077)
        guard coffer_harden_process() == 0 else { throw HostError.last("prctl", nil) }
    }
}

/// Who is at the other end of a Unix socket, as the kernel tells it.
public struct PeerCredentials: Equatable, Sendable {
    public let processID: Int32
    public let userID: UInt32
    public let groupID: UInt32

    public init(processID: Int32, userID: UInt32, groupID: UInt32) {
        (self.processID, self.userID, self.groupID) = (processID, userID, groupID)
    }

    public init(socket: Int32) throws(HostError) {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        var gid: UInt32 = 0
        guard unsafe coffer_peer_credentials(socket, &pid, &uid, &gid) == 0 else {
            throw HostError.last("getsockopt", nil)
        }
        self.init(processID: pid, userID: uid, groupID: gid)
    }
}

/// Process-wide settings that a test or a daemon sets around one step.
public enum FileModeMask {
    /// Sets the mask and returns the one before.
    @discardableResult
    public static func set(_ mask: UInt32) -> UInt32 { umask(mask) }
}

/// The service manager, when there is one.
public enum ServiceManager {
    /// Tells it that the broker answers. Failures are ignored: the broker serves all the same.
    public static func notifyReady() { unsafe _ = coffer_notify("READY=1") }
}

/// What is done about swap space that is not encrypted. Key memory is locked, but replies are not.
public struct Swap: Sendable {
    /// The kernel's list of active swap areas.
    public static let kernelListing = "/proc/swaps"

    /// Where the active swap areas are listed.
    public let listing: String
    /// Whether the owner of the machine accepts that pages may reach a disk in clear.
    public let isAccepted: Bool

    public init(listing: String = Swap.kernelListing, isAccepted: Bool = false) {
        (self.listing, self.isAccepted) = (listing, isAccepted)
    }

    /// Whether an active swap area may write pages to a disk in clear. Where there is no listing the kernel has no
    /// swap.
    public var mayLeak: Bool { unsafe coffer_swap_in_use(listing) == 1 }

    public static let remedy =
        "turn it off (swapoff -a) or encrypt it (crypttab with /dev/urandom, or zram); cofferd --allow-swap accepts it"
}

/// The end of the process.
public enum ProcessExit {
    /// Ends at once, without running what is registered for an orderly end.
    public static func now(_ code: Int32) -> Never { _exit(code) }
}
