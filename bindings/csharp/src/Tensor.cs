using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft
{
    /// <summary>An array: a reference, which the collector gives back, or Dispose at once. While one thread
    /// writes an array, no other may use it.</summary>
    public sealed unsafe partial class Tensor : IDisposable
    {
        private readonly Handle handle;
        private readonly long turn;

        internal Tensor(IntPtr value) => handle = Handle.OfTensor(value, out turn);

        /// <summary>The handle, which stays valid until Done.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal IntPtr Acquire() => handle.Acquire(turn, nameof(Tensor));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Done() => handle.Done();

        private T With<T>(Func<IntPtr, T> call)
        {
            IntPtr value = Acquire();
            try
            {
                return call(value);
            }
            finally
            {
                Done();
            }
        }

        private void Do(Func<IntPtr, int> call) => WeftException.Check(With(call));

        private static readonly Dictionary<Type, Dtype> Types = new Dictionary<Type, Dtype>
        {
            [typeof(bool)] = Dtype.Bool, [typeof(byte)] = Dtype.Uint8, [typeof(sbyte)] = Dtype.Int8,
            [typeof(short)] = Dtype.Int16, [typeof(ushort)] = Dtype.Uint16, [typeof(int)] = Dtype.Int32,
            [typeof(uint)] = Dtype.Uint32, [typeof(long)] = Dtype.Int64, [typeof(ulong)] = Dtype.Uint64,
            [typeof(float)] = Dtype.Float32, [typeof(double)] = Dtype.Float64,
        };

        internal static Dtype DtypeOf<T>() where T : struct =>
            Types.TryGetValue(typeof(T), out Dtype dtype) ? dtype
                : throw new WeftException(Status.InvalidType, "no dtype has elements of " + typeof(T).Name);

        /// <summary>Copies elements in row-major order; their type decides the dtype. No shape: one axis.
        /// </summary>
        public static Tensor Of<T>(T[] elements, params long[] shape) where T : struct
        {
            if (shape.Length == 0) shape = new long[] { elements.Length };
            long count = shape.Aggregate(1L, (a, b) => a * b);
            if (count != elements.Length)
                throw new WeftException(Status.InvalidValue, "Tensor.Of: the shape (" + string.Join(", ", shape)
                    + ") has " + count + " elements; got " + elements.Length);
            return OfBytes(DtypeOf<T>(), shape, BytesOf(elements));
        }

        /// <summary>The bytes of an array of numbers or bools.</summary>
        internal static byte[] BytesOf(Array elements)
        {
            byte[] bytes = new byte[Buffer.ByteLength(elements)];
            Buffer.BlockCopy(elements, 0, bytes, 0, bytes.Length);
            return bytes;
        }

        /// <summary>The elements that have these bytes.</summary>
        internal static T[] ElementsOf<T>(byte[] bytes, Dtype dtype) where T : struct
        {
            T[] elements = new T[bytes.Length / (int)C.weft_dtype_size((int)dtype)];
            Buffer.BlockCopy(bytes, 0, elements, 0, bytes.Length);
            return elements;
        }

        /// <summary>An array from the bytes of its elements.</summary>
        public static Tensor OfBytes(Dtype dtype, long[] shape, byte[] bytes)
        {
            long wanted = shape.Aggregate((long)C.weft_dtype_size((int)dtype), (a, b) => a * b);
            if (wanted != bytes.Length)
                throw new WeftException(Status.InvalidValue, "Tensor.OfBytes: the shape needs " + wanted
                    + " bytes; got " + bytes.Length);
            fixed (byte* data = bytes) return Create(dtype, shape, (IntPtr)data);
        }

        /// <summary>An array of zeros.</summary>
        public static Tensor Zeros(Dtype dtype, params long[] shape) => Create(dtype, shape, IntPtr.Zero);

        private static Tensor Create(Dtype dtype, long[] shape, IntPtr data)
        {
            IntPtr made;
            fixed (long* extents = shape)
                WeftException.Check(C.weft_tensor_create((int)dtype, shape.Length, (IntPtr)extents, data, (IntPtr)(&made)));
            return new Tensor(made);
        }

        /// <summary>The type of the elements.</summary>
        public Dtype Dtype => (Dtype)With(C.weft_tensor_dtype);

        /// <summary>The extents.</summary>
        public long[] Shape => With(x =>
        {
            long[] shape = new long[C.weft_tensor_rank(x)];
            if (shape.Length > 0) Marshal.Copy(C.weft_tensor_shape(x), shape, 0, shape.Length);
            return shape;
        });

        /// <summary>The number of elements.</summary>
        public long Size => With(C.weft_tensor_elements);

        /// <summary>The bytes of the elements, in row-major order.</summary>
        public byte[] ToBytes()
        {
            byte[] bytes = new byte[Size * (long)C.weft_dtype_size((int)Dtype)];
            byte nothing;
            fixed (byte* first = bytes)
            {
                IntPtr data = (IntPtr)(bytes.Length == 0 ? &nothing : first);
                Do(x => C.weft_tensor_read(x, data, (UIntPtr)(uint)bytes.Length));
            }
            return bytes;
        }

        /// <summary>The elements in row-major order. T must be the array's type.</summary>
        public T[] ToArray<T>() where T : struct
        {
            if (DtypeOf<T>() != Dtype)
                throw new WeftException(Status.InvalidType, "Tensor.ToArray: elements are wanted as "
                    + DtypeOf<T>() + "; the array has " + Dtype);
            return ElementsOf<T>(ToBytes(), Dtype);
        }

        /// <summary>The only element as a number.</summary>
        public double Item()
        {
            if (Size != 1)
                throw new WeftException(Status.InvalidValue, "Tensor.Item: expected one element; got " + Size);
            using (Tensor wide = Ops.Cast(this, Dtype.Float64))
            using (Tensor large = Ops.GreaterEqual(Ops.Abs(wide), (double)(1L << 53)))
            {
                if (large.ToArray<bool>()[0] && (Dtype == Dtype.Int64 || Dtype == Dtype.Uint64))
                    throw new WeftException(Status.InvalidValue, "Item: a double has all whole numbers below 2^53; got "
                        + this + ": take ToArray");
                return wide.ToArray<double>()[0];
            }
        }

        /// <summary>Computes the gradients of this array into the leaves.</summary>
        public void Backward() => Autograd.Backward(this);

        public static Tensor operator +(Tensor a, Operand b) => Ops.Add(a, b);
        public static Tensor operator -(Tensor a, Operand b) => Ops.Subtract(a, b);
        public static Tensor operator *(Tensor a, Operand b) => Ops.Multiply(a, b);
        public static Tensor operator /(Tensor a, Operand b) => Ops.Divide(a, b);
        public static Tensor operator +(Tensor a, Tensor b) => Ops.Add(a, b);
        public static Tensor operator -(Tensor a, Tensor b) => Ops.Subtract(a, b);
        public static Tensor operator *(Tensor a, Tensor b) => Ops.Multiply(a, b);
        public static Tensor operator /(Tensor a, Tensor b) => Ops.Divide(a, b);
        public static Tensor operator +(Operand a, Tensor b) => Ops.Add(a, b);
        public static Tensor operator -(Operand a, Tensor b) => Ops.Subtract(a, b);
        public static Tensor operator *(Operand a, Tensor b) => Ops.Multiply(a, b);
        public static Tensor operator /(Operand a, Tensor b) => Ops.Divide(a, b);
        public static Tensor operator -(Tensor a) => Ops.Negative(a);

        /// <summary>The same elements in another shape; one extent may be -1.</summary>
        public Tensor Reshape(params long[] shape) => Ops.Reshape(this, shape);

        /// <summary>The part from start to before end along an axis.</summary>
        public Tensor Slice(int axis, long start, long end)
        {
            long[] size = Shape;
            if (axis < 0 || axis >= size.Length || start < 0 || end < start || end > size[axis])
                throw new WeftException(Status.IndexOutOfRange, "Slice: axis " + axis + " of ("
                    + string.Join(", ", size) + ") has no part " + start + " to " + end);
            long[] begin = new long[size.Length];
            begin[axis] = start;
            size[axis] = end - start;
            return Ops.Slice(this, begin, size, size.Select(_ => 1L).ToArray());
        }

        /// <summary>Frees the array now; using it later is an ObjectDisposedException.</summary>
        public void Dispose() => handle.Close(turn);

        /// <summary>Dtype, shape and up to 100 elements.</summary>
        public override string ToString() =>
            "Tensor(" + Dtype + ", (" + string.Join(", ", Shape) + ")" + Values() + ")";

        // The elements as text, where C# has a type for them.
        private string Values()
        {
            Type kind = Types.FirstOrDefault(pair => pair.Value == Dtype).Key;
            if (kind == null || Size > 100) return "";
            try
            {
                Array all = Array.CreateInstance(kind, Size);
                byte[] bytes = ToBytes();
                Buffer.BlockCopy(bytes, 0, all, 0, bytes.Length);
                CultureInfo culture = CultureInfo.InvariantCulture;
                return ", [" + string.Join(", ", all.Cast<object>().Select(x => Convert.ToString(x, culture))) + "]";
            }
            catch (WeftException)
            {
                return ""; // the content is not there, as in a trace
            }
        }

        /// <summary>Writes named arrays to a safetensors file in one step.</summary>
        public static void Save(string path, IDictionary<string, Tensor> arrays)
        {
            using (Names file = new Names("path", path))
            using (Names names = new Names("arrays", arrays.Keys.ToArray()))
            using (Held held = new Held("Save", arrays.Values.ToArray()))
                WeftException.Check(C.weft_tensors_save(file.First, names.All, held.All, held.Count, IntPtr.Zero));
        }

        /// <summary>Reads the arrays of a safetensors file by their names.</summary>
        public static Dictionary<string, Tensor> Load(string path)
        {
            IntPtr archive;
            using (Names file = new Names("path", path))
                WeftException.Check(C.weft_archive_load(file.First, (IntPtr)(&archive)));
            try
            {
                Dictionary<string, Tensor> arrays = new Dictionary<string, Tensor>();
                for (ulong i = 0; i < (ulong)C.weft_archive_count(archive); i++)
                {
                    IntPtr one;
                    WeftException.Check(C.weft_archive_tensor(archive, (UIntPtr)i, (IntPtr)(&one)));
                    arrays[Text.Of(C.weft_archive_name_at(archive, (UIntPtr)i))] = new Tensor(one);
                }
                return arrays;
            }
            finally
            {
                C.weft_archive_release(archive);
            }
        }
    }

    /// <summary>What is about the library as a whole.</summary>
    public static unsafe partial class Library
    {
        /// <summary>The version, such as "0.1.0".</summary>
        public static string Version => Text.Of(C.weft_version());

        /// <summary>Bytes of arrays and of the library's objects that are in use.</summary>
        public static long LiveBytes
        {
            get
            {
                long* figures = stackalloc long[10]; // weft_memory
                figures[0] = 80;
                WeftException.Check(C.weft_memory_stats((IntPtr)figures, 0));
                return figures[1];
            }
        }
    }
}
