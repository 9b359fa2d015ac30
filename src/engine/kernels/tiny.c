/* tiny.c - a whole pass through a network in which every layer has less than 8 units.

   In such networks the calls of the operations of ops.c cost more than the work in them. Here one
   function does the pass: the activations of a unit for VL rows are one vector, and only GRAD is
   stored. The sums have the same terms in the same order as those of product.c, and the functions
   are the same, so the results are equal in every bit; tests/engine/test_kernels.c compares them. XOR
   on {2, 2, 2, 1}: 300 ns an epoch operation by operation, 150 here (Zen 5, AVX-512). */

#include "elementary.h"
#include "kernels.h"
#include "network.h"
#include "vectors.h"

typedef vec units[MG_TINY]; /* one vector for each unit of a layer; its lanes are rows */

/* The results of a pass for one layer and VL rows. */
typedef struct kept {
  units z, out, delta;
} kept;

/* VL rows of the batch: one vector for each column of X and of y. */
typedef struct block {
  units x, y;
} block;

/* The room of a network, net->tiny. */
typedef struct tiny {
  block rows[MG_FEW_ROWS / VL]; /* the batch */
  bool ahead;                   /* has tiny_evaluate made the forward pass at the THETA saved below? */
  kept layer[];                 /* [n_layers]; behind it a copy of that THETA, n_theta numbers */
} tiny;

static size_t tiny_room(size_t n_layers, size_t n_theta) {
  return sizeof(tiny) + n_layers * sizeof(kept) + n_theta * sizeof(real);
}

/* The last step's evaluation is the same forward pass that the next step begins with. When one block holds
   all rows, layer still has its results, and a copy of THETA shows later whether they are valid. Repeated
   step(1) of XOR: .41 us each, .47 without. */
static void keep_ahead(const mg_network *net) {
  tiny *n = net->tiny;
  n->ahead = net->rows <= (size_t)VL;
  if (n->ahead) memcpy(n->layer + net->n_layers, net->flat.theta, net->n_theta * sizeof(real));
}

/* Does layer hold the forward pass at the current THETA? Later calls return false, as the caller then changes
   layer. */
static bool take_ahead(const mg_network *net) {
  tiny *n = net->tiny;
  const bool ahead = n->ahead;
  n->ahead = false;
  return ahead && memcmp(n->layer + net->n_layers, net->flat.theta, net->n_theta * sizeof(real)) == 0;
}

/* Copies rows from .. from + count - 1 of m: one vector for each column, rows in the lanes. */
static void gather(const mg_mat *m, size_t from, size_t count, vec *columns) {
  for (size_t r = 0; r < count; r++) {
    const real *row = (const real *)m->data + (ptrdiff_t)(from + r) * m->rs;
    for (size_t j = 0; j < m->ncols; j++) columns[j][r] = row[j];
  }
}

static size_t rows_left(const mg_network *net, size_t from) {
  return net->rows - from < (size_t)VL ? net->rows - from : (size_t)VL;
}

static void tiny_begin(mg_network *net) {
  if (net->gathered) return;
  net->gathered = true;
  tiny *n = net->tiny;
  n->ahead = false;
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  memset(n->rows, 0, sizeof n->rows);
  for (size_t from = 0; from < net->rows; from += VL) {
    gather(&x, from, rows_left(net, from), n->rows[from / VL].x);
    gather(&net->y, from, rows_left(net, from), n->rows[from / VL].y);
  }
}

static const real *weights(const mg_mat *theta) { return theta->data; }

/* statement for each i < n: for each unit. */
#define EACH(n, statement) \
  for (size_t i = 0; i < (n); i++) statement

/* k->out = g(k->z); the commonest functions are inlined. */
static void activate(const mg_layer *y, kept *k) {
  const mg_vectors *f = mg_vectors_of(y->activation);
  if (f->g == mg_sigmoid_g)
    EACH(y->n_out, k->out[i] = sigmoid_v(k->z[i]));
  else if (f->g == mg_tanh_g)
    EACH(y->n_out, k->out[i] = tanh_v(k->z[i]));
  else
    EACH(y->n_out, k->out[i] = f->g(k->z[i]));
}

static void forward(const mg_layer *y, const vec *in, kept *k) {
  const real *w = weights(&y->theta);
  const size_t ld = (size_t)y->theta.cs;
  for (size_t i = 0; i < y->n_out; i++) {
    vec sum = all(w[i]);
    for (size_t j = 0; j < y->n_in; j++) sum = fma_v(in[j], all(w[(j + 1) * ld + i]), sum);
    k->z[i] = sum;
  }
  activate(y, k);
}

/* k->delta = dJ/da, from the deltas of the layer above. */
static void back(const mg_layer *above, const kept *from, kept *k) {
  const real *w = weights(&above->theta) + above->theta.cs;
  for (size_t j = 0; j < above->n_in; j++, w += above->theta.cs) {
    vec sum = {0};
    for (size_t i = 0; i < above->n_out; i++) sum = fma_v(from->delta[i], all(w[i]), sum);
    k->delta[j] = sum;
  }
}

/* grad += delta^T [1 in] over the first count lanes; fresh: grad = that sum. */
ALWAYS_INLINE void gradient(const mg_layer *y, const vec *in, const kept *k, const size_t count, bool fresh) {
  real *g = y->grad.data;
  for (size_t i = 0; i < y->n_out; i++) {
    real sum = fresh ? 0 : g[i];
    for (size_t r = 0; r < count; r++) sum += k->delta[i][r];
    g[i] = sum;
  }
  for (size_t j = 0; j < y->n_in; j++) {
    g += y->grad.cs;
    for (size_t i = 0; i < y->n_out; i++) {
      real sum = fresh ? 0 : g[i];
      for (size_t r = 0; r < count; r++) sum = fma_r(in[j][r], k->delta[i][r], sum);
      g[i] = sum;
    }
  }
}

/* The reverse of gather: writes rows from .. from + count - 1 of m. */
static void scatter(const vec *columns, size_t from, size_t count, mg_mat *m) {
  for (size_t r = 0; r < count; r++) {
    real *row = (real *)m->data + (ptrdiff_t)(from + r) * m->rs;
    for (size_t j = 0; j < m->ncols; j++) row[j] = columns[j][r];
  }
}

/* The forward pass of one block, through all layers. */
static void forward_all(const mg_network *net, const block *rows, kept *k) {
  for (size_t l = 0; l < net->n_layers; l++) forward(&net->layer[l], l == 0 ? rows->x : k[l - 1].out, &k[l]);
}

/* *sum += the losses of the first count rows, row by row. */
static void add_losses(const mg_network *net, const block *rows, const kept *last, size_t count,
                       double *sum) {
  double loss[VL] = {0};
  mg_cost_vectors_of(net->cost.kind)->losses(last->z, last->out, rows->y, mg_network_n_out(net), count, loss);
  for (size_t r = 0; r < count; r++) *sum += loss[r];
}

/* The deltas and gradients of one block, from the last layer down. */
static void backward_all(const mg_network *net, const block *rows, kept *k, real factor, size_t count,
                         bool fresh) {
  const mg_layer *layer = net->layer;
  const size_t last = net->n_layers - 1;
  vec (*delta)(vec, vec, real) = mg_cost_vectors_of(net->cost.kind)->delta;
  EACH(layer[last].n_out, k[last].delta[i] = delta(k[last].out[i], rows->y[i], factor));
  for (size_t l = last + 1; l-- > 0;) {
    if (l < last) back(&layer[l + 1], &k[l + 1], &k[l]);
    if (l < last || net->cost.kind->output == NULL) {
      const mg_vectors *f = mg_vectors_of(layer[l].activation);
      EACH(layer[l].n_out, k[l].delta[i] *= f->slope(k[l].z[i], k[l].out[i]));
    }
    const vec *in = l == 0 ? rows->x : k[l - 1].out;
    if (count == 4)
      gradient(&layer[l], in, &k[l], 4, fresh);
    else if (count == (size_t)VL)
      gradient(&layer[l], in, &k[l], VL, fresh);
    else
      gradient(&layer[l], in, &k[l], count, fresh);
  }
}

static double tiny_pass(mg_network *net, bool leave) {
  tiny *n = net->tiny;
  const size_t last = net->n_layers - 1, n_out = net->layer[last].n_out;
  kept *k = n->layer;
  const real factor = (real)net->cost.kind->factor(&net->cost, net->rows, n_out);
  double sum = 0;
  for (size_t from = 0; from < net->rows; from += VL) {
    const size_t count = rows_left(net, from);
    const block *rows = &n->rows[from / VL];
    if (!take_ahead(net)) forward_all(net, rows, k);
    add_losses(net, rows, &k[last], count, &sum);
    backward_all(net, rows, k, factor, count, from == 0);
    for (size_t l = 0; leave && l <= last; l++) {
      mg_layer *y = &net->layer[l];
      scatter(k[l].z, from, count, &y->z);
      scatter(k[l].out, from, count, &y->out);
      scatter(k[l].delta, from, count, &y->delta);
    }
  }
  return sum;
}

static double tiny_evaluate(mg_network *net, mg_mat *out) {
  tiny *n = net->tiny;
  const size_t last = net->n_layers - 1;
  double sum = 0;
  for (size_t from = 0; from < net->rows; from += VL) {
    const size_t count = rows_left(net, from);
    forward_all(net, &n->rows[from / VL], n->layer);
    add_losses(net, &n->rows[from / VL], &n->layer[last], count, &sum);
    scatter(n->layer[last].out, from, count, out);
  }
  keep_ahead(net);
  return sum;
}

const mg_tiny_kernel MG_VARIANT(mg_tiny) = {tiny_room, tiny_begin, tiny_pass, tiny_evaluate};
