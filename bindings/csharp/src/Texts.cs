// Written by bindings/generate; do not edit.

using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft
{
    /// <summary>Texts between C#, which has UTF-16, and C.</summary>
    internal static class Text
    {
        // Half a pair of UTF-16 is an error instead of another character.
        internal static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        internal static string Of(IntPtr text)
        {
            if (text == IntPtr.Zero) return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        /// <summary>UTF-8 with a zero behind it.</summary>
        internal static byte[] Bytes(string text, string argument)
        {
            if (text == null) throw new ArgumentNullException(argument);
            if (text.IndexOf('\0') >= 0)
                throw new ArgumentException("a text must not have NUL characters: " + text);
            byte[] bytes = new byte[Utf8.GetByteCount(text) + 1];
            Utf8.GetBytes(text, 0, text.Length, bytes, 0);
            return bytes;
        }
    }

    /// <summary>A text, or several ones, in memory that C may read.</summary>
    internal sealed class Names : IDisposable
    {
        private readonly IntPtr[] texts;
        private GCHandle row;

        internal Names(string argument, params string[] names)
        {
            texts = new IntPtr[names.Length + 1];
            row = GCHandle.Alloc(texts, GCHandleType.Pinned);
            for (int i = 0; i < names.Length; i++)
            {
                byte[] bytes = Text.Bytes(names[i], argument);
                texts[i] = Marshal.AllocHGlobal(bytes.Length);
                Marshal.Copy(bytes, 0, texts[i], bytes.Length);
            }
        }

        internal IntPtr First => texts[0];
        internal IntPtr this[int i] => texts[i];
        internal IntPtr All => row.AddrOfPinnedObject();

        public void Dispose()
        {
            row.Free();
            foreach (IntPtr text in texts) if (text != IntPtr.Zero) Marshal.FreeHGlobal(text);
        }
    }
}
