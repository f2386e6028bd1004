using System;

namespace Weft
{
    /// <summary>A call of the library that failed, with the library's text.</summary>
    public sealed class WeftException : Exception
    {
        internal WeftException(Status status, string text) : base(text) => Status = status;

        /// <summary>The kind of the failure.</summary>
        public Status Status { get; }

        /// <summary>Throws where a status is not OK; the text is that of this thread's failure.</summary>
        internal static void Check(int status)
        {
            if (status != 0) throw new WeftException((Status)status, Text.Of(C.weft_last_error()));
        }
    }
}
