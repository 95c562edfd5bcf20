import Wire

/// What to do about a signed 401. The broker does not say why it refused, but it says its time; a client whose clock is
/// off tries once more with the broker's.
enum ClockHelp: Equatable {
    /// The clocks agree, as far as they were corrected already: something else is wrong.
    case unrelated
    /// Try once more, with this many seconds added to the own clock.
    case retry(offsetSeconds: Int64)
    /// Too far apart to be corrected silently: a person should look.
    case refuse(offsetSeconds: Int64)

    /// - Parameters:
    ///   - brokerTime: `created` of the verified reply, seconds since 1970.
    ///   - ownTime: when the reply came, by the own clock and without any correction.
    ///   - offset: the seconds that were added to the own clock for the request.
    init(brokerTime: Int64, ownTime: Int64, offset: Int64) {
        let difference = brokerTime - ownTime
        if abs(difference - offset) < ClientLimits.noticeableClockSeconds {
            self = .unrelated
        } else if abs(difference) <= WireLimits.clockHelpSeconds {
            self = .retry(offsetSeconds: difference)
        } else {
            self = .refuse(offsetSeconds: difference)
        }
    }
}
