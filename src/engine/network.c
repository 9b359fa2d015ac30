/* network.c - divides memory among the arrays of a network and of its batch. */

#include "network.h"

#include <string.h>

#define LINE    ((size_t)64)  /* bytes: rows of wide layers start on a cache line */
#define IN_FLAT 4             /* flat arrays: theta, grad, dtheta, previous */
#define SCRATCH ((size_t)128) /* rows that an evaluation computes at a time */

/* --- sizes, checked before they are multiplied ------------------------------- */

/* *total += a * b; false when that overflows. */
static bool add_product(size_t *total, size_t a, size_t b) {
  size_t product;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(*total, product, total);
}

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* Numbers of a type in a cache line. */
static size_t in_line(mg_type type) { return LINE / mg_type_size(type); }

/* Numbers from one row of n to the next. Narrow rows are not padded: padding costs more than it gains. */
static size_t stride(size_t n, mg_type type) { return n < MG_TINY ? n : round_up(n, in_line(type)); }

/* A row of activations is a one and the n units' numbers. lead: the place of the first unit's number; in wide
   rows it is aligned. a_stride: numbers from one such row to the next. */
static size_t lead(size_t n, mg_type type) { return n < MG_TINY ? 1 : in_line(type); }
static size_t a_stride(size_t n, mg_type type) {
  return n < MG_TINY ? n + 1 : round_up(n + 1, in_line(type));
}

/* Larger sizes are refused, so that the product of two sizes and of an element's bytes does not overflow. */
#define MAX_UNITS ((size_t)1 << 30)

typedef struct sizes {
  size_t n_theta; /* numbers of one flat array */
  size_t widest;  /* units of the widest layer, the input included */
  size_t room;    /* numbers of room that the products need */
} sizes;

static bool measure(mg_type type, size_t n_in, size_t n_layers, const mg_layer_spec *spec, sizes *s) {
  *s = (sizes){0, n_in, 0};
  if (n_in == 0 || n_in > MAX_UNITS) return false;
  for (size_t l = 0; l < n_layers; l++) {
    const size_t n_out = spec[l].n_out;
    if (n_out == 0 || n_out > MAX_UNITS) return false;
    if (!add_product(&s->n_theta, 1 + n_in, stride(n_out, type))) return false;
    s->n_theta = round_up(s->n_theta, in_line(type));
    if (n_out > s->widest) s->widest = n_out;
    n_in = n_out;
  }
  s->room = mg_kernels_for(type)->products->room(s->widest);
  return true;
}

/* *total += the numbers that rows rows of n activations and a one take; add_rows: of n numbers. False when
   that overflows. */
static bool add_a(size_t *total, size_t n, size_t rows, mg_type type) {
  if (!add_product(total, a_stride(n, type), rows)) return false;
  *total = round_up(*total + lead(n, type), in_line(type));
  return true;
}

static bool add_rows(size_t *total, size_t n, size_t rows, mg_type type) {
  if (!add_product(total, stride(n, type), rows)) return false;
  *total = round_up(*total, in_line(type));
  return true;
}

/* Rows that an evaluation computes at a time: fewer than 128 when layers are so wide that 128 would take over
   64 MB. */
static size_t scratch_rows(size_t widest) {
  const size_t fit = ((size_t)1 << 23) / widest;
  return fit < 1 ? 1 : fit < SCRATCH ? fit : SCRATCH;
}

size_t mg_network_bytes(mg_type type, size_t parts, size_t n_in, size_t n_layers, const mg_layer_spec *spec) {
  sizes s;
  if (n_layers == 0 || !measure(type, n_in, n_layers, spec, &s)) return 0;
  const size_t rows = scratch_rows(s.widest);
  size_t numbers = in_line(type), bytes = LINE; /* kernels may read up to a vector past the end */
  if (!add_product(&numbers, s.n_theta, IN_FLAT)) return 0;
  if (!add_a(&numbers, s.widest, rows, type) || !add_a(&numbers, s.widest, rows, type)) return 0;
  if (!add_rows(&numbers, s.widest, rows, type) || !add_rows(&numbers, s.widest, rows, type)) return 0;
  if (!add_rows(&numbers, s.room, parts, type)) return 0;
  if (s.widest < MG_TINY && !add_product(&bytes, mg_kernels_for(type)->tiny->room(n_layers, s.n_theta), 1))
    return 0;
  if (!add_product(&bytes, numbers, mg_type_size(type))) return 0;
  if (!add_product(&bytes, n_layers, sizeof(mg_layer) + 2 * sizeof(mg_range))) return 0;
  return bytes;
}

/* --- dividing memory ------------------------------------------------------------- */

/* Memory that arrays are taken from, in whole cache lines. */
typedef struct memory {
  char *at;
  mg_type type;
} memory;

/* Takes memory for count numbers. */
static void *take(memory *m, size_t count) {
  void *taken = m->at;
  m->at += round_up(count * mg_type_size(m->type), LINE);
  return taken;
}

static mg_mat take_rows(memory *m, size_t n, size_t rows) {
  const size_t ld = stride(n, m->type);
  return mg_mat_of(take(m, ld * rows), rows, n, ld, m->type);
}

/* Takes memory for rows x (1 + n) activations and sets their column of ones. */
static mg_mat take_a(memory *m, size_t n, size_t rows) {
  const size_t ld = a_stride(n, m->type), before = lead(n, m->type) - 1;
  void *base = take(m, before + 1 + ld * rows);
  mg_mat a = mg_mat_of(mg_at(base, (ptrdiff_t)before, m->type), rows, 1 + n, ld, m->type);
  mg_mat ones = mg_mat_cols(a, 0, 1);
  mg_mat_fill(&ones, 1);
  return a;
}

/* A layer's view of a flat array, from the number at offset on, input-major in memory. */
static mg_mat parameters(void *flat, size_t offset, size_t n_out, size_t n_in, mg_type type) {
  return (mg_mat){mg_at(flat, (ptrdiff_t)offset, type), n_out, 1 + n_in, 1,
                  (ptrdiff_t)stride(n_out, type),       type};
}

/* Rows of a block, after which mg_stopped is called. No operation on a block takes much over 20 ms, at
   7 multiply-adds a ns (SSE2 makes some 10) and 32 ns an activation (libm's slowest). */
static size_t block_rows(const mg_network *net) {
  size_t block = (size_t)1 << 16;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    const size_t products = ((size_t)1 << 27) / (y->n_in * y->n_out);
    const size_t activations = ((size_t)1 << 19) / y->n_out;
    if (products < block) block = products;
    if (activations < block) block = activations;
  }
  return block < 1 ? 1 : block;
}

/* Finds the ranges of the flat arrays that are not frozen. Ranges of adjacent layers are joined; the padding
   between them is 0 and stays 0, unless the optimiser tells biases apart, or eta is another. */
static void find_ranges(mg_network *net) {
  net->n_ranges = 0;
  bool whole = false; /* does the last range reach the end of the layer before? */
  size_t start = 0;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    const size_t ld = (size_t)y->theta.cs, end = start + ld * (1 + y->n_in);
    const bool bias = y->bias && !(y->frozen & MG_FROZEN_BIAS), weights = !(y->frozen & MG_FROZEN_WEIGHTS);
    const size_t from = bias ? start : start + ld, to = weights ? end : start + ld;
    if (from < to && net->optimiser->tells_biases) {
      if (bias) net->range[net->n_ranges++] = (mg_range){start, ld, true, y->eta_scale};
      if (weights)
        net->range[net->n_ranges++] = (mg_range){start + ld, end - start - ld, false, y->eta_scale};
    } else if (from < to && bias && whole && y->eta_scale == y[-1].eta_scale) {
      mg_range *last = &net->range[net->n_ranges - 1];
      last->count = to - last->from;
    } else if (from < to) {
      net->range[net->n_ranges++] = (mg_range){from, to - from, false, y->eta_scale};
    }
    whole = weights;
    start = round_up(end, in_line(net->type));
  }
}

void mg_network_make(mg_network *net, mg_type type, size_t parts, size_t n_in, size_t n_layers,
                     const mg_layer_spec *spec, void *block) {
  sizes s;
  measure(type, n_in, n_layers, spec, &s);
  *net = (mg_network){.n_layers = n_layers, .type = type, .eta = 0.1, .n_theta = s.n_theta};
  net->kernels = mg_kernels_for(type);
  net->cost.kind = mg_cost_find("sse", type);
  net->optimiser = mg_optimiser_find("sgd", type);
  memory m = {block, type};
  net->flat.theta = net->home = take(&m, s.n_theta);
  net->flat.grad = take(&m, s.n_theta);
  net->flat.dtheta = take(&m, s.n_theta);
  net->flat.previous = take(&m, s.n_theta);
  net->scratch_rows = scratch_rows(s.widest);
  for (int k = 0; k < 2; k++) net->scratch_in[k] = take_a(&m, s.widest, net->scratch_rows);
  net->scratch_z = take_rows(&m, s.widest, net->scratch_rows);
  net->scratch_y = take_rows(&m, s.widest, net->scratch_rows);
  net->parts = parts;
  net->room_size = stride(s.room, type);
  net->room = take(&m, net->room_size * parts);
  if (s.widest < MG_TINY) {
    net->tiny = m.at;
    m.at += net->kernels->tiny->room(n_layers, net->n_theta);
  }
  net->layer = (mg_layer *)(void *)m.at;
  net->range = (mg_range *)(void *)(net->layer + n_layers);
  size_t offset = 0;
  for (size_t l = 0; l < n_layers; l++) {
    mg_layer *y = &net->layer[l];
    *y = (mg_layer){.n_in = n_in,
                    .n_out = spec[l].n_out,
                    .activation = spec[l].activation,
                    .bias = spec[l].bias,
                    .dropout = spec[l].dropout,
                    .eta_scale = 1};
    net->n_dropouts += spec[l].dropout > 0;
    y->theta = parameters(net->flat.theta, offset, y->n_out, n_in, type);
    y->grad = parameters(net->flat.grad, offset, y->n_out, n_in, type);
    y->dtheta = parameters(net->flat.dtheta, offset, y->n_out, n_in, type);
    offset = round_up(offset + (1 + n_in) * stride(y->n_out, type), in_line(type));
    n_in = y->n_out;
  }
  net->block = block_rows(net);
  find_ranges(net);
}

size_t mg_batch_bytes(const mg_network *net, size_t rows) {
  const mg_type type = net->type;
  size_t numbers = in_line(type), bytes = 0; /* kernels may read up to a vector past the end */
  if (rows == 0 || !add_a(&numbers, net->layer[0].n_in, rows, type)) return 0;
  for (size_t l = 0; l < net->n_layers; l++) {
    const size_t n = net->layer[l].n_out;
    if (!add_a(&numbers, n, rows, type) || !add_rows(&numbers, n, rows, type) ||
        !add_rows(&numbers, n, rows, type))
      return 0;
    if (net->layer[l].dropout > 0 &&
        (!add_rows(&numbers, n, rows, type) || !add_rows(&numbers, n, rows, type)))
      return 0;
  }
  if (!add_rows(&numbers, mg_network_n_out(net), rows, type)) return 0;
  return add_product(&bytes, numbers, mg_type_size(type)) ? bytes : 0;
}

void mg_network_room(mg_network *net, size_t rows, void *block) {
  memory m = {block, net->type};
  mg_mat a = take_a(&m, net->layer[0].n_in, rows);
  for (size_t l = 0; l < net->n_layers; l++) {
    mg_layer *y = &net->layer[l];
    y->in = a;
    a = take_a(&m, y->n_out, rows);
    y->out = mg_mat_cols(a, 1, y->n_out);
    y->z = take_rows(&m, y->n_out, rows);
    y->delta = take_rows(&m, y->n_out, rows);
    if (y->dropout > 0) {
      y->mask = take_rows(&m, y->n_out, rows);
      y->whole = take_rows(&m, y->n_out, rows);
    }
  }
  net->y = take_rows(&m, mg_network_n_out(net), rows);
  net->gathered = false;
  net->capacity = rows;
  net->rows = 0;
  net->made = MG_NOTHING;
  net->dropped = false;
}

/* --- changing parts of a network ---------------------------------------- */

/* What is frozen of a layer is 0 in an array that lies as its dtheta does. */
static void clear_frozen(const mg_layer *y, mg_mat m) {
  mg_mat part = mg_mat_cols(m, 0, 1);
  if (y->frozen & MG_FROZEN_BIAS) mg_mat_fill(&part, 0);
  part = mg_mat_cols(m, 1, y->n_in);
  if (y->frozen & MG_FROZEN_WEIGHTS) mg_mat_fill(&part, 0);
}

void mg_network_freeze(mg_network *net, size_t l, unsigned parts) {
  mg_layer *y = &net->layer[l];
  y->frozen = parts;
  clear_frozen(y, y->dtheta);
  for (size_t k = 0; k < net->optimiser->n_states; k++) clear_frozen(y, mg_state(net, k, l));
  find_ranges(net);
}

void mg_network_scale_eta(mg_network *net, size_t l, double scale) {
  net->layer[l].eta_scale = scale;
  find_ranges(net);
}

mg_mat mg_state(const mg_network *net, size_t k, size_t l) {
  mg_mat m = net->layer[l].grad;
  m.data = (char *)net->flat.state[k] + ((char *)m.data - (char *)net->flat.grad);
  return m;
}

/* The states, and behind them their values before the last update; each array is as long as THETA. */
size_t mg_states_bytes(const mg_network *net, const mg_optimiser *optimiser) {
  return 2 * optimiser->n_states * net->n_theta * mg_type_size(net->type);
}

void mg_network_optimise(mg_network *net, const mg_optimiser *optimiser, const double *number, void *room) {
  for (size_t k = 0; optimiser->number[k].name != NULL; k++) net->number[k] = number[k];
  if (optimiser == net->optimiser) return;
  net->optimiser = optimiser;
  net->t = 0;
  memory m = {room, net->type};
  for (size_t k = 0; k < optimiser->n_states; k++) net->flat.state[k] = take(&m, net->n_theta);
  for (size_t k = 0; k < optimiser->n_states; k++) net->flat.earlier[k] = take(&m, net->n_theta);
  find_ranges(net);
}

void mg_network_forget(mg_network *net) {
  net->t = 0;
  for (size_t k = 0; k < net->optimiser->n_states; k++) {
    memset(net->flat.state[k], 0, net->n_theta * mg_type_size(net->type));
    memset(net->flat.earlier[k], 0, net->n_theta * mg_type_size(net->type));
  }
}

size_t mg_place(const mg_network *net, size_t l, size_t i, size_t j) {
  const mg_mat *m = &net->layer[l].grad;
  const size_t first = (size_t)((char *)m->data - (char *)net->flat.grad) / mg_type_size(net->type);
  return first + i * (size_t)m->rs + j * (size_t)m->cs;
}

void mg_network_activate(mg_network *net, size_t l, const mg_activation *activation) {
  net->layer[l].activation = activation;
  net->gathered = false;
}

void mg_clear_bias(mg_network *net, size_t l) {
  if (net->layer[l].bias) return;
  mg_mat bias = mg_mat_cols(net->layer[l].theta, 0, 1);
  mg_mat_fill(&bias, 0);
}
