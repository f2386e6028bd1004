using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Weft
{
    /// <summary>A file in memory, which stays where it is as long as somebody has this object.</summary>
    internal sealed class FileBytes
    {
        private GCHandle pinned;

        internal FileBytes(byte[] bytes) => pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);

        internal IntPtr Address => pinned.AddrOfPinnedObject();

        /// <summary>The function that gives a handle back of an object that reads the file until then.</summary>
        internal static Action<IntPtr> Kept(FileBytes file, Action<IntPtr> release)
        {
            if (file == null) return release;
            return handle =>
            {
                release(handle);
                GC.KeepAlive(file);
            };
        }

        ~FileBytes() => pinned.Free();
    }

    /// <summary>A loaded .weft file. Several threads may use it.</summary>
    public sealed unsafe partial class Model : IDisposable
    {
        private readonly Owner handle;
        private readonly FileBytes file; // null: it is mapped

        private Model(IntPtr handle, FileBytes file = null)
        {
            this.handle = new Owner(handle, FileBytes.Kept(file, C.weft_model_release), nameof(Model));
            this.file = file;
        }

        /// <summary>Maps a file.</summary>
        public static Model Load(string path)
        {
            IntPtr made;
            using (Names file = new Names("path", path))
                WeftException.Check(C.weft_model_load(file.First, (IntPtr)(&made)));
            return new Model(made);
        }

        /// <summary>Reads a file that is in memory; its bytes are copied.</summary>
        public static Model Load(byte[] bytes) => Read((byte[])bytes.Clone());

        /// <summary>Reads what is left of a stream, such as a resource of the program.</summary>
        public static Model Load(Stream stream)
        {
            using (MemoryStream content = new MemoryStream())
            {
                stream.CopyTo(content);
                return Read(content.ToArray());
            }
        }

        private static Model Read(byte[] bytes)
        {
            IntPtr made;
            FileBytes file = new FileBytes(bytes);
            WeftException.Check(C.weft_model_load_memory(file.Address, (UIntPtr)(uint)bytes.Length, (IntPtr)(&made)));
            return new Model(made, file);
        }

        /// <summary>The weights by their names; copies, where the file is in memory.</summary>
        public Dictionary<string, Tensor> Weights => handle.With(model =>
        {
            Dictionary<string, Tensor> all = new Dictionary<string, Tensor>();
            for (ulong i = 0; i < (ulong)C.weft_model_tensor_count(model); i++)
            {
                IntPtr one;
                WeftException.Check(C.weft_model_tensor(model, (UIntPtr)i, (IntPtr)(&one)));
                Tensor array = new Tensor(one);
                if (file != null)
                    using (Tensor lent = array) array = Tensor.OfBytes(lent.Dtype, lent.Shape, lent.ToBytes());
                all[Text.Of(C.weft_model_tensor_name_at(model, (UIntPtr)i))] = array;
            }
            return all;
        });

        /// <summary>Limits what later plans need beside inputs, outputs and states; 0: no limit.</summary>
        public void SetBudget(long bytes, string entry = "forward")
        {
            using (Names name = new Names("entry", entry))
                handle.Do(model => C.weft_model_set_budget(model, name.First, bytes));
        }

        /// <summary>Memory and bindings to run an entry point.</summary>
        public Context Context(string entry = "forward")
        {
            IntPtr made;
            IntPtr place = (IntPtr)(&made);
            using (Names name = new Names("entry", entry))
                handle.Do(model => C.weft_context_create(model, name.First, IntPtr.Zero, UIntPtr.Zero, place));
            return new Context(made, file);
        }

        public void Dispose() => handle.Dispose();
    }

    /// <summary>What an input, an output or a state is. An extent is -1 where a dimension is open.</summary>
    public sealed class Port
    {
        public string Name { get; internal set; }
        public Dtype Dtype { get; internal set; }
        public long[] Shape { get; internal set; }
        public long Bytes { get; internal set; }
    }

    /// <summary>Runs one entry point of a model. Its members exclude each other; several contexts run at the
    /// same time.</summary>
    public sealed unsafe partial class Context : IDisposable
    {
        private readonly Owner handle;
        private readonly object one = new object();
        // What is bound stays where it is as long as the library may read it.
        private readonly Dictionary<int, GCHandle> inputs = new Dictionary<int, GCHandle>();

        internal Context(IntPtr handle, FileBytes file) =>
            this.handle = new Owner(handle, FileBytes.Kept(file, C.weft_context_release), nameof(Context));

        // weft_port
        [StructLayout(LayoutKind.Sequential)]
        private struct RawPort
        {
            internal UIntPtr StructSize;
            internal IntPtr Name;
            internal int Dtype, Rank;
            internal IntPtr Shape;
            internal UIntPtr Bytes;
        }

        private delegate int GetPort(IntPtr context, UIntPtr index, IntPtr port);

        private Port PortOf(GetPort get, int index)
        {
            RawPort raw = default;
            raw.StructSize = (UIntPtr)sizeof(RawPort);
            IntPtr place = (IntPtr)(&raw);
            return handle.With(context =>
            {
                WeftException.Check(get(context, (UIntPtr)(uint)index, place));
                RawPort* port = (RawPort*)place;
                long[] shape = new long[port->Rank];
                if (shape.Length > 0) Marshal.Copy(port->Shape, shape, 0, shape.Length);
                return new Port
                {
                    Name = Text.Of(port->Name), Dtype = (Dtype)port->Dtype, Shape = shape,
                    Bytes = (long)port->Bytes,
                };
            });
        }

        private Port[] Ports(GetPort get, Func<IntPtr, UIntPtr> count)
        {
            lock (one) return Enumerable.Range(0, (int)handle.With(count)).Select(i => PortOf(get, i)).ToArray();
        }

        /// <summary>The inputs.</summary>
        public Port[] Inputs => Ports(C.weft_context_get_input, C.weft_context_inputs);

        /// <summary>The outputs.</summary>
        public Port[] Outputs => Ports(C.weft_context_get_output, C.weft_context_outputs);

        /// <summary>The states, which runs change.</summary>
        public Port[] States => Ports(C.weft_context_get_state, C.weft_context_states);

        /// <summary>The number of an input.</summary>
        public int InputNamed(string name)
        {
            string[] names = Inputs.Select(port => port.Name).ToArray();
            int place = Array.IndexOf(names, name);
            if (place >= 0) return place;
            throw new WeftException(Status.NotFound, "context: there is no input `" + name + "`; there are: "
                + string.Join(", ", names));
        }

        /// <summary>Sets the shape of an input with open dimensions; the input is unbound.</summary>
        public Context SetInputShape(int index, params long[] shape)
        {
            lock (one)
            {
                fixed (long* extents = shape)
                {
                    IntPtr data = (IntPtr)extents;
                    handle.Do(context =>
                        C.weft_context_set_input_shape(context, (UIntPtr)(uint)index, data, shape.Length));
                }
                Unpin(index);
            }
            return this;
        }

        // Gives an input the shape of what is given; the library refuses one that is not the input's.
        private void Take(int index, Port port, long[] shape)
        {
            if (!shape.SequenceEqual(port.Shape)) SetInputShape(index, shape);
        }

        // The input's shape for elements that have none themselves: they set the first dimension if it alone is
        // open.
        private long[] Flat(int index, Port port, long bytes)
        {
            long[] shape = port.Shape;
            if (shape.Length == 0 || (bytes > 0 && bytes == port.Bytes)) return shape;
            Func<int, bool> open = axis => shape[axis] < 0 || handle.With(context =>
                C.weft_context_dimension_at(context, (UIntPtr)(uint)index, axis)) != IntPtr.Zero;
            if (Enumerable.Range(0, shape.Length).Any(i => open(i) != (i == 0))) return shape;
            long row = shape.Skip(1).Aggregate((long)C.weft_dtype_size((int)port.Dtype), (a, b) => a * b);
            if (row == 0 || bytes % row != 0) return shape;
            return shape.Select((extent, i) => i == 0 ? bytes / row : extent).ToArray();
        }

        private void Unpin(int index)
        {
            if (!inputs.TryGetValue(index, out GCHandle pinned)) return;
            pinned.Free();
            inputs.Remove(index);
        }

        /// <summary>Lets every run read this array of C#, without a copy, until another one is bound. An
        /// array of bool cannot stay in place: SetInput copies one. If only the first dimension of the input is
        /// open, the number of elements sets it.</summary>
        public Context BindInput<T>(int index, T[] elements) where T : struct
        {
            lock (one)
            {
                Port port = PortOf(C.weft_context_get_input, index);
                Expect("BindInput", port, Tensor.DtypeOf<T>());
                Take(index, port, Flat(index, port, Buffer.ByteLength(elements)));
                Bind(index, elements, Buffer.ByteLength(elements));
            }
            return this;
        }

        /// <summary>Copies elements to an input, for all runs until it is set again. If only the first dimension
        /// of the input is open, their number sets it.</summary>
        public Context SetInput<T>(int index, T[] elements) where T : struct =>
            SetBytes(index, Tensor.DtypeOf<T>(), null, Tensor.BytesOf(elements));

        /// <summary>Copies an array of the input's dtype and shape; its extents set open dimensions.</summary>
        public Context SetInput(int index, Tensor array) =>
            SetBytes(index, array.Dtype, array.Shape, array.ToBytes());

        private Context SetBytes(int index, Dtype dtype, long[] shape, byte[] bytes)
        {
            lock (one)
            {
                Port port = PortOf(C.weft_context_get_input, index);
                Expect("SetInput", port, dtype);
                Take(index, port, shape ?? Flat(index, port, bytes.Length));
                Bind(index, bytes, bytes.Length);
            }
            return this;
        }

        private void Bind(int index, Array elements, long bytes)
        {
            GCHandle pinned = GCHandle.Alloc(elements, GCHandleType.Pinned);
            try
            {
                IntPtr data = pinned.AddrOfPinnedObject();
                handle.Do(context =>
                    C.weft_context_bind_input(context, (UIntPtr)(uint)index, data, (UIntPtr)(ulong)bytes));
            }
            catch
            {
                pinned.Free();
                throw;
            }
            Unpin(index);
            inputs[index] = pinned;
        }

        private static void Expect(string function, Port port, Dtype given)
        {
            if (port.Dtype != given)
                throw new WeftException(Status.InvalidType, function + ": `" + port.Name + "` is "
                    + port.Dtype.ToString().ToLowerInvariant() + "; got elements of "
                    + given.ToString().ToLowerInvariant());
        }

        /// <summary>A copy of an output after a run.</summary>
        public T[] Output<T>(int index) where T : struct
        {
            lock (one)
            {
                Port port = PortOf(C.weft_context_get_output, index);
                Expect("Output", port, Tensor.DtypeOf<T>());
                return Tensor.ElementsOf<T>(Copy(index, port), port.Dtype);
            }
        }

        private byte[] Copy(int index, Port port)
        {
            byte[] copy = new byte[port.Bytes];
            IntPtr data = IntPtr.Zero;
            IntPtr place = (IntPtr)(&data);
            handle.Do(context => C.weft_context_output_data(context, (UIntPtr)(uint)index, place));
            if (copy.Length > 0) Marshal.Copy(data, copy, 0, copy.Length);
            return copy;
        }

        /// <summary>A copy of an output after a run, as an array.</summary>
        public Tensor OutputTensor(int index)
        {
            lock (one)
            {
                Port port = PortOf(C.weft_context_get_output, index);
                return Tensor.OfBytes(port.Dtype, port.Shape, Copy(index, port));
            }
        }

        /// <summary>A copy of a state.</summary>
        public Tensor State(int index)
        {
            lock (one)
            {
                Port port = PortOf(C.weft_context_get_state, index);
                byte[] bytes = new byte[port.Bytes];
                fixed (byte* data = bytes)
                {
                    IntPtr place = (IntPtr)data;
                    handle.Do(context =>
                        C.weft_context_read_state(context, (UIntPtr)(uint)index, place, (UIntPtr)(ulong)port.Bytes));
                }
                return Tensor.OfBytes(port.Dtype, port.Shape, bytes);
            }
        }

        /// <summary>Writes a state.</summary>
        public Context SetState(int index, Tensor array)
        {
            lock (one)
            {
                Port port = PortOf(C.weft_context_get_state, index);
                Expect("SetState", port, array.Dtype);
                if (!port.Shape.SequenceEqual(array.Shape))
                    throw new WeftException(Status.InvalidValue, "SetState: another shape than that of the state: " + array);
                byte[] bytes = array.ToBytes();
                fixed (byte* data = bytes)
                {
                    IntPtr place = (IntPtr)data;
                    handle.Do(context =>
                        C.weft_context_write_state(context, (UIntPtr)(uint)index, place, (UIntPtr)(uint)bytes.Length));
                }
            }
            return this;
        }

        public void Dispose()
        {
            lock (one)
            {
                handle.Dispose();
                foreach (GCHandle pinned in inputs.Values) pinned.Free();
                inputs.Clear();
            }
            GC.SuppressFinalize(this);
        }

        ~Context()
        {
            // The handle's own finalizer may run later: the library must not read unpinned memory then, and
            // it does not, because nothing runs a context that nobody has.
            foreach (GCHandle pinned in inputs.Values) pinned.Free();
        }
    }
}
