// Written by bindings/generate; do not edit.

namespace Weft
{
    /// <summary>The kind of a failure: the status codes of weft.h.</summary>
    public enum Status
    {
        Ok,
        InvalidValue,
        OutOfMemory,
        Unsupported,
        NotFound,
        Internal,
        InvalidType,
        IndexOutOfRange,
        Overflow,
        Io,
        InvalidState,
        Interrupted,
        CheckFailed,
        NoFactorization,
        Disconnected,
    }
}
