internal import Wire

/// How far a rotation has come.
struct RotationProgress {
    let rotation: KeyRotation
    /// Wraps, records or customers.
    var done = 0
    var total = 0
}
