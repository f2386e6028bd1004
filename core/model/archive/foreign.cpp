// The formats that users of other frameworks have, with what to do about each.
#include "model/archive/foreign.h"

namespace weft::model {
namespace {

using std::string_view_literals::operator""sv;

// The first bytes of a format, and the text.
struct Foreign {
  std::string_view begin;
  std::string_view text;
};

constexpr std::string_view kPickle =
    "a pickle; load it with what wrote it and save its arrays with `npx.save`";

constexpr Foreign kForeign[] = {
    // Lists of NDArrays, and the single array of MXNet 2.0.
    {"\x12\x01\0\0\0\0\0\0"sv,
     "arrays of MXNet; `weft.mxnet.nd.load` reads them, and `load_parameters` of a block"},
    {"PK\x03\x04"sv,
     "a zip, as MXNet (.params), `numpy.savez` (.npz) and `torch.save` (.pt) write it; "
     "`weft.mxnet.npx.load` reads the first two, `load_parameters` of a block the first and the "
     "last"},
    {"\x93NUMPY"sv,
     "an array of NumPy (.npy); load it with `numpy.load` and save it with `npx.save`"},
    {"\x80\x02"sv, kPickle},
    {"\x80\x03"sv, kPickle},
    {"\x80\x04"sv, kPickle},
    {"\x80\x05"sv, kPickle},
    {"\x89HDF\r\n\x1a\n"sv,
     "HDF5, as Keras writes it (.h5); load it with h5py and save its arrays with `npx.save`"},
    {"GGUF"sv, "GGUF, which Weft does not read"},
    {"\x1f\x8b"sv, "a gzip; unpack it first"},
    {"{"sv, "JSON, such as a symbol's: `weft.sym.load` reads that"},
};

}  // namespace

std::string_view foreign_format(const char* data, size_t bytes) {
  const std::string_view content(data, bytes);
  for (const Foreign& foreign : kForeign)
    if (content.starts_with(foreign.begin)) return foreign.text;
  return {};
}

}  // namespace weft::model
