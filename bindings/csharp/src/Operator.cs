using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace Weft
{
    /// <summary>An input of an operator: an array, or a number that takes the dtype of the arrays beside
    /// it. Both become one by themselves.</summary>
    public sealed class Operand
    {
        internal readonly object Value;

        private Operand(object value) => Value = value;

        public static implicit operator Operand(Tensor array) => array == null ? null : new Operand(array);
        public static implicit operator Operand(double number) => new Operand(number);
        public static implicit operator Operand(long number) => new Operand(number);
        public static implicit operator Operand(ulong number) => new Operand(number);
        public static implicit operator Operand(int number) => new Operand((long)number);
        public static implicit operator Operand(bool choice) => new Operand(choice);
    }

    /// <summary>The name of an operator, which is looked up at its first call.</summary>
    internal sealed class LazyOperator
    {
        private readonly string name;
        private Operator found;

        internal LazyOperator(string name) => this.name = name;

        internal Operator Get() => found ?? (found = Operator.Named(name));
    }

    /// <summary>An operator by its name, registered ones too; the functions of Ops are made of it.</summary>
    public sealed unsafe class Operator
    {
        /// <summary>Says that an attribute is none on purpose.</summary>
        public static readonly object None = new object();

        private const int Most = 32; // arguments of any operator
        private static readonly ConcurrentDictionary<string, Operator> Found =
            new ConcurrentDictionary<string, Operator>();
        private readonly string name;
        private readonly IntPtr op;
        private readonly string[] arguments;
        private readonly int inputs;

        // weft_value
        [StructLayout(LayoutKind.Explicit)]
        private struct Value
        {
            [FieldOffset(0)] internal uint Tag;
            [FieldOffset(4)] internal uint Count;
            [FieldOffset(8)] internal long Content;
            [FieldOffset(8)] internal IntPtr Handle;
        }

        // The values of a call with arrays alone.
        private struct Pair
        {
            internal Value First, Second;
        }

        private static readonly UIntPtr Single = (UIntPtr)1, Both = (UIntPtr)2;

        // weft_argument_info and weft_op_info, as far as they are read
        [StructLayout(LayoutKind.Sequential)]
        private struct ArgumentInfo
        {
            internal IntPtr Name, Doc;
            internal int Kind, Required, KeepsDtype, TakesNone;
            internal Value Fallback;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct OpInfo
        {
            internal UIntPtr StructSize;
            internal IntPtr Name, Doc, Place, Promotion, Like, NoGradient;
            internal int Composite, Elementwise, Random, Outputs, Inputs, Attributes;
            internal ArgumentInfo* Arguments;
        }

        private Operator(string name)
        {
            this.name = name;
            IntPtr found;
            using (Names text = new Names("name", name))
                WeftException.Check(C.weft_op_find(text.First, (IntPtr)(&found)));
            op = found;
            OpInfo info = default;
            info.StructSize = (UIntPtr)sizeof(OpInfo);
            WeftException.Check(C.weft_op_get_info(op, (IntPtr)(&info)));
            inputs = info.Inputs;
            arguments = new string[info.Inputs + info.Attributes];
            for (int i = 0; i < arguments.Length; i++) arguments[i] = Text.Of(info.Arguments[i].Name);
        }

        /// <summary>Looks an operator up; WeftException where there is none.</summary>
        public static Operator Named(string name) =>
            Found.TryGetValue(name, out Operator known) ? known : Found.GetOrAdd(name, new Operator(name));

        /// <summary>A call with one array alone.</summary>
        internal Tensor One(Tensor x)
        {
            if (x == null) return One(new object[] { x });
            Pair values;
            values.First.Tag = C.WEFT_TAG_TENSOR;
            values.First.Count = 0;
            values.First.Handle = x.Acquire();
            try
            {
                return Only(&values.First, Single);
            }
            finally
            {
                x.Done();
            }
        }

        /// <summary>A call with two arrays alone.</summary>
        internal Tensor One(Tensor x, Tensor y)
        {
            if (x == null || y == null) return One(new object[] { x, y });
            Pair values;
            values.First.Tag = values.Second.Tag = C.WEFT_TAG_TENSOR;
            values.First.Count = values.Second.Count = 0;
            values.First.Handle = x.Acquire();
            try
            {
                values.Second.Handle = y.Acquire();
                try
                {
                    return Only(&values.First, Both);
                }
                finally
                {
                    y.Done();
                }
            }
            finally
            {
                x.Done();
            }
        }

        private Tensor Only(Value* values, UIntPtr count)
        {
            IntPtr result = IntPtr.Zero;
            int status = C.weft_invoke(op, (IntPtr)values, count, (IntPtr)(&result), Single);
            if (status != 0) WeftException.Check(status);
            return new Tensor(result);
        }

        internal Tensor One(object[] values)
        {
            IntPtr result = IntPtr.Zero;
            Invoke(values, (IntPtr)(&result), (UIntPtr)1);
            return new Tensor(result);
        }

        internal Tensor[] All(object[] values)
        {
            UIntPtr count;
            Invoke(values, IntPtr.Zero, UIntPtr.Zero, (IntPtr)(&count));
            using (Given outs = new Given((int)count))
            {
                Invoke(values, outs.All, outs.Count);
                return outs.Tensors();
            }
        }

        /// <summary>Calls the operator with attributes by the names of the registry and gives all results.
        /// </summary>
        /// <param name="inputs">arrays, numbers, null for one that is left out, Tensor[] for a list</param>
        /// <param name="attributes">long, double, bool, string, long[] or Dtype; None means none</param>
        public Tensor[] Call(object[] inputs, IDictionary<string, object> attributes = null) =>
            All(Arranged(inputs, attributes));

        /// <summary>Calls the operator and writes the results into arrays: updates of weights.</summary>
        /// <param name="inputs">arrays and numbers</param>
        /// <param name="attributes">values by the names of the registry</param>
        /// <param name="outs">the arrays to write</param>
        public void CallInto(object[] inputs, IDictionary<string, object> attributes, params Tensor[] outs)
        {
            using (Held held = new Held(name, outs)) Invoke(Arranged(inputs, attributes), held.All, held.Count);
        }

        private object[] Arranged(object[] given, IDictionary<string, object> attributes)
        {
            object[] values = new object[Math.Max(given.Length, arguments.Length)];
            given.CopyTo(values, 0);
            if (attributes == null) return values;
            foreach (KeyValuePair<string, object> one in attributes)
            {
                int place = Array.LastIndexOf(arguments, one.Key);
                if (place < inputs)
                {
                    string known = string.Join(", ", arguments.Skip(inputs));
                    throw new WeftException(Status.InvalidType, name + ": there is no attribute `" + one.Key
                        + "`; there are: " + (known == "" ? "none" : known));
                }
                values[place] = one.Value;
            }
            return values;
        }

        /// <summary>Calls the operator; with `count`, asks for the number of results instead.</summary>
        private void Invoke(object[] given, IntPtr outs, UIntPtr nouts, IntPtr count = default)
        {
            if (given.Length > Math.Min(Most, arguments.Length))
                throw new WeftException(Status.InvalidType, name + ": there are at most " + arguments.Length
                    + " arguments; got " + given.Length);
            Value* values = stackalloc Value[Most];
            List<Tensor> held = null;
            List<IntPtr> memory = null;
            int used = 0;
            try
            {
                for (int i = 0; i < given.Length; i++)
                {
                    values[i] = default;
                    object value = given[i] is Operand operand ? operand.Value : given[i];
                    if (value == null) continue;
                    Set(ref values[i], value, i, ref held, ref memory);
                    used = i + 1;
                }
                WeftException.Check(count == IntPtr.Zero
                    ? C.weft_invoke(op, (IntPtr)values, (UIntPtr)used, outs, nouts)
                    : C.weft_op_count_outputs(op, (IntPtr)values, (UIntPtr)used, count));
            }
            finally
            {
                if (held != null) foreach (Tensor one in held) one.Done();
                if (memory != null) foreach (IntPtr one in memory) Marshal.FreeHGlobal(one);
            }
        }

        private void Set(ref Value target, object value, int place, ref List<Tensor> held, ref List<IntPtr> memory)
        {
            target.Tag = C.WEFT_TAG_INT;
            if (value is Tensor array)
            {
                target.Tag = C.WEFT_TAG_TENSOR;
                target.Content = (long)Hold(array, ref held);
            }
            else if (value is double real)
            {
                target.Tag = C.WEFT_TAG_FLOAT;
                target.Content = BitConverter.DoubleToInt64Bits(real);
            }
            else if (value is long number) target.Content = number;
            else if (value is int small) target.Content = small;
            else if (value is ulong large)
            {
                if (large > long.MaxValue) target.Tag = C.WEFT_TAG_UNSIGNED;
                target.Content = (long)large;
            }
            else if (value is bool choice)
            {
                target.Tag = C.WEFT_TAG_BOOL;
                target.Content = choice ? 1 : 0;
            }
            else if (value is Dtype dtype)
            {
                target.Tag = C.WEFT_TAG_DTYPE;
                target.Content = (long)dtype;
            }
            else if (value is string text)
            {
                byte[] bytes = Text.Utf8.GetBytes(text);
                target.Tag = C.WEFT_TAG_STRING;
                target.Count = (uint)bytes.Length;
                target.Content = (long)Room(bytes.Length, ref memory);
                Marshal.Copy(bytes, 0, (IntPtr)target.Content, bytes.Length);
            }
            else if (value is long[] numbers)
            {
                target.Tag = C.WEFT_TAG_INTS;
                target.Count = (uint)numbers.Length;
                target.Content = (long)Room(8 * numbers.Length, ref memory);
                Marshal.Copy(numbers, 0, (IntPtr)target.Content, numbers.Length);
            }
            else if (value is Tensor[] list)
            {
                target.Tag = C.WEFT_TAG_TENSORS;
                target.Count = (uint)list.Length;
                target.Content = (long)Room(8 * list.Length, ref memory);
                for (int i = 0; i < list.Length; i++) ((IntPtr*)target.Content)[i] = Hold(list[i], ref held);
            }
            else if (value == None) target.Tag = C.WEFT_TAG_NONE;
            else
                throw new WeftException(Status.InvalidType, name + ": `" + arguments[place]
                    + "` must be a Tensor, a number, a text, a Dtype or long[]; got a " + value.GetType().Name);
        }

        private IntPtr Hold(Tensor array, ref List<Tensor> held)
        {
            if (array == null) throw new WeftException(Status.InvalidValue, name + ": an array is null");
            IntPtr handle = array.Acquire();
            (held = held ?? new List<Tensor>(4)).Add(array);
            return handle;
        }

        private static IntPtr Room(int bytes, ref List<IntPtr> memory)
        {
            IntPtr room = Marshal.AllocHGlobal(bytes + 8);
            (memory = memory ?? new List<IntPtr>(2)).Add(room);
            return room;
        }
    }
}
