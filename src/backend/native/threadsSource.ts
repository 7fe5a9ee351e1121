// The part of the C runtime that runs programs: alone, or on threads.
//
// Threads claim chunks from a counter, stage by stage, as in the wasm backend. Which thread runs a chunk does not change
// what it computes. A thread that comes late joins the stage that is open; nobody waits for it. Threads spin for some
// microseconds, then sleep.

export const threadsSource = `
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
    SPIN_WHILE(atomic_load(&pool->progress) == stage)
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
    SPIN_WHILE(atomic_load(&pool->ticket) == seen)
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
  while (atomic_load(&pool->active) != 0) sched_yield();
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
