/* network.c - laying a network out in memory, and bringing data into it. */

#include "network.h"

#include <string.h>

#include "product.h"
#include "real.h"

#define LINE    ((size_t)64)          /* bytes: rows of wide layers start on a cache line */
#define VECTOR  (LINE / sizeof(real)) /* numbers in it */
#define IN_FLAT 4                     /* flat arrays: theta, grad, dtheta, previous */
#define SCRATCH 128                   /* rows that evaluation takes at a time */

/* --- sizes, checked before they are multiplied ------------------------------- */

/* *total += a * b; false when that overflows. */
static bool add_product(size_t *total, size_t a, size_t b) {
  size_t product;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(*total, product, total);
}

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* Numbers from one row of n to the next. Narrow rows are packed: padding them costs more than it gives. */
static size_t stride(size_t n) { return n < VECTOR ? n : round_up(n, VECTOR); }

/* Activations of n units stand behind a one; where rows are wide, they stay aligned behind it. */
static size_t lead(size_t n) { return n < VECTOR ? 1 : VECTOR; }
static size_t a_stride(size_t n) { return n < VECTOR ? n + 1 : round_up(n + 1, VECTOR); }

/* Sizes past this are refused: strides and counts are handed to CBLAS as int. */
#define MAX_UNITS ((size_t)1 << 30)

typedef struct sizes {
  size_t n_theta; /* of one flat array */
  size_t widest;  /* layer, input included */
} sizes;

static bool measure(size_t n_in, size_t n_layers, const mg_layer_spec *spec, sizes *s) {
  *s = (sizes){0, n_in};
  if (n_in == 0 || n_in > MAX_UNITS) return false;
  for (size_t l = 0; l < n_layers; l++) {
    const size_t n_out = spec[l].n_out;
    if (n_out == 0 || n_out > MAX_UNITS) return false;
    if (!add_product(&s->n_theta, 1 + n_in, stride(n_out))) return false;
    s->n_theta = round_up(s->n_theta, VECTOR);
    if (n_out > s->widest) s->widest = n_out;
    n_in = n_out;
  }
  return true;
}

/* Numbers that rows rows of activations of n units with their ones take. */
static bool add_a(size_t *total, size_t n, size_t rows) {
  if (!add_product(total, a_stride(n), rows)) return false;
  *total = round_up(*total + lead(n), VECTOR);
  return true;
}

static bool add_rows(size_t *total, size_t n, size_t rows) {
  if (!add_product(total, stride(n), rows)) return false;
  *total = round_up(*total, VECTOR);
  return true;
}

/* Rows that evaluation takes at a time: fewer where layers are so wide that 128 would take over 64 MB. */
static size_t scratch_rows(size_t widest) {
  const size_t fit = ((size_t)1 << 23) / widest;
  return fit < 1 ? 1 : fit < SCRATCH ? fit : SCRATCH;
}

size_t mg_network_bytes(size_t n_in, size_t n_layers, const mg_layer_spec *spec) {
  sizes s;
  if (n_layers == 0 || !measure(n_in, n_layers, spec, &s)) return 0;
  const size_t rows = scratch_rows(s.widest);
  size_t numbers = 0, bytes = 0;
  if (!add_product(&numbers, s.n_theta, IN_FLAT)) return 0;
  if (!add_a(&numbers, s.widest, rows) || !add_a(&numbers, s.widest, rows)) return 0;
  if (!add_rows(&numbers, s.widest, rows)) return 0;
  if (!add_product(&bytes, numbers, sizeof(real))) return 0;
  if (!add_product(&bytes, n_layers, sizeof(mg_layer) + 2 * sizeof(mg_range))) return 0;
  return bytes;
}

/* --- laying out ----------------------------------------------------------------- */

/* Takes count numbers from *at, which stays on a cache line. */
static real *take(real **at, size_t count) {
  real *taken = *at;
  *at += round_up(count, VECTOR);
  return taken;
}

/* rows x (1 + n) activations, their ones set. */
static mg_mat take_a(real **at, size_t n, size_t rows, mg_type type) {
  real *base = take(at, lead(n) + a_stride(n) * rows);
  mg_mat a = mg_mat_of(base + lead(n) - 1, rows, 1 + n, a_stride(n), type);
  for (size_t r = 0; r < rows; r++) base[lead(n) - 1 + r * a_stride(n)] = 1;
  return a;
}

/* A layer's view on a flat array, input-major. */
static mg_mat parameters(real *flat, size_t n_out, size_t n_in, mg_type type) {
  return (mg_mat){flat, n_out, 1 + n_in, 1, (ptrdiff_t)stride(n_out), type};
}

/* Rows of a pass between two questions whether to stop: no operation on a block takes much over 20 ms
   at 10^9 multiply-adds a second in own loops and the reference BLAS, 10^10 in an optimised one, and
   at 32 ns an activation. */
static size_t block_rows(const mg_network *net) {
  size_t block = (size_t)1 << 16;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    const size_t products = ((size_t)1 << (net->blas.fast ? 28 : 24)) / (y->n_in * y->n_out);
    const size_t activations = ((size_t)1 << 19) / y->n_out;
    if (products < block) block = products;
    if (activations < block) block = activations;
  }
  return block < 1 ? 1 : block;
}

/* The stretches of the flat arrays that may move. Two of adjacent layers become one over the padding
   between them, which is 0 and stays 0. */
static void find_ranges(mg_network *net) {
  net->n_ranges = 0;
  bool whole = false; /* does the last stretch reach the end of the layer before? */
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    const size_t start = (size_t)((real *)y->theta.data - (real *)net->theta), ld = (size_t)y->theta.cs;
    const bool bias = y->bias && !(y->frozen & MG_FROZEN_BIAS), weights = !(y->frozen & MG_FROZEN_WEIGHTS);
    const size_t from = bias ? start : start + ld, to = weights ? start + ld * (1 + y->n_in) : start + ld;
    if (from < to && bias && whole) {
      mg_range *last = &net->range[net->n_ranges - 1];
      last->count = to - last->from;
    } else if (from < to) {
      net->range[net->n_ranges++] = (mg_range){from, to - from};
    }
    whole = weights;
  }
}

void mg_network_make(mg_network *net, size_t n_in, size_t n_layers, const mg_layer_spec *spec, void *memory) {
  sizes s;
  measure(n_in, n_layers, spec, &s);
  *net = (mg_network){.n_layers = n_layers, .type = MG_REAL, .eta = 0.1, .n_theta = s.n_theta};
  net->cost.kind = mg_cost_find("sse", MG_REAL);
  real *at = memory;
  net->theta = take(&at, s.n_theta);
  net->grad = take(&at, s.n_theta);
  net->dtheta = take(&at, s.n_theta);
  net->previous = take(&at, s.n_theta);
  net->scratch_rows = scratch_rows(s.widest);
  for (int k = 0; k < 2; k++) net->scratch_in[k] = take_a(&at, s.widest, net->scratch_rows, MG_REAL);
  net->scratch_z = mg_mat_of(take(&at, stride(s.widest) * net->scratch_rows), net->scratch_rows, s.widest,
                             stride(s.widest), MG_REAL);
  net->layer = (mg_layer *)(void *)at;
  net->range = (mg_range *)(void *)(net->layer + n_layers);
  size_t offset = 0, widest = 0;
  for (size_t l = 0; l < n_layers; l++) {
    mg_layer *y = &net->layer[l];
    *y = (mg_layer){
        .n_in = n_in, .n_out = spec[l].n_out, .activation = spec[l].activation, .bias = spec[l].bias};
    y->theta = parameters((real *)net->theta + offset, y->n_out, n_in, MG_REAL);
    y->grad = parameters((real *)net->grad + offset, y->n_out, n_in, MG_REAL);
    y->dtheta = parameters((real *)net->dtheta + offset, y->n_out, n_in, MG_REAL);
    offset = round_up(offset + (1 + n_in) * stride(y->n_out), VECTOR);
    if ((1 + n_in) * y->n_out > widest) widest = (1 + n_in) * y->n_out;
    n_in = y->n_out;
  }
  if (widest >= MG_BLAS_WEIGHTS) net->blas = mg_blas_load();
  net->block = block_rows(net);
  find_ranges(net);
}

size_t mg_batch_bytes(const mg_network *net, size_t rows) {
  size_t numbers = 0, bytes = 0;
  if (rows == 0 || !add_a(&numbers, net->layer[0].n_in, rows)) return 0;
  for (size_t l = 0; l < net->n_layers; l++) {
    const size_t n = net->layer[l].n_out;
    if (!add_a(&numbers, n, rows) || !add_rows(&numbers, n, rows) || !add_rows(&numbers, n, rows)) return 0;
  }
  if (!add_rows(&numbers, mg_network_n_out(net), rows)) return 0;
  return add_product(&bytes, numbers, sizeof(real)) ? bytes : 0;
}

void mg_network_room(mg_network *net, size_t rows, void *memory) {
  real *at = memory;
  mg_mat a = take_a(&at, net->layer[0].n_in, rows, MG_REAL);
  for (size_t l = 0; l < net->n_layers; l++) {
    mg_layer *y = &net->layer[l];
    y->in = a;
    a = take_a(&at, y->n_out, rows, MG_REAL);
    y->out = mg_mat_cols(a, 1, y->n_out);
    y->z = mg_mat_of(take(&at, stride(y->n_out) * rows), rows, y->n_out, stride(y->n_out), MG_REAL);
    y->delta = mg_mat_of(take(&at, stride(y->n_out) * rows), rows, y->n_out, stride(y->n_out), MG_REAL);
  }
  const size_t k = mg_network_n_out(net);
  net->y = mg_mat_of(take(&at, stride(k) * rows), rows, k, stride(k), MG_REAL);
  net->capacity = rows;
  net->rows = 0;
  net->made = MG_NOTHING;
}

/* --- bringing data in -------------------------------------------------------------- */

/* Says of every view of the batch that it has rows rows. */
static void set_rows(mg_network *net, size_t rows) {
  if (rows == net->rows) return;
  net->rows = net->y.nrows = rows;
  for (size_t l = 0; l < net->n_layers; l++) {
    mg_layer *y = &net->layer[l];
    y->in.nrows = y->z.nrows = y->out.nrows = y->delta.nrows = rows;
  }
}

/* Rows copied between two questions whether to stop: about a million numbers, some ms. */
static size_t copy_rows(const mg_mat *m) {
  const size_t rows = ((size_t)1 << 20) / m->ncols;
  return rows < 1 ? 1 : rows;
}

static mg_status copy_in(mg_network *net, mg_mat to, const mg_mat *from, const uint32_t *order) {
  const size_t step = copy_rows(from);
  for (size_t r = 0; r < to.nrows; r += step) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t count = to.nrows - r < step ? to.nrows - r : step;
    if (order == NULL) {
      mg_mat dst = mg_mat_rows(to, r, count), src = mg_mat_rows(*from, r, count);
      mg_mat_copy(&dst, &src);
    } else {
      for (size_t k = r; k < r + count; k++) {
        mg_mat dst = mg_mat_rows(to, k, 1), src = mg_mat_rows(*from, order[k], 1);
        mg_mat_copy(&dst, &src);
      }
    }
  }
  return MG_OK;
}

mg_status mg_network_stage(mg_network *net, const mg_mat *x, const mg_mat *y, size_t rows,
                           const uint32_t *order) {
  mg_status status = MG_OK;
  set_rows(net, rows);
  if (x != NULL) {
    net->made = MG_NOTHING;
    status = copy_in(net, mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in), x, order);
  }
  if (y != NULL && status == MG_OK) status = copy_in(net, net->y, y, order);
  if (status != MG_OK) set_rows(net, 0);
  return status;
}

/* --- small questions and changes ------------------------------------------------------ */

void mg_network_freeze(mg_network *net, size_t l, unsigned parts) {
  mg_layer *y = &net->layer[l];
  y->frozen = parts;
  mg_mat part = mg_mat_cols(y->dtheta, 0, 1);
  if (parts & MG_FROZEN_BIAS) mg_mat_fill(&part, 0);
  part = mg_mat_cols(y->dtheta, 1, y->n_in);
  if (parts & MG_FROZEN_WEIGHTS) mg_mat_fill(&part, 0);
  find_ranges(net);
}

void mg_network_activate(mg_network *net, size_t l, const mg_activation *activation) {
  net->layer[l].activation = activation;
}

size_t mg_network_n_in(const mg_network *net) { return net->layer[0].n_in; }
size_t mg_network_n_out(const mg_network *net) { return net->layer[net->n_layers - 1].n_out; }

mg_mat mg_network_a(const mg_network *net, size_t l) {
  return l < net->n_layers ? net->layer[l].in : net->layer[l - 1].out;
}
