import Foundation

extension LiveFailure {
    /// What went wrong: the code, a message for the developer, and what the code says more.
    public var error: LiveError {
        switch self {
        case .Live(let error): error
        }
    }

    /// What the app can do about it.
    public var code: ErrorCode { error.code }

    /// Whether the very same request may succeed later.
    public var isRetryable: Bool { error.retryable }

    /// Seconds to wait before another try, where the server said so.
    public var retryAfter: TimeInterval? { error.retryAfterMs.map { TimeInterval($0) / 1_000 } }

    /// What the user may be told, in the language of a BCP 47 tag: English, Turkish.
    public func localized(_ language: String) -> String {
        localizedMessage(code: code, language: language)
    }
}
