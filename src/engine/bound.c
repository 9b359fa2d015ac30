/* bound.c - computes how large the rounding errors of J and GRAD may be; bound.h has the formulas. */

#include "bound.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "ops.h"
#include "rounding.h"

#define BLOCK ((size_t)64) /* rows that are handled at a time */
#define LANES ((size_t)8)  /* rows are padded to a multiple of so many doubles: the widest vector */

/* A layer in a block of rows. Row 0 is not used: the kernels' grad adds to its sum only after row 0. */
typedef struct layer {
  mg_mat w;          /* |THETA|, but (n + 2) u |bias| in its bias column; input-major in memory */
  mg_mat grad;       /* the bound of GRAD, n_out x (1 + n_in), input-major in memory */
  mg_mat a, ea;      /* BLOCK + 1 rows x (1 + n_in): |a| with its column of ones; its error, 0 for the ones */
  mg_mat z, ez, g;   /* BLOCK + 1 rows x n_out: z, its error, |g'| */
  mg_mat d, ed, out; /* BLOCK + 1 rows x n_out: |delta|, its error, the layer's own a with its sign */
} layer;

typedef struct work {
  mg_network *net;
  const mg_cost *cost; /* the cost that J is computed by; it may differ from the network's */
  mg_bound *bound;
  const mg_products *products;
  layer *layer;
  mg_mat sum, y;     /* the left factor of a product; the targets */
  void *room;        /* room that the products need */
  double u, tiny, j; /* u and tiny as in mg_bound; j: the error of the sum of losses so far */
  size_t from, rows; /* the current block: its first row, its number of rows */
} work;

/* --- memory -------------------------------------------------------------------------------------- */

static size_t padded(size_t n) { return (n + LANES - 1) / LANES * LANES; }

/* A piece of memory that arrays are taken from. When at is NULL, bytes only counts what would be taken. */
typedef struct memory {
  char *at;
  size_t bytes;
  bool overflows;
} memory;

static void *take(memory *m, size_t rows, size_t row) {
  size_t bytes;
  m->overflows |=
      __builtin_mul_overflow(rows, row, &bytes) || __builtin_add_overflow(m->bytes, bytes, &m->bytes);
  void *taken = m->at;
  if (m->at != NULL) m->at += bytes;
  return taken;
}

static mg_mat take_rows(memory *m, size_t rows, size_t n) {
  return mg_mat_of(take(m, rows, padded(n) * sizeof(double)), rows, n, padded(n), MG_DOUBLE);
}

static mg_mat take_weights(memory *m, const mg_layer *y) {
  return mg_mat_t(take_rows(m, 1 + y->n_in, y->n_out));
}

static void share_out(memory *m, const mg_network *net, work *k, mg_bound *bound) {
  size_t widest = net->layer[0].n_in;
  k->layer = take(m, net->n_layers, padded(sizeof(layer)));
  bound->grad = take(m, net->n_layers, padded(sizeof(mg_mat)));
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    layer at;
    if (y->n_out > widest) widest = y->n_out;
    at.w = take_weights(m, y);
    at.grad = take_weights(m, y);
    at.a = take_rows(m, BLOCK + 1, 1 + y->n_in);
    at.ea = take_rows(m, BLOCK + 1, 1 + y->n_in);
    mg_mat *const rows[] = {&at.z, &at.ez, &at.g, &at.d, &at.ed, &at.out};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) *rows[r] = take_rows(m, BLOCK + 1, y->n_out);
    if (m->at == NULL) continue;
    k->layer[l] = at;
    bound->grad[l] = at.grad;
  }
  k->sum = take_rows(m, BLOCK + 1, 1 + widest);
  k->y = take_rows(m, BLOCK + 1, mg_network_n_out(net));
  k->room = take(m, mg_kernels_for(MG_DOUBLE)->products->room(widest), sizeof(double));
  take(m, LANES, sizeof(double)); /* kernels may read up to a vector past the end */
}

size_t mg_bound_bytes(const mg_network *net) {
  memory m = {NULL, 0, false};
  work k;
  mg_bound bound;
  share_out(&m, net, &k, &bound);
  return m.overflows ? 0 : m.bytes;
}

/* --- the delta at the output --------------------------------------------------------------------- */

static double *row(const mg_mat *m, size_t r) { return (double *)m->data + (ptrdiff_t)r * m->rs; }

/* d and ed of the last layer for row r, by a cost of family f: dJ/dyhat for squares, else dJ/dz. */
static void delta_error(work *k, mg_family f, size_t r) {
  const layer *y = &k->layer[k->net->n_layers - 1];
  const size_t n = y->out.ncols;
  const double factor = fabs(k->net->cost.kind->factor(&k->net->cost, k->net->rows, n));
  const double *yhat = row(&y->out, r), *ea = row(&k->sum, r) + 1, *t = row(&k->y, r);
  const double total = mg_yhat_share(f, t, n);
  double *d = row(&y->d, r), *ed = row(&y->ed, r);
  for (size_t j = 0; j < n; j++) {
    const double apart = fabs(yhat[j] * total - t[j]);
    d[j] = (f == MG_SQUARES ? 2 : 1) * factor * apart;
    ed[j] = f == MG_SQUARES
                ? 2 * factor * (ea[j] + k->u * apart)
                : factor * (fabs(total) * ea[j] + 4 * k->u * (fabs(yhat[j] * total) + fabs(t[j])));
    ed[j] += k->tiny;
  }
}

/* A small change of yhat to where costs are defined: towards y, or away from y when y is nearer than that. */
static double move(const work *k, double yhat, double y) {
  const double by = sqrt(k->u) * (1 + fabs(yhat));
  return (y > yhat) == (fabs(y - yhat) >= by) ? by : -by;
}

/* to = the delta of the network's cost over the block, at yhat, or at yhat changed by move when is_moved. */
static mg_status delta_at(work *k, bool is_moved, const mg_mat *to) {
  mg_network *net = k->net;
  const mg_layer *last = &net->layer[net->n_layers - 1];
  const size_t n = last->n_out;
  const double factor = net->cost.kind->factor(&net->cost, net->rows, n);
  const mg_mat z = mg_mat_rows(last->z, k->from, k->rows), y = mg_mat_rows(net->y, k->from, k->rows);
  const mg_mat a = mg_mat_rows(last->out, k->from, k->rows);
  mg_mat yhat = mg_mat_cols(mg_first(net->scratch_in[0], k->rows, 1 + n), 1, n);
  mg_mat delta = mg_first(net->scratch_z, k->rows, n), rows = mg_mat_rows(*to, 1, k->rows);
  mg_mat_copy(&yhat, &a);
  for (size_t r = 0; is_moved && r < k->rows; r++)
    for (size_t j = 0; j < n; j++) {
      const double v = mg_mat_get(&a, r, j);
      mg_mat_set(&yhat, r, j, v + move(k, v, mg_mat_get(&y, r, j)));
    }
  const mg_status status = net->cost.kind->delta(&net->cost, &z, &yhat, &y, &delta, factor, 0, k->rows);
  mg_mat_copy(&rows, &delta);
  return status;
}

/* d and ed of the last layer for other costs: a difference of delta estimates the second derivative. */
static mg_status other_delta_error(work *k) {
  const layer *at = &k->layer[k->net->n_layers - 1];
  mg_status status = delta_at(k, false, &at->d);
  if (status == MG_OK) status = delta_at(k, true, &at->ed);
  for (size_t r = 1; r <= k->rows && status == MG_OK; r++) {
    const double *a = row(&at->out, r), *y = row(&k->y, r), *ea = row(&k->sum, r) + 1;
    double *d = row(&at->d, r), *ed = row(&at->ed, r);
    for (size_t j = 0; j < at->d.ncols; j++) {
      const double slope = fabs((ed[j] - d[j]) / move(k, a[j], y[j]));
      d[j] = fabs(d[j]);
      ed[j] = 2 * slope * ea[j] + 4 * k->u * d[j] + k->tiny;
    }
  }
  return status;
}

/* --- a block of rows, forward -------------------------------------------------------------------- */

static void copy_in(const work *k, const mg_mat *from, const mg_mat *to) {
  mg_mat rows = mg_mat_rows(*to, 1, k->rows);
  const mg_mat block = mg_mat_rows(*from, k->from, k->rows);
  mg_mat_copy(&rows, &block);
}

/* |g'| of layer l over the block. */
static mg_status slopes(work *k, size_t l) {
  mg_network *net = k->net;
  const mg_layer *y = &net->layer[l];
  const layer *at = &k->layer[l];
  const mg_mat z = mg_mat_rows(y->z, k->from, k->rows), a = mg_mat_rows(y->out, k->from, k->rows);
  mg_mat g = mg_first(net->scratch_z, k->rows, y->n_out), to = mg_mat_rows(at->g, 1, k->rows);
  mg_mat_fill(&g, 1);
  const mg_status status = y->activation->backward(y->activation, &z, &a, &g, 0, k->rows);
  mg_mat_copy(&to, &g);
  for (size_t r = 1; r <= k->rows; r++)
    for (size_t j = 0; j < y->n_out; j++) row(&at->g, r)[j] = fabs(row(&at->g, r)[j]);
  return status;
}

/* The errors of a in one row, for an activation that works element by element. */
static void unit_errors(const work *k, size_t l, size_t r, double *ea) {
  const layer *at = &k->layer[l];
  const mg_rounding *of = mg_rounding_of(k->net->kernels, k->net->layer[l].activation);
  const double *z = row(&at->z, r), *ez = row(&at->ez, r), *g = row(&at->g, r), *a = row(&at->out, r);
  for (size_t j = 0; j < at->out.ncols; j++)
    ea[j] = g[j] * ez[j] + of->a((mg_unit){z[j], ez[j], a[j], g[j], k->u}) + k->tiny;
}

/* The errors of a in one row, for softmax: a_j = e^z_j / sum has the error a_j (ez_j + sum of a ez). */
static void row_errors(const work *k, const layer *at, size_t r, double *ea) {
  const double *ez = row(&at->ez, r), *a = row(&at->out, r);
  const size_t n = at->out.ncols;
  double mean = 0;
  for (size_t j = 0; j < n; j++) mean += a[j] * ez[j];
  for (size_t j = 0; j < n; j++) ea[j] = a[j] * (ez[j] + mean + (4 + (double)n) * k->u) + k->tiny;
}

/* Fills z, out and ez of layer l, and ea with the errors of its a. Column 0 of ea belongs to the ones. */
static mg_status forward(work *k, size_t l, const mg_mat *ea) {
  const mg_layer *y = &k->net->layer[l];
  layer *at = &k->layer[l];
  const double share = ((double)y->n_in + 2) * k->u;
  copy_in(k, &y->z, &at->z);
  copy_in(k, &y->out, &at->out);
  for (size_t r = 1; r <= k->rows; r++) {
    double *sum = row(&k->sum, r), *a = row(&at->a, r), *e = row(&at->ea, r);
    for (size_t j = 0; j <= y->n_in; j++) sum[j] = share * a[j] + e[j];
  }
  k->products->z(&k->sum, &at->w, &at->ez, 1, 1 + k->rows, k->room);
  const mg_status status = y->activation->by_row ? MG_OK : slopes(k, l);
  for (size_t r = 1; r <= k->rows && status == MG_OK; r++) {
    double *e = row(ea, r);
    e[0] = 0;
    if (y->activation->by_row)
      row_errors(k, at, r, e + 1);
    else
      unit_errors(k, l, r, e + 1);
  }
  return status;
}

/* Fills a of layer l: the absolute values of its input, with the column of ones. */
static void load_input(work *k, size_t l) {
  const layer *at = &k->layer[l];
  copy_in(k, &k->net->layer[l].in, &at->a);
  for (size_t r = 1; r <= k->rows; r++)
    for (size_t j = 0; j < at->a.ncols; j++) row(&at->a, r)[j] = fabs(row(&at->a, r)[j]);
}

/* --- a block of rows, backward ---------------------------------------------------------------- */

/* bound->largest becomes at least the largest element of d. */
static void keep_largest(work *k, const mg_mat *d) {
  for (size_t r = 1; r <= k->rows; r++)
    for (size_t j = 0; j < d->ncols; j++) k->bound->largest = fmax(k->bound->largest, row(d, r)[j]);
}

/* d and ed of layer l: from |dJ/da| to |dJ/dz|, for an activation that works element by element. */
static void through_units(const work *k, size_t l) {
  const layer *at = &k->layer[l];
  const mg_rounding *of = mg_rounding_of(k->net->kernels, k->net->layer[l].activation);
  for (size_t r = 1; r <= k->rows; r++) {
    const double *z = row(&at->z, r), *ez = row(&at->ez, r), *g = row(&at->g, r), *a = row(&at->out, r);
    double *d = row(&at->d, r), *ed = row(&at->ed, r);
    for (size_t j = 0; j < at->d.ncols; j++) {
      const double eg = of->slope((mg_unit){z[j], ez[j], a[j], g[j], k->u}) + k->tiny;
      ed[j] = ed[j] * g[j] + d[j] * eg + k->u * d[j] * g[j] + k->tiny;
      d[j] *= g[j];
    }
  }
}

/* The same for softmax; ea: errors of a. dJ/dz_j = a_j (dJ/da_j - sum over k of a_k dJ/da_k) */
static void through_rows(const work *k, size_t l, const mg_mat *ea) {
  const layer *at = &k->layer[l];
  const size_t n = at->d.ncols;
  for (size_t r = 1; r <= k->rows; r++) {
    const double *a = row(&at->out, r), *e = row(ea, r) + 1;
    double *d = row(&at->d, r), *ed = row(&at->ed, r), mean = 0, error = 0;
    for (size_t j = 0; j < n; j++) {
      mean += a[j] * d[j];
      error += a[j] * ed[j] + e[j] * d[j];
    }
    for (size_t j = 0; j < n; j++) {
      ed[j] =
          a[j] * (ed[j] + error + ((double)n + 3) * k->u * (d[j] + mean)) + e[j] * (d[j] + mean) + k->tiny;
      d[j] = a[j] * (d[j] + mean);
    }
  }
}

static void through(const work *k, size_t l, const mg_mat *ea) {
  if (k->net->layer[l].activation->by_row)
    through_rows(k, l, ea);
  else
    through_units(k, l);
}

/* sum = ed + share d over the block, for layer l. */
static void add_up(work *k, size_t l, double share) {
  const layer *at = &k->layer[l];
  for (size_t r = 1; r <= k->rows; r++) {
    const double *d = row(&at->d, r), *ed = row(&at->ed, r);
    double *sum = row(&k->sum, r);
    for (size_t j = 0; j < at->d.ncols; j++) sum[j] = ed[j] + share * d[j];
  }
}

/* Adds this block to the bound of GRAD[l]; then fills d and ed of the layer below: |dJ/da| and its error. */
static void down(work *k, size_t l) {
  layer *at = &k->layer[l];
  const size_t end = 1 + k->rows;
  if (l > 0) {
    add_up(k, l, 1);
    k->products->grad(&k->sum, &at->ea, &at->grad, 1, end, k->room);
  }
  add_up(k, l, ((double)k->net->rows + 1) * k->u);
  k->products->grad(&k->sum, &at->a, &at->grad, 1, end, k->room);
  if (l == 0) return;
  layer *below = &k->layer[l - 1];
  add_up(k, l, ((double)at->d.ncols + 1) * k->u);
  k->products->back(&k->sum, &at->w, &below->ed, 1, end, k->room);
  k->products->back(&at->d, &at->w, &below->d, 1, end, k->room);
  for (size_t r = 1; r < end; r++)
    for (size_t j = 0; j < below->ed.ncols; j++) row(&below->ed, r)[j] += (double)at->d.ncols * k->tiny;
}

/* --- the whole pass --------------------------------------------------------------------------- */

static mg_status block(work *k) {
  mg_network *net = k->net;
  const size_t last = net->n_layers - 1;
  const layer *at = &k->layer[last];
  const mg_family of_j = mg_family_of(net->kernels, k->cost->kind);
  const mg_family own = mg_family_of(net->kernels, net->cost.kind);
  mg_status status = MG_OK;
  load_input(k, 0);
  for (size_t l = 0; l <= last && status == MG_OK; l++) {
    if (l < last) load_input(k, l + 1);
    status = forward(k, l, l < last ? &k->layer[l + 1].ea : &k->sum);
  }
  if (status != MG_OK) return status;
  copy_in(k, &net->y, &k->y);
  for (size_t r = 1; r <= k->rows; r++) {
    k->j += mg_loss_error(of_j, row(&at->z, r), row(&at->ez, r), row(&at->out, r), row(&k->sum, r) + 1,
                          row(&k->y, r), at->out.ncols, k->u);
    if (own != MG_OTHER_COST) delta_error(k, own, r);
  }
  if (own == MG_OTHER_COST) status = other_delta_error(k);
  if (status != MG_OK) return status;
  for (size_t l = last + 1; l-- > 0;) {
    keep_largest(k, &k->layer[l].d);
    if (l < last || net->cost.kind->output == NULL) through(k, l, l < last ? &k->layer[l + 1].ea : &k->sum);
    down(k, l);
  }
  return MG_OK;
}

static void begin_layer(work *k, size_t l) {
  const mg_layer *y = &k->net->layer[l];
  layer *at = &k->layer[l];
  const double n = (double)y->n_in + 2;
  mg_mat w = mg_mat_t(at->w);
  const mg_mat theta = mg_mat_t(y->theta);
  mg_mat_copy(&w, &theta);
  for (size_t j = 0; j <= y->n_in; j++)
    for (size_t i = 0; i < y->n_out; i++) row(&w, j)[i] = fabs(row(&w, j)[i]);
  for (size_t i = 0; i < y->n_out; i++) row(&w, 0)[i] = n * (k->u * row(&w, 0)[i] + k->tiny);
}

static bool is_known(const mg_network *net, const mg_cost *cost) {
  bool known = mg_family_of(net->kernels, cost->kind) != MG_OTHER_COST;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_activation *g = net->layer[l].activation;
    known &=
        g->by_row ? mg_builtin_activation(net->kernels, g) : mg_rounding_of(net->kernels, g)->name != NULL;
  }
  return known;
}

/* Adds the underflow of the products in GRAD[l], and the rounding of what l1 and l2 add to it. */
static void end_layer(const work *k, size_t l) {
  const mg_network *net = k->net;
  const mg_mat w = mg_mat_t(k->layer[l].w), g = mg_mat_t(k->layer[l].grad);
  for (size_t j = 0; j < w.nrows; j++)
    for (size_t i = 0; i < w.ncols; i++)
      row(&g, j)[i] += ((double)net->rows + 1) * k->tiny +
                       2 * k->u * (fabs(mg_l2(net, j)) * row(&w, j)[i] + fabs(mg_l1(net, j)));
}

mg_status mg_bound_make(mg_network *net, const mg_cost *cost, double j, void *space, mg_bound *bound) {
  work k = {.net = net, .cost = cost, .bound = bound, .products = mg_kernels_for(MG_DOUBLE)->products};
  k.u = net->type == MG_SINGLE ? FLT_EPSILON / 2 : DBL_EPSILON / 2;
  k.tiny = net->type == MG_SINGLE ? (double)FLT_TRUE_MIN : DBL_TRUE_MIN;
  memory m = {space, 0, false};
  memset(space, 0, mg_bound_bytes(net));
  share_out(&m, net, &k, bound);
  bound->largest = 0;
  for (size_t l = 0; l < net->n_layers; l++) begin_layer(&k, l);
  const size_t most = net->scratch_rows < BLOCK ? net->scratch_rows : BLOCK;
  for (k.from = 0; k.from < net->rows; k.from += k.rows) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    k.rows = net->rows - k.from < most ? net->rows - k.from : most;
    const mg_status status = block(&k);
    if (status != MG_OK) return status;
  }
  for (size_t l = 0; l < net->n_layers; l++) end_layer(&k, l);
  const size_t n = mg_network_n_out(net);
  const double factor = fabs(cost->kind->factor(cost, net->rows, n)), losses = (double)(net->rows * n);
  bound->u = k.u;
  bound->tiny = k.tiny;
  bound->is_known = is_known(net, cost);
  bound->j = factor * k.j + DBL_EPSILON / 2 * ((4 + losses) * fabs(j) + 8 * fabs(mg_penalty(net)));
  return MG_OK;
}
