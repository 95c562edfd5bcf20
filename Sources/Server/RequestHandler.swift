internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// Gathers the requests of one connection, has each answered by a task on the connection's own event loop, and writes
/// the replies in the order of the requests.
///
/// One request is being answered at a time. What a peer sends ahead waits, and no more is read from it meanwhile.
final class RequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart
    typealias Responder = @Sendable (RequestCollector.Outcome) async -> OutgoingReply

    private enum Phase {
        /// No request, or a part of one, has come.
        case reading
        case answering
        /// A reply has not left yet, because the peer does not read: nothing more is taken from it.
        case draining
        /// The last reply has been written, or there will be none.
        case ended
    }

    private let respond: Responder
    private let executor: LoopExecutor
    private let deadline: RequestDeadline
    private var phase = Phase.reading
    private var collector = RequestCollector()
    /// What came while a request was being answered.
    private var ahead = CircularBuffer<HTTPServerRequestPart>()
    private var isReadWithheld = false
    /// Whether the connection goes with the reply under way, or with that to the last request that came whole.
    private var isLast = false
    private var isInputClosed = false

    /// - Parameter limit: how long a connection may take to complete a request. From a request's end to the end of its
    ///   reply the time is ours, not the peer's.
    init(channel: any Channel, limit: TimeAmount, respond: @escaping Responder) {
        executor = LoopExecutor(channel.eventLoop)
        deadline = RequestDeadline(channel: channel, limit: limit)
        self.respond = respond
    }

    func handlerAdded(context: ChannelHandlerContext) { deadline.start() }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        phase = .ended
        ahead.removeAll()
        deadline.end()
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch phase {
        case .reading: take(part, context)
        case .answering, .draining: ahead.append(part)
        case .ended: break
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        guard let outcome = collector.take(part) else { return }
        phase = .answering
        deadline.stop()
        if !outcome.keepsConnection { isLast = true }
        let place = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        Task(executorPreference: executor) { [respond] in
            let reply = await respond(outcome)
            let (handler, context) = place.value
            handler.write(reply, context)
        }
    }

    func read(context: ChannelHandlerContext) {
        if ahead.isEmpty, phase != .draining { context.read() } else { isReadWithheld = true }
    }

    // MARK: - Replies

    private func write(_ reply: OutgoingReply, _ context: ChannelHandlerContext) {
        guard phase == .answering else { return }
        let isLast = isLast || isInputClosed && ahead.isEmpty
        let head = HTTPBridge.head(reply, isLast: isLast)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        guard !isLast else {
            phase = .ended
            // Whoever does not read the last reply does not keep the connection either.
            deadline.start()
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
            return
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        deadline.start()
        // Replies nobody reads would fill the memory: the next request waits until this one has left.
        guard context.channel.isWritable else { return phase = .draining }
        goOn(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if phase == .draining, context.channel.isWritable { goOn(context) }
        context.fireChannelWritabilityChanged()
    }

    /// Takes the next request, of which parts may have come already.
    private func goOn(_ context: ChannelHandlerContext) {
        phase = .reading
        while phase == .reading, let part = ahead.popFirst() { take(part, context) }
        // What is left of a peer that sends no more is a part of a request.
        if phase == .reading, isInputClosed || isLast && collector.isEmpty { return context.close(promise: nil) }
        if isReadWithheld, ahead.isEmpty {
            isReadWithheld = false
            context.read()
        }
    }

    // MARK: - Ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            // A request of which a part has come is still answered.
            if phase == .reading, collector.isEmpty { context.close(promise: nil) } else { isLast = true }
        case ChannelEvent.inputClosed:
            if phase == .answering || phase == .draining {
                isInputClosed = true
            } else if phase == .reading {
                context.close(promise: nil)
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// What cannot be parsed is told so, unless a reply is under way, and the connection goes.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if phase == .reading, error is HTTPParserError {
            let head = HTTPResponseHead(
                version: .http1_1, status: .badRequest, headers: ["connection": "close", "content-length": "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        phase = .ended
        context.close(promise: nil)
    }
}
