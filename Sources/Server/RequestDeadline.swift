internal import NIOCore

/// Closes a connection that does not complete a request in time, however busily it sends: an idle timer alone would be
/// reset by every byte of a request that never ends.
///
/// One timer a connection looks from time to time whether the moment has come: a timer set and cancelled for each
/// request would cost more than reading the request. Used on the channel's event loop.
final class RequestDeadline {
    private let channel: any Channel
    private let limit: TimeAmount
    /// When the connection closes; nil while the peer is waiting for us.
    private var due: NIODeadline?
    private var timer: Scheduled<Void>?

    init(channel: any Channel, limit: TimeAmount) {
        self.channel = channel
        self.limit = limit
    }

    /// The peer's time begins.
    func start() {
        let due = NIODeadline.now() + limit
        self.due = due
        if timer == nil { look(at: due) }
    }

    /// The peer has done its part.
    func stop() { due = nil }

    /// The connection is gone.
    func end() {
        due = nil
        timer?.cancel()
        timer = nil
    }

    private func look(at moment: NIODeadline) {
        timer = channel.eventLoop.assumeIsolated().scheduleTask(deadline: moment) { [self] in
            let now = NIODeadline.now()
            // A time that begins after this look ends after the next one at the earliest.
            guard let due else { return look(at: now + limit) }
            if due <= now { channel.close(promise: nil) } else { look(at: due) }
        }
    }
}
