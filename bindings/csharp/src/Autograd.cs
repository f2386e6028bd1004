using System;
using System.Collections.Generic;
using System.Linq;

namespace Weft
{
    /// <summary>Gradients: recording, and backward passes.</summary>
    public static unsafe class Autograd
    {
        private const int Training = C.WEFT_MODE_RECORDING | C.WEFT_MODE_TRAINING;

        /// <summary>Modes of this thread until the object is disposed; then those from before are back.
        /// </summary>
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

    /// <summary>A traced graph. Several threads may call it at once.</summary>
    public sealed unsafe partial class Function : IDisposable
    {
        internal readonly Owner Handle;

        private Function(IntPtr handle) => Handle = new Owner(handle, C.weft_function_release, nameof(Function));

        /// <summary>Runs the body once on placeholders for the inputs, and gives the graph of what it did.
        /// Arrays that the body reads from outside (weights) are captured: the graph sees later writes.
        /// </summary>
        public static Function Trace(Func<Tensor[], Tensor[]> body, params Tensor[] inputs)
        {
            Tensor[] placeholders;
            using (Held held = new Held("Trace", inputs))
            using (Given made = new Given(inputs.Length))
            {
                WeftException.Check(C.weft_trace_begin(held.All, held.Count, made.All));
                placeholders = made.Tensors();
            }
            bool ended = false;
            try
            {
                IntPtr function;
                using (Held outputs = new Held("Trace", body(placeholders)))
                    WeftException.Check(C.weft_trace_end(outputs.All, outputs.Count, (IntPtr)(&function)));
                ended = true;
                return new Function(function);
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

        /// <summary>The arrays that the body read from outside: weights, states and constants.</summary>
        public Tensor[] Captures => Handle.With(handle =>
            Enumerable.Range(0, (int)C.weft_function_captures(handle))
                .Select(i => new Tensor(C.weft_tensor_retain(C.weft_function_capture_at(handle, (UIntPtr)i))))
                .ToArray());

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
