// The C part that all programs share: memory, loading of kernels, and the threads that run them. Compiled once on
// each machine, without special instructions, so that it can be asked which the processor has.
//
// Threads claim chunks from a counter, stage by stage, as in the wasm backend. Which thread runs a chunk does not change
// what it computes. A thread that comes late joins the stage that is open; nobody waits for it. Threads spin for some
// microseconds, then sleep.

export const runtimeSource = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
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

enum { SPINS_IN_RUN = 2000, SPINS_BETWEEN_RUNS = 1000 };

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

/* threads */

struct pool {
  pthread_mutex_t lock;
  pthread_cond_t next_run, next_stage;
  long workers;
  pthread_t *threads;
  struct program *program;
  _Alignas(64) atomic_long progress; /* the stage that is open */
  atomic_long stage_sleepers;
  _Alignas(64) atomic_long ticket; /* counts the runs */
  atomic_long run_sleepers;
  _Alignas(64) atomic_long open; /* the ticket of the run that may be joined; 0 if none */
  atomic_int stop;
  _Alignas(64) atomic_long active; /* workers that take part in a run */
};

static void set_progress(struct pool *pool, long stage) {
  atomic_store(&pool->progress, stage);
  /* A thread counts itself as a sleeper before it compares the progress, so none is missed. */
  if (atomic_load(&pool->stage_sleepers) > 0) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->next_stage);
    pthread_mutex_unlock(&pool->lock);
  }
}

/* Claims chunks of a stage until there are none. Who finishes the last one opens the next stage. */
static void run_stage(struct pool *pool, struct program *p, long number) {
  struct stage *s = &p->stage[number];
  struct counters *c = &p->counters[number];
  for (;;) {
    long chunk = atomic_fetch_add(&c->claimed, 1);
    if (chunk >= s->chunks) return;
    long i = 0;
    struct launch *l = &p->launch[(long)s->list[0]];
    while (chunk >= l->chunks) {
      chunk -= l->chunks;
      l = &p->launch[(long)s->list[++i]];
    }
    l->run(chunk, l->buffers);
    if (atomic_fetch_add(&c->done, 1) == s->chunks - 1) {
      run_list(p, s->list + s->launches, s->epilogue);
      set_progress(pool, number + 1);
      return;
    }
  }
}

static void work(struct pool *pool, struct program *p) {
  for (;;) {
    long stage = atomic_load(&pool->progress);
    if (stage >= p->stages) return;
    run_stage(pool, p, stage);
    for (int i = 0; i < SPINS_IN_RUN && atomic_load(&pool->progress) == stage; i++) PAUSE();
    if (atomic_load(&pool->progress) != stage) continue;
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->stage_sleepers, 1);
    while (atomic_load(&pool->progress) == stage) pthread_cond_wait(&pool->next_stage, &pool->lock);
    atomic_fetch_sub(&pool->stage_sleepers, 1);
    pthread_mutex_unlock(&pool->lock);
  }
}

static void *worker(void *argument) {
  struct pool *pool = argument;
  long seen = 0;
  for (;;) {
    for (int i = 0; i < SPINS_BETWEEN_RUNS && atomic_load(&pool->ticket) == seen; i++) PAUSE();
    if (atomic_load(&pool->ticket) == seen) {
      pthread_mutex_lock(&pool->lock);
      atomic_fetch_add(&pool->run_sleepers, 1);
      while (atomic_load(&pool->ticket) == seen && !atomic_load(&pool->stop))
        pthread_cond_wait(&pool->next_run, &pool->lock);
      atomic_fetch_sub(&pool->run_sleepers, 1);
      pthread_mutex_unlock(&pool->lock);
    }
    if (atomic_load(&pool->stop)) return NULL;
    seen = atomic_load(&pool->ticket);
    atomic_fetch_add(&pool->active, 1);
    /* Who comes too late finds the run closed, or another one open. */
    if (atomic_load(&pool->open) == seen) work(pool, pool->program);
    atomic_fetch_sub(&pool->active, 1);
  }
}

/* A pool of this many threads besides the calling one; fewer if the system refuses. */
double fovea_pool(int workers) {
  Dl_info own;
  void *memory = NULL;
  if (posix_memalign(&memory, 64, sizeof(struct pool)) != 0) return 0;
  memset(memory, 0, sizeof(struct pool));
  struct pool *pool = memory;
  /* Threads run code of this library: it must stay loaded as long as the process lives. */
  if (dladdr((void *)fovea_pool, &own) != 0) dlopen(own.dli_fname, RTLD_NOW | RTLD_NODELETE);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->next_run, NULL);
  pthread_cond_init(&pool->next_stage, NULL);
  pool->threads = calloc((size_t)workers + 1, sizeof(pthread_t));
  if (pool->threads == NULL) { free(pool); return 0; }
  /* Signals go to the threads that were there before. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool->workers < workers &&
         pthread_create(&pool->threads[pool->workers], NULL, worker, pool) == 0)
    pool->workers++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return (double)(uintptr_t)pool;
}

static void wait_until_idle(struct pool *pool) {
  while (atomic_load(&pool->active) != 0) PAUSE();
}

void fovea_pool_free(double given) {
  struct pool *pool = (void *)(uintptr_t)given;
  pthread_mutex_lock(&pool->lock);
  atomic_store(&pool->stop, 1);
  pthread_cond_broadcast(&pool->next_run);
  pthread_mutex_unlock(&pool->lock);
  for (long i = 0; i < pool->workers; i++) pthread_join(pool->threads[i], NULL);
  pthread_mutex_destroy(&pool->lock);
  pthread_cond_destroy(&pool->next_run);
  pthread_cond_destroy(&pool->next_stage);
  free(pool->threads);
  free(pool);
}

/* A bound program on all threads; no other run may be under way. */
static void run_shared(struct pool *pool, struct program *p) {
  for (long i = 0; i < p->stages; i++) {
    atomic_store(&p->counters[i].claimed, 0);
    atomic_store(&p->counters[i].done, 0);
  }
  run_list(p, p->first, p->prologue);
  pool->program = p;
  atomic_store(&pool->progress, 0);
  long ticket = atomic_load(&pool->ticket) + 1;
  atomic_store(&pool->open, ticket);
  atomic_store(&pool->ticket, ticket);
  if (atomic_load(&pool->run_sleepers) > 0) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->next_run);
    pthread_mutex_unlock(&pool->lock);
  }
  work(pool, p);
  atomic_store(&pool->open, 0);
}

/* Runs a program to its end; pool is 0 for the calling thread alone. */
void fovea_run(double given_pool, double given, double arena, const double *bindings) {
  struct pool *pool = (void *)(uintptr_t)given_pool;
  struct program *p = (void *)(uintptr_t)given;
  if (pool == NULL || pool->workers == 0 || p->stages == 0) {
    bind_slots(p, arena, bindings);
    for (long i = 0; i < p->launches; i++) run_launch(&p->launch[i]);
    return;
  }
  wait_until_idle(pool);
  bind_slots(p, arena, bindings);
  run_shared(pool, p);
}

/* One launch on all threads, pool 0 for the calling one alone: its milliseconds until its last chunk is done. The
   program must have been bound. */
double fovea_time(double given_pool, double given, int launch) {
  struct pool *pool = (void *)(uintptr_t)given_pool;
  struct program *p = (void *)(uintptr_t)given;
  struct launch *l = &p->launch[launch];
  struct timespec start, end;
  if (pool == NULL || pool->workers == 0 || l->chunks < 2) {
    clock_gettime(CLOCK_MONOTONIC, &start);
    run_launch(l);
    clock_gettime(CLOCK_MONOTONIC, &end);
  } else {
    double number = launch;
    struct stage stage = {l->chunks, 1, 0, &number};
    struct counters counters;
    struct program single = *p;
    single.stages = 1;
    single.prologue = 0;
    single.stage = &stage;
    single.counters = &counters;
    wait_until_idle(pool);
    clock_gettime(CLOCK_MONOTONIC, &start);
    run_shared(pool, &single);
    clock_gettime(CLOCK_MONOTONIC, &end);
    /* Who comes late must not look at what lives on this stack. */
    wait_until_idle(pool);
  }
  return (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
}

void fovea_bind(double given, double arena, const double *bindings) {
  bind_slots((void *)(uintptr_t)given, arena, bindings);
}

/* Waits until no thread touches a program any more. */
void fovea_settle(double pool) {
  if (pool != 0) wait_until_idle((void *)(uintptr_t)pool);
}
`;
