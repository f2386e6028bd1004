using System;
using System.Runtime.InteropServices;

namespace Weft
{
    /// <summary>A handle of the library. A call that uses it keeps it, also while another thread disposes
    /// the object.</summary>
    internal sealed class Handle : SafeHandle
    {
        private readonly Action<IntPtr> release;

        internal Handle(IntPtr value, Action<IntPtr> release) : base(IntPtr.Zero, true)
        {
            this.release = release;
            SetHandle(value);
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        protected override bool ReleaseHandle()
        {
            release(handle);
            return true;
        }

        /// <summary>Runs a call with the handle; ObjectDisposedException where it was disposed.</summary>
        internal T With<T>(Func<IntPtr, T> call)
        {
            bool held = false;
            try
            {
                DangerousAddRef(ref held);
                return call(handle);
            }
            finally
            {
                if (held) DangerousRelease();
            }
        }

        internal void Do(Func<IntPtr, int> call) => WeftException.Check(With(call));
    }

    /// <summary>Handles of several arrays that a call holds, in memory that C may read and write.</summary>
    internal sealed class Held : IDisposable
    {
        private readonly Tensor[] tensors;
        private readonly IntPtr[] handles;
        private int count;
        private GCHandle row;

        internal Held(string function, Tensor[] tensors)
        {
            if (tensors == null) throw new ArgumentNullException(function);
            this.tensors = tensors;
            handles = new IntPtr[tensors.Length + 1];
            row = GCHandle.Alloc(handles, GCHandleType.Pinned);
            try
            {
                for (; count < tensors.Length; count++)
                {
                    if (tensors[count] == null)
                        throw new ArgumentException(function + ": array " + count + " is null");
                    bool held = false;
                    tensors[count].Handle.DangerousAddRef(ref held);
                    handles[count] = tensors[count].Handle.DangerousGetHandle();
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal IntPtr All => row.AddrOfPinnedObject();
        internal UIntPtr Count => (UIntPtr)tensors.Length;

        public void Dispose()
        {
            row.Free();
            while (count > 0) tensors[--count].Handle.DangerousRelease();
        }
    }

    /// <summary>Room for handles that a call gives.</summary>
    internal sealed class Given : IDisposable
    {
        private readonly IntPtr[] handles;
        private GCHandle row;

        internal Given(int count)
        {
            handles = new IntPtr[count + 1];
            row = GCHandle.Alloc(handles, GCHandleType.Pinned);
        }

        internal IntPtr All => row.AddrOfPinnedObject();
        internal UIntPtr Count => (UIntPtr)(handles.Length - 1);
        internal IntPtr First => handles[0];

        internal Tensor[] Tensors()
        {
            Tensor[] all = new Tensor[handles.Length - 1];
            for (int i = 0; i < all.Length; i++) all[i] = new Tensor(handles[i]);
            return all;
        }

        public void Dispose() => row.Free();
    }
}
