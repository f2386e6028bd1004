using System;
using System.Collections.Generic;
using System.Linq;

namespace Weft
{
    /// <summary>Gradients: recording, and backward passes.</summary>
    public static unsafe class Autograd
    {
        private const int Training = C.WEFT_MODE_RECORDING | C.WEFT_MODE_TRAINING;

        /// <summary>Modes of this thread until the object is disposed.</summary>
        private sealed class Modes : IDisposable
        {
            private readonly uint before, changed;

            internal Modes(int set, int clear)
            {
                before = C.weft_set_modes((uint)set, (uint)clear);
                changed = (uint)(set | clear);
            }

            public void Dispose() => C.weft_set_modes(before & changed, changed & ~before);
        }

        /// <summary>Operators are recorded, in training mode: using (Autograd.Record()) { … }.</summary>
        public static IDisposable Record() => new Modes(Training, 0);

        /// <summary>Nothing is recorded: for updates of weights.</summary>
        public static IDisposable Pause() => new Modes(0, Training);

        /// <summary>Computes the gradients of the heads into the leaves.</summary>
        public static void Backward(params Tensor[] heads)
        {
            using (Held held = new Held("Backward", heads))
                WeftException.Check(C.weft_backward(held.All, IntPtr.Zero, held.Count, 0));
        }

        /// <summary>The gradients of the head with respect to variables, as new arrays; with createGraph
        /// they are recorded in their turn.</summary>
        public static Tensor[] Grad(Tensor head, Tensor[] variables, bool createGraph = false)
        {
            int again = createGraph ? 1 : 0;
            using (Held heads = new Held("Grad", new[] { head }))
            using (Held wanted = new Held("Grad", variables))
            using (Given slopes = new Given(variables.Length))
            {
                WeftException.Check(C.weft_grad(heads.All, IntPtr.Zero, heads.Count, wanted.All, wanted.Count,
                    again, again, slopes.All));
                return slopes.Tensors();
            }
        }
    }

    /// <summary>A dimension of a traced function: an extent of its inputs that may be another one at each
    /// call, within bounds on which the traced body may rely. Files have its name, too.</summary>
    public sealed unsafe class Dim
    {
        private readonly string name;
        private readonly long min, max;
        private readonly List<UIntPtr> inputs = new List<UIntPtr>();
        private readonly List<int> axes = new List<int>();

        public Dim(string name, long min = 1, long max = 1L << 40)
        {
            if (max - Math.Max(min, 2) + 1 < C.WEFT_TRACE_EXAMPLES)
                throw new WeftException(Status.InvalidValue, "Dim: `" + name + "` must have at least "
                    + C.WEFT_TRACE_EXAMPLES + " extents above 1; got " + min + " to " + max);
            this.name = name;
            this.min = min;
            this.max = max;
        }

        /// <summary>Adds an axis of an input, counted from 0; everywhere the extent is the same.</summary>
        public Dim At(int input, int axis)
        {
            inputs.Add((UIntPtr)(uint)input);
            axes.Add(axis);
            return this;
        }

        /// <summary>Sets the extent of an example: another one in each, and for each dimension.</summary>
        internal void Choose(long[,] types, int round, int number)
        {
            Random random = new Random(number);
            long low = Math.Max(min, 2);
            int count = (int)Math.Min(max - low + 1, 1000);
            long extent = low + Enumerable.Range(0, count).OrderBy(_ => random.Next()).ElementAt(round);
            for (int i = 0; i < axes.Count; i++)
                if ((ulong)inputs[i] < (ulong)types.GetLength(0) - 1 && (uint)axes[i] < C.WEFT_MAX_RANK)
                    types[(int)inputs[i], 1 + axes[i]] = extent;
        }

        /// <summary>Tells the running trace, which refuses places that are not there.</summary>
        internal void Add()
        {
            using (Names text = new Names("name", name))
            fixed (UIntPtr* places = inputs.ToArray())
            fixed (int* of = axes.ToArray())
                WeftException.Check(C.weft_trace_add_dimension(text.First, min, max, (IntPtr)places, (IntPtr)of,
                    (UIntPtr)(uint)axes.Count));
        }
    }

    /// <summary>A traced graph. Several threads may call it at once.</summary>
    public sealed unsafe partial class Function : IDisposable
    {
        internal readonly Owner Handle;

        private Function(IntPtr handle) => Handle = new Owner(handle, C.weft_function_release, nameof(Function));

        /// <summary>Runs the body once on placeholders for the inputs, and gives the graph of what it did.
        /// Arrays that the body reads from outside (weights) are captured: the graph sees later writes.
        /// </summary>
        public static Function Trace(Func<Tensor[], Tensor[]> body, params Tensor[] inputs) =>
            Trace(body, new Dim[0], inputs);

        /// <summary>The same, where some extents of the inputs are open: each call may have others. The body
        /// runs once for each of six examples of them, and must not decide by them.</summary>
        public static Function Trace(Func<Tensor[], Tensor[]> body, IEnumerable<Dim> dynamic, params Tensor[] inputs)
        {
            List<IntPtr> examples = new List<IntPtr>();
            try
            {
                do examples.Add(Example(body, dynamic.ToArray(), inputs, examples.ToArray()));
                while (C.weft_function_is_example(examples[0]) != 0 && examples.Count < C.WEFT_TRACE_EXAMPLES);
                IntPtr joined = examples[0];
                if (examples.Count == 1)
                    C.weft_function_retain(joined);
                else
                    fixed (IntPtr* all = examples.ToArray())
                        WeftException.Check(C.weft_function_join((IntPtr)all, (UIntPtr)(uint)examples.Count,
                            (IntPtr)(&joined)));
                return new Function(joined);
            }
            finally
            {
                examples.ForEach(C.weft_function_release);
            }
        }

        // The function of one trace.
        private static IntPtr Example(Func<Tensor[], Tensor[]> body, Dim[] dynamic, Tensor[] inputs, IntPtr[] earlier)
        {
            Tensor[] placeholders;
            using (Held held = new Held("Trace", inputs))
            using (Given made = new Given(inputs.Length))
            {
                // Rows of weft_type: dtype and rank in one number, then the extents.
                long[,] types = new long[inputs.Length + 1, 1 + C.WEFT_MAX_RANK];
                for (int i = 0; i < inputs.Length; i++)
                {
                    long[] shape = inputs[i].Shape;
                    types[i, 0] = (uint)inputs[i].Dtype | (long)shape.Length << 32;
                    for (int axis = 0; axis < shape.Length; axis++) types[i, 1 + axis] = shape[axis];
                }
                for (int i = 0; i < dynamic.Length; i++) dynamic[i].Choose(types, earlier.Length, i);
                fixed (long* rows = types)
                    WeftException.Check(C.weft_trace_begin_types((IntPtr)rows, held.Count, made.All));
                placeholders = made.Tensors();
            }
            bool ended = false;
            try
            {
                IntPtr function;
                UIntPtr count = (UIntPtr)(uint)earlier.Length;
                fixed (IntPtr* before = earlier)
                    WeftException.Check(C.weft_trace_set_example(count, (IntPtr)before, count));
                foreach (Dim dim in dynamic) dim.Add();
                using (Held outputs = new Held("Trace", body(placeholders)))
                    WeftException.Check(C.weft_trace_end(outputs.All, outputs.Count, (IntPtr)(&function)));
                ended = true;
                return function;
            }
            finally
            {
                if (!ended) C.weft_trace_abort();
            }
        }

        /// <summary>Calls the graph through the plan for these shapes.</summary>
        public Tensor[] Call(params Tensor[] inputs)
        {
            using (Held held = new Held("Call", inputs))
            using (Given outs = new Given((int)Handle.With(C.weft_function_outputs)))
            {
                Handle.Do(handle => C.weft_function_call(handle, held.All, held.Count, outs.All, outs.Count));
                return outs.Tensors();
            }
        }

        public void Dispose() => Handle.Dispose();
    }

    /// <summary>A .weft file that is being put together.</summary>
    public sealed unsafe partial class Writer : IDisposable
    {
        private readonly Owner handle;
        private readonly List<Tensor> unnamed = new List<Tensor>();

        /// <summary>An empty file.</summary>
        public Writer()
        {
            IntPtr made;
            WeftException.Check(C.weft_writer_create((IntPtr)(&made)));
            handle = new Owner(made, C.weft_writer_release, nameof(Writer));
        }

        /// <summary>Adds an entry point, with names for inputs and outputs. Captures that `weights` does not
        /// name are called constant0 and so on.</summary>
        public Writer Add(string entry, Function function, string[] inputs, string[] outputs,
            IDictionary<string, Tensor> weights)
        {
            string[] captures = function.Captures.Select(capture => NameOf(capture, weights)).ToArray();
            int wantedInputs = (int)function.Handle.With(C.weft_function_inputs);
            int wantedOutputs = (int)function.Handle.With(C.weft_function_outputs);
            if (inputs.Length != wantedInputs || outputs.Length != wantedOutputs)
                throw new WeftException(Status.InvalidValue, "Writer.Add: the function has " + wantedInputs
                    + " inputs and " + wantedOutputs + " outputs; got " + inputs.Length + " and "
                    + outputs.Length + " names");
            using (Names name = new Names("entry", entry))
            using (Names given = new Names("inputs", inputs))
            using (Names results = new Names("outputs", outputs))
            using (Names read = new Names("weights", captures))
                handle.Do(writer => function.Handle.With(graph =>
                    C.weft_writer_add_entry(writer, name.First, graph, given.All, results.All, read.All)));
            return this;
        }

        private string NameOf(Tensor capture, IDictionary<string, Tensor> weights)
        {
            foreach (KeyValuePair<string, Tensor> weight in weights)
                if (weight.Value.IsSame(capture)) return weight.Key;
            int place = unnamed.FindIndex(known => known.IsSame(capture));
            if (place < 0)
            {
                place = unnamed.Count;
                unnamed.Add(capture);
            }
            return "constant" + place;
        }

        public void Dispose() => handle.Dispose();
    }
}
