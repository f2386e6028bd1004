using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace Weft
{
    /// <summary>A handle of the library, and the number of calls that use it. Disposing closes it; whoever
    /// is the last, a call or the disposing, frees it. Objects with a finalizer are dear to make, so one whose
    /// handle was freed serves for another handle: a turn, which the owner knows, tells them apart.</summary>
    internal sealed class Handle
    {
        private const long Closed = 1L << 31, Turn = 1L << 32;

        /// <summary>Handles of a thread that wait for another array.</summary>
        private sealed class Idle
        {
            internal readonly Handle[] Handles = new Handle[64];
            internal int Count;
        }

        [ThreadStatic] private static Idle idle;

        private readonly Action<IntPtr> release; // null: an array's
        private IntPtr value;
        private long state; // the turn, closed or not, the number of users

        private Handle(Action<IntPtr> release) => this.release = release;

        ~Handle()
        {
            if (value == IntPtr.Zero) return;
            if (release == null) C.weft_tensor_release(value);
            else release(value);
        }

        /// <summary>A handle of an object that its owner frees by Close, and its turn.</summary>
        internal static Handle Of(IntPtr value, Action<IntPtr> release, out long turn)
        {
            Handle handle = new Handle(release) { value = value };
            turn = handle.state;
            return handle;
        }

        /// <summary>The same for an array.</summary>
        internal static Handle OfTensor(IntPtr value, out long turn)
        {
            Idle mine = idle;
            Handle handle = mine != null && mine.Count > 0 ? mine.Handles[--mine.Count] : new Handle(null);
            turn = handle.state;
            handle.value = value;
            return handle;
        }

        /// <summary>The value, which stays valid until Done; ObjectDisposedException where it was closed.
        /// </summary>
        internal IntPtr Acquire(long turn, string what)
        {
            long now;
            do
            {
                now = Volatile.Read(ref state);
                if ((now & ~(Closed - 1)) != turn) throw Gone(what);
            }
            while (Interlocked.CompareExchange(ref state, now + 1, now) != now);
            return value;
        }

        private static Exception Gone(string what) => new ObjectDisposedException(what, what + ": it was closed");

        internal void Done()
        {
            if ((Interlocked.Decrement(ref state) & (Turn - 1)) == Closed) Free();
        }

        internal void Close(long turn)
        {
            long now;
            do
            {
                now = Volatile.Read(ref state);
                if ((now & ~(Closed - 1)) != turn) return;
            }
            while (Interlocked.CompareExchange(ref state, now | Closed, now) != now);
            if (now == turn) Free();
        }

        private void Free()
        {
            IntPtr freed = value;
            value = IntPtr.Zero;
            if (release != null)
            {
                release(freed);
                return;
            }
            C.weft_tensor_release(freed);
            Idle mine = idle ?? (idle = new Idle());
            if (mine.Count == mine.Handles.Length) return;
            Volatile.Write(ref state, (state & ~(Turn - 1)) + Turn);
            mine.Handles[mine.Count++] = this;
        }
    }

    /// <summary>The handle of an object other than an array, with its turn.</summary>
    internal struct Owner
    {
        private readonly Handle handle;
        private readonly long turn;
        private readonly string what;

        internal Owner(IntPtr value, Action<IntPtr> release, string what)
        {
            handle = Handle.Of(value, release, out turn);
            this.what = what;
        }

        /// <summary>Runs a call with the handle; ObjectDisposedException where it was disposed.</summary>
        internal T With<T>(Func<IntPtr, T> call)
        {
            IntPtr value = handle.Acquire(turn, what);
            try
            {
                return call(value);
            }
            finally
            {
                handle.Done();
            }
        }

        internal void Do(Func<IntPtr, int> call) => WeftException.Check(With(call));

        internal void Dispose() => handle.Close(turn);
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
                    handles[count] = tensors[count].Acquire();
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
            while (count > 0) tensors[--count].Done();
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
