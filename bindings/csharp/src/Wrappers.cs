// Written by bindings/generate; do not edit.

using System;
using System.Linq;

namespace Weft
{
    public static unsafe partial class Library
    {
        /// <summary>Sets the seed of the random operators.</summary>
        public static void Seed(ulong seed)
        {
            WeftException.Check(C.weft_random_seed(seed));
        }

        /// <summary>Sets how many threads may work on one call; errors for less than 1.</summary>
        public static void SetNumThreads(int count)
        {
            WeftException.Check(C.weft_set_num_threads(count));
        }
    }

    public sealed unsafe partial class Tensor
    {
        private static readonly Func<IntPtr, int> WaitIt = C.weft_tensor_wait;
        /// <summary>Waits until the content is there; gives the failure of the work that makes it.</summary>
        public Tensor Wait()
        {
            Do(WaitIt);
            return this;
        }

        /// <summary>Is a write through one array seen through the other?</summary>
        public bool IsSame(Tensor other)
        {
            return With(raw => other.With(given => C.weft_tensor_shares_box(raw, given))) != 0;
        }

        /// <summary>The same content without its history: gradients end there.</summary>
        public Tensor Detach()
        {
            IntPtr made = IntPtr.Zero;
            IntPtr place = (IntPtr)(&made);
            Do(raw => C.weft_tensor_detach(raw, place));
            return new Tensor(made);
        }

        /// <summary>Makes the array a leaf with a gradient of zeros, which a backward pass replaces.</summary>
        public Tensor AttachGrad()
        {
            Do(raw => C.weft_tensor_attach_grad(raw, C.WEFT_GRAD_WRITE));
            return this;
        }

        /// <summary>The gradient; none where none is attached.</summary>
        public Tensor Grad
        {
            get
            {
                IntPtr made = IntPtr.Zero;
                IntPtr place = (IntPtr)(&made);
                Do(raw => C.weft_tensor_grad(raw, place));
                return made == IntPtr.Zero ? null : new Tensor(made);
            }
        }
    }

    public sealed unsafe partial class Function
    {
        /// <summary>A text for people: "graph", "plan" or "arena".</summary>
        public string GetText(string what)
        {
            IntPtr made = IntPtr.Zero;
            IntPtr place = (IntPtr)(&made);
            using (Names names = new Names("what", what))
            {
                Handle.Do(raw => C.weft_function_get_text(raw, names[0], place));
                return Text.Of(made);
            }
        }

        /// <summary>The arrays that the body read from outside: weights, states and constants.</summary>
        public Tensor[] Captures => Handle.With(raw =>
            Enumerable.Range(0, (int)C.weft_function_captures(raw)).Select(i => new Tensor(C.weft_tensor_retain(C.weft_function_capture_at(raw, (UIntPtr)i)))).ToArray());
    }

    public sealed unsafe partial class Writer
    {
        /// <summary>Sets a text of the file.</summary>
        public Writer SetMetadata(string key, string value)
        {
            using (Names names = new Names("key", key, value))
            {
                handle.Do(raw => C.weft_writer_set_metadata(raw, names[0], names[1]));
            }
            return this;
        }

        /// <summary>Writes the file in one step.</summary>
        public void Save(string path)
        {
            using (Names names = new Names("path", path))
            {
                handle.Do(raw => C.weft_writer_save(raw, names[0]));
            }
        }
    }

    public sealed unsafe partial class Model
    {
        /// <summary>A text of the file, such as the classes of a classifier; none for an unknown key.</summary>
        public string Metadata(string key)
        {
            using (Names names = new Names("key", key))
            {
                return Text.Of(handle.With(raw => C.weft_model_metadata(raw, names[0])));
            }
        }

        /// <summary>The names of the entry points.</summary>
        public string[] Entries => handle.With(raw =>
            Enumerable.Range(0, (int)C.weft_model_entry_count(raw)).Select(i => Text.Of(C.weft_model_entry_name_at(raw, (UIntPtr)i))).ToArray());
    }

    public sealed unsafe partial class Context
    {
        private static readonly Func<IntPtr, int> RunIt = C.weft_context_run;
        /// <summary>Runs the entry point.</summary>
        public Context Run()
        {
            lock (one)
            {
                handle.Do(RunIt);
            }
            return this;
        }

        private static readonly Func<IntPtr, int> ResetIt = C.weft_context_reset;
        /// <summary>Sets all states back to what the file has.</summary>
        public Context Reset()
        {
            lock (one)
            {
                handle.Do(ResetIt);
            }
            return this;
        }

        /// <summary>Writes the model's file with the present states.</summary>
        public void Save(string path)
        {
            lock (one)
            {
                using (Names names = new Names("path", path))
                {
                    handle.Do(raw => C.weft_context_save(raw, names[0]));
                }
            }
        }
    }
}
