extension VideoFrame {
    /// Reads the planes where they lie, without a copy: Y, then U and V of half its width and height, rounded up, tightly
    /// packed. The buffer is good within `read` alone.
    public func withUnsafeBytes<Result>(_ read: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) {
            try read(.init(start: .init(bitPattern: UInt(address())), count: Int(byteCount())))
        }
    }
}
