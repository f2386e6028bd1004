using System;
using System.Runtime.InteropServices;

namespace Weft
{
    /// <summary>Arrays to and from other libraries by DLPack 1, without a copy. What is exchanged is the
    /// address of a DLManagedTensorVersioned.</summary>
    public static unsafe class Dlpack
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void Deleter(IntPtr managed);

        /// <summary>The array for another library. It stays where it is, and alive, until that calls the
        /// deleter; Free does the same.</summary>
        public static IntPtr Export(Tensor array)
        {
            IntPtr made;
            IntPtr handle = array.Acquire();
            try
            {
                WeftException.Check(C.weft_tensor_to_dlpack(handle, (IntPtr)(&made)));
            }
            finally
            {
                array.Done();
            }
            return made;
        }

        /// <summary>An array on the memory of another library, which gets it back when the last array on it
        /// is gone. On failure `managed` is as before.</summary>
        public static Tensor Import(IntPtr managed)
        {
            if (managed == IntPtr.Zero) throw new ArgumentNullException(nameof(managed));
            IntPtr made;
            WeftException.Check(C.weft_tensor_from_dlpack(managed, IntPtr.Zero, (IntPtr)(&made)));
            return new Tensor(made);
        }

        /// <summary>Gives back what Export gave and no other library has taken.</summary>
        public static void Free(IntPtr managed)
        {
            // Behind the version, 8 bytes, and the owner's context.
            IntPtr deleter = Marshal.ReadIntPtr(managed, 8 + IntPtr.Size);
            if (deleter != IntPtr.Zero) Marshal.GetDelegateForFunctionPointer<Deleter>(deleter)(managed);
        }
    }
}
