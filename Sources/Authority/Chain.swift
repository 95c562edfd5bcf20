/// Stub
public enum Chain { public static let longest = 4 }
