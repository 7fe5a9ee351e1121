// The C part that all programs share: memory, loading of kernels, and the threads that run them. Compiled once on
// each machine, without special instructions, so that it can be asked which the processor has.
import { threadsSource } from "./threadsSource.ts";

export const runtimeSource = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif

/* Spins take some ten microseconds; yields let others on where threads are more than cores. */
enum { SPINS = 500, YIELDS = 10 };

#define SPIN_WHILE(waiting) \\
  for (int i = 0; i < SPINS + YIELDS && (waiting); i++) { \\
    if (i < SPINS) PAUSE(); \\
    else sched_yield(); \\
  }

/* What the processor has: 1 avx2 and fma, 2 avx-512 as well, 4 neon. */
int fovea_features(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
    && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
    && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return (avx2 ? 1 : 0) | (avx512 ? 2 : 0);
#elif defined(__aarch64__)
  return 4;
#else
  return 0;
#endif
}

/* memory: addresses are passed as doubles, which hold them exactly */

double fovea_reserve(double bytes) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;
#endif
  void *start = mmap(NULL, (size_t)bytes, PROT_NONE, flags, -1, 0);
  return start == MAP_FAILED ? 0 : (double)(uintptr_t)start;
}

int fovea_commit(double address, double bytes) {
  void *start = (void *)(uintptr_t)address;
  if (mprotect(start, (size_t)bytes, PROT_READ | PROT_WRITE) != 0) return 0;
#ifdef MADV_HUGEPAGE
  madvise(start, (size_t)bytes, MADV_HUGEPAGE);
#endif
  return 1;
}

void fovea_release(double address, double bytes) {
  munmap((void *)(uintptr_t)address, (size_t)bytes);
}

void fovea_write(double address, const void *data, double bytes) {
  memcpy((void *)(uintptr_t)address, data, (size_t)bytes);
}

void fovea_read(void *data, double address, double bytes) {
  memcpy(data, (const void *)(uintptr_t)address, (size_t)bytes);
}

/* kernels */

double fovea_open(const char *path) {
  return (double)(uintptr_t)dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const char *fovea_error(void) {
  const char *text = dlerror();
  return text == NULL ? "" : text;
}

double fovea_symbol(double library, const char *name) {
  return (double)(uintptr_t)dlsym((void *)(uintptr_t)library, name);
}

void fovea_close(double library) { dlclose((void *)(uintptr_t)library); }

/* programs */

typedef void kernel(long chunk, char *const *buffers);

struct launch {
  kernel *run;
  long chunks;
  long count;
  const double *slots;
  char **buffers;
};

struct counters {
  _Alignas(64) atomic_long claimed;
  atomic_long done;
};

struct stage {
  long chunks, launches, epilogue;
  const double *list; /* numbers of launches, then those of the epilogue */
};

struct program {
  long slots, launches, stages, prologue;
  const double *first; /* the prologue */
  const double *offsets; /* of slots: in the arena, or -1 - binding */
  struct launch *launch;
  struct stage *stage;
  struct counters *counters;
  char **addresses;
  char **buffers;
  double *numbers;
};

/* numbers: slots, launches, stages, prologue; an offset for each slot; for each launch kernel, chunks, count, slots;
   the prologue; for each stage chunks, launches, epilogue and their numbers */
double fovea_program(const double *given, double length) {
  struct program *p = calloc(1, sizeof *p);
  if (p == NULL) return 0;
  size_t bytes = (size_t)length * sizeof(double);
  double *n = p->numbers = malloc(bytes);
  if (n == NULL) { free(p); return 0; }
  memcpy(n, given, bytes);
  p->slots = (long)n[0];
  p->launches = (long)n[1];
  p->stages = (long)n[2];
  p->prologue = (long)n[3];
  n += 4;
  p->offsets = n;
  n += p->slots;
  p->launch = calloc((size_t)p->launches + 1, sizeof *p->launch);
  p->stage = calloc((size_t)p->stages + 1, sizeof *p->stage);
  p->addresses = calloc((size_t)p->slots + 1, sizeof(char *));
  p->buffers = calloc((size_t)length + 1, sizeof(char *));
  void *counters = NULL;
  if (posix_memalign(&counters, 64, ((size_t)p->stages + 1) * sizeof(struct counters)) != 0) counters = NULL;
  p->counters = counters;
  if (p->launch == NULL || p->stage == NULL || p->addresses == NULL || p->buffers == NULL || counters == NULL) {
    free(p->launch); free(p->stage); free(p->addresses); free(p->buffers); free(counters);
    free(p->numbers); free(p);
    return 0;
  }
  char **buffers = p->buffers;
  for (long i = 0; i < p->launches; i++) {
    struct launch *l = &p->launch[i];
    l->run = (kernel *)(uintptr_t)n[0];
    l->chunks = (long)n[1];
    l->count = (long)n[2];
    l->slots = n + 3;
    l->buffers = buffers;
    buffers += l->count;
    n += 3 + l->count;
  }
  p->first = n;
  n += p->prologue;
  for (long i = 0; i < p->stages; i++) {
    struct stage *s = &p->stage[i];
    s->chunks = (long)n[0];
    s->launches = (long)n[1];
    s->epilogue = (long)n[2];
    s->list = n + 3;
    n += 3 + s->launches + s->epilogue;
  }
  return (double)(uintptr_t)p;
}

void fovea_program_free(double program) {
  struct program *p = (void *)(uintptr_t)program;
  free(p->launch); free(p->stage); free(p->addresses); free(p->buffers); free(p->counters);
  free(p->numbers); free(p);
}

static void bind_slots(struct program *p, double arena, const double *bindings) {
  for (long i = 0; i < p->slots; i++) {
    double offset = p->offsets[i];
    double address = offset < 0 ? bindings[(long)(-1 - offset)] : arena + offset;
    p->addresses[i] = (char *)(uintptr_t)address;
  }
  for (long i = 0; i < p->launches; i++) {
    struct launch *l = &p->launch[i];
    for (long j = 0; j < l->count; j++) l->buffers[j] = p->addresses[(long)l->slots[j]];
  }
}

static void run_launch(struct launch *l) {
  for (long chunk = 0; chunk < l->chunks; chunk++) l->run(chunk, l->buffers);
}

static void run_list(struct program *p, const double *list, long count) {
  for (long i = 0; i < count; i++) run_launch(&p->launch[(long)list[i]]);
}
${threadsSource}`;
