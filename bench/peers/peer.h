/* peer.h - what the peers in C share: protocol, task, data and weights.

   peer LAYERS ROWS BATCH HIDDEN ETA PRECISION HOW, for instance 784,30,10 50000 10 sigmoid 0.5 double exact.
   Says "ready VERSION"; then answers "go N" with the seconds that N epochs took, and "result" with the
   mean of squares over all rows. Data, weights and the order of the rows are drawn as task.py draws them. */

#ifndef PEER_H
#define PEER_H

#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DATA_SEED = 1, NET_SEED = 2, MOST_LAYERS = 8 };

typedef struct peer_task {
  unsigned layers[MOST_LAYERS], n_layers; /* units per layer, input first */
  unsigned rows, batch;
  const char *hidden, *precision, *how;
  double eta;
  mg_rng rng; /* draws the weights, then an order for each epoch */
} peer_task;

static inline peer_task peer_read(char *argv[]) {
  peer_task t = {.rows = (unsigned)atoi(argv[2]),
                 .batch = (unsigned)atoi(argv[3]),
                 .hidden = argv[4],
                 .precision = argv[6],
                 .how = argv[7],
                 .eta = atof(argv[5])};
  for (char *at = argv[1]; *at != '\0' && t.n_layers < MOST_LAYERS; at += *at == ',')
    t.layers[t.n_layers++] = (unsigned)strtoul(at, &at, 10);
  mg_rng_seed(&t.rng, NET_SEED);
  return t;
}

/* Draws one weight: the article's U[0, 1) for XOR, else U[-.12, .12). */
static inline double peer_weight(peer_task *t) {
  const double u = mg_rng_uniform(&t->rng);
  return t->rows == 4 ? u : u * 2 * .12 - .12;
}

static inline double peer_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Reads commands and answers them until the input ends. */
static inline void peer_serve(const char *version, void (*train)(long epochs), double (*mse)(void)) {
  char line[64];
  printf("ready %s\n", version);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strncmp(line, "go ", 3) == 0) {
      const long epochs = atol(line + 3);
      const double start = peer_now();
      train(epochs);
      printf("%.9f\n", peer_now() - start);
    } else {
      printf("%.17g\n", mse());
    }
    fflush(stdout);
  }
}

#endif
