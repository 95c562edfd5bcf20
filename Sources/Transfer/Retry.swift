private import Glibc

/// Repeats what may be repeated: a bounded number of times, with a pause before each that grows.
struct Retry {
    private let pausesMilliseconds: [Int]

    init(_ pausesMilliseconds: [Int]) { self.pausesMilliseconds = pausesMilliseconds }

    /// Runs `body` until it returns or throws something that a repetition does not help against.
    func run<R>(_ body: () throws(TransferError) -> R) throws(TransferError) -> R {
        for pause in pausesMilliseconds {
            do throws(TransferError) { return try body() } catch {
                guard error.mayPass else { throw error }
            }
            usleep(UInt32(clamping: pause * 1_000))
        }
        return try body()
    }
}

extension TransferError {
    /// Whether the same may go well a moment later. Not a timeout: it has been waited for long enough.
    var mayPass: Bool {
        switch self {
        case .unreachable, .busy: true
        default: false
        }
    }
}
