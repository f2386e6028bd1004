/* QEMU TCG plugin (v1 ABI): counts executed guest instructions, between marks and by block.
 *   gcc -O2 -shared -fPIC insncount.c -o insncount.so
 *   qemu-system-arm ... -plugin ./insncount.so,mark=0xADDR,out=FILE -d plugin
 * FILE gets "mark N" (count when the mark's function was entered), "block ADDR N", "total N".
 * Debian ships no qemu-plugin.h; these are the declarations it needs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct qemu_info_t qemu_info_t;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t,
                                           void (*)(qemu_plugin_id_t, struct qemu_plugin_tb*));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb*, enum qemu_plugin_op, void*,
                                              uint64_t);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb*, void (*)(unsigned, void*),
                                          enum qemu_plugin_cb_flags, void*);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, enum qemu_plugin_op,
                                                void*, uint64_t);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void*), void*);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

struct block {
  uint64_t addr, insns;
  struct block* next;
};
static struct block* blocks;
static uint64_t total, mark_addr = ~0ull;
static FILE* out;

static void marked(unsigned cpu, void* u) { fprintf(out, "mark %" PRIu64 "\n", total); }

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  size_t n = qemu_plugin_tb_n_insns(tb);
  uint64_t a = qemu_plugin_tb_vaddr(tb);
  struct block* b = blocks;
  while (b && b->addr != a) b = b->next;
  if (!b) {
    b = calloc(1, sizeof *b);
    b->addr = a;
    b->next = blocks;
    blocks = b;
  }
  if (a == mark_addr)
    qemu_plugin_register_vcpu_tb_exec_cb(tb, marked, QEMU_PLUGIN_CB_NO_REGS, NULL);
  for (size_t i = 0; i < n; i++)
    qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i),
                                               QEMU_PLUGIN_INLINE_ADD_U64, &total, 1);
  qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->insns, n);
}

static void finish(qemu_plugin_id_t id, void* u) {
  for (struct block* b = blocks; b; b = b->next)
    fprintf(out, "block 0x%" PRIx64 " %" PRIu64 "\n", b->addr, b->insns);
  fprintf(out, "total %" PRIu64 "\n", total);
  fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                               char** argv) {
  out = stderr;
  for (int i = 0; i < argc; i++) {
    if (!strncmp(argv[i], "mark=", 5)) mark_addr = strtoull(argv[i] + 5, NULL, 0) & ~1ull;
    if (!strncmp(argv[i], "out=", 4) && !(out = fopen(argv[i] + 4, "w"))) return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
