// Threads that wait awake for a moment after each loop, so that the next loop, which mostly follows at once, does
// not have to wake them through the operating system.

#include "kernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

// How often an idle thread looks for work before it goes to sleep: some tens of microseconds.
enum { LOOKS = 4000, OPEN = 1 << 30, MOST = 255 };

static struct {
  pthread_mutex_t owner, lock;
  pthread_cond_t wake, done;
  // Changes with every loop.
  atomic_uint turn;
  // How many threads are inside the loop, and whether more may enter.
  atomic_int state;
  atomic_int sleepers;
  atomic_bool waiting;
  atomic_long next;
  // Of the present loop; written while no thread is inside.
  long count;
  int helpers;
  void (*body)(void *context, long index);
  void *context;
  int threads;
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER};

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void run_indices(void) {
  for (;;) {
    const long index = atomic_fetch_add(&pool.next, 1);
    if (index >= pool.count) return;
    pool.body(pool.context, index);
  }
}

// Enters the loop if it still runs. What is read of the loop after entering stays as it is until this thread leaves.
static bool enter(void) {
  int state = atomic_load(&pool.state);
  while (state & OPEN)
    if (atomic_compare_exchange_weak(&pool.state, &state, state + 1)) return true;
  return false;
}

static void leave(void) {
  if (atomic_fetch_sub(&pool.state, 1) == 1 && atomic_load(&pool.waiting)) {
    pthread_mutex_lock(&pool.lock);
    pthread_cond_signal(&pool.done);
    pthread_mutex_unlock(&pool.lock);
  }
}

// Waits for the turn after `seen`, awake at first.
static unsigned next_turn(unsigned seen) {
  for (int look = 0; look < LOOKS; look++) {
    const unsigned turn = atomic_load(&pool.turn);
    if (turn != seen) return turn;
    pause_briefly();
  }
  pthread_mutex_lock(&pool.lock);
  atomic_fetch_add(&pool.sleepers, 1);
  while (atomic_load(&pool.turn) == seen) pthread_cond_wait(&pool.wake, &pool.lock);
  atomic_fetch_sub(&pool.sleepers, 1);
  pthread_mutex_unlock(&pool.lock);
  return atomic_load(&pool.turn);
}

static void *work(void *place) {
  const int number = (int)(ptrdiff_t)place;
  unsigned seen = 0;
  for (;;) {
    seen = next_turn(seen);
    if (!enter()) continue;
    if (number < pool.helpers) run_indices();
    leave();
  }
  return NULL;
}

static void start_threads(int wanted) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  while (pool.threads < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, work, (void *)(ptrdiff_t)pool.threads) != 0) break;
    pool.threads++;
  }
  pthread_attr_destroy(&attributes);
}

// Closes the loop and waits until every thread has left it.
static void finish(void) {
  atomic_fetch_and(&pool.state, ~OPEN);
  for (int look = 0; look < LOOKS; look++) {
    if (atomic_load(&pool.state) == 0) return;
    pause_briefly();
  }
  pthread_mutex_lock(&pool.lock);
  atomic_store(&pool.waiting, true);
  while (atomic_load(&pool.state) != 0) pthread_cond_wait(&pool.done, &pool.lock);
  atomic_store(&pool.waiting, false);
  pthread_mutex_unlock(&pool.lock);
}

int surety_parallel(long count, int threads, void (*body)(void *context, long index),
                    void *context) {
  if (pthread_mutex_trylock(&pool.owner) != 0) return 0;
  const int wanted = threads - 1 < MOST ? threads - 1 : MOST;
  if (pool.threads < wanted) start_threads(wanted);
  pool.count = count;
  pool.helpers = wanted;
  pool.body = body;
  pool.context = context;
  atomic_store(&pool.next, 0);
  atomic_store(&pool.state, OPEN);
  atomic_fetch_add(&pool.turn, 1);
  if (atomic_load(&pool.sleepers) > 0) {
    pthread_mutex_lock(&pool.lock);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
  }
  run_indices();
  finish();
  pthread_mutex_unlock(&pool.owner);
  return 1;
}
