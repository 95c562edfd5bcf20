/// The version the two programs report.
public enum BrokerVersion {
    public static let text = "0.1.0"
}
