/* products.c - the products of an epoch by the engine's kernels and nothing else, beside BLAS's.

   As peers/numpy_peer.py's Products; peers/peer.h has the protocol. */

#include "network.h"
#include "peers/peer.h"

static mg_network net;
static unsigned rows, batch;

static void *zeroed(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (p == NULL) exit(1);
  return memset(p, 0, bytes);
}

/* Small numbers everywhere, none of which is subnormal. */
static void fill(mg_mat *m) {
  for (size_t i = 0; i < m->nrows; i++)
    for (size_t j = 0; j < m->ncols; j++) mg_mat_set(m, i, j, .01 + (double)((i + j) % 7) * .01);
}

static void make(peer_task *t) {
  const mg_type type = strcmp(t->precision, "single") == 0 ? MG_SINGLE : MG_DOUBLE;
  mg_layer_spec spec[MOST_LAYERS];
  const size_t n_layers = t->n_layers - 1;
  for (size_t l = 0; l < n_layers; l++)
    spec[l] = (mg_layer_spec){t->layers[l + 1], mg_activation_find("linear", type), true};
  mg_network_make(&net, type, 1, t->layers[0], n_layers, spec,
                  zeroed(mg_network_bytes(type, 1, t->layers[0], n_layers, spec)));
  mg_network_room(&net, t->batch, zeroed(mg_batch_bytes(&net, t->batch)));
  for (size_t l = 0; l < n_layers; l++) {
    mg_layer *y = &net.layer[l];
    fill(&y->theta), fill(&y->in), fill(&y->delta);
  }
  rows = t->rows;
  batch = t->batch;
}

static void pass(size_t count) {
  const mg_products *p = net.kernels->products;
  for (size_t l = 0; l < net.n_layers; l++) {
    mg_layer *y = &net.layer[l];
    p->z(&y->in, &y->theta, &y->z, 0, count, net.room);
  }
  for (size_t l = net.n_layers; l-- > 0;) {
    mg_layer *y = &net.layer[l];
    if (l > 0) p->back(&y->delta, &y->theta, &y[-1].delta, 0, count, net.room);
    p->grad(&y->delta, &y->in, &y->grad, 0, count, net.room);
  }
}

static void train(long epochs) {
  for (long e = 0; e < epochs; e++)
    for (unsigned r = 0; r < rows; r += batch) pass(rows - r < batch ? rows - r : batch);
}

static double result(void) { return 0; }

int main(int argc, char *argv[]) {
  if (argc < 8) return 2;
  peer_task task = peer_read(argv);
  make(&task);
  peer_serve("", train, result);
}
