/* parallel.c - divides one operation of a pass among the threads of a team. */

#include "parallel.h"

/* What makes it worth waking somebody: multiply-adds, activations, numbers copied, parameters updated; some 3 us of work each. */
#define MANY_PRODUCTS    ((size_t)150000)
#define MANY_ACTIVATIONS ((size_t)1 << 12)
#define MANY_COPIES      ((size_t)1 << 14)
#define MANY_UPDATES     ((size_t)1 << 14)

/* The number of threads that net may use. */
static size_t all_hands(const mg_network *net) {
  if (net->team == NULL) return 1;
  const size_t size = mg_team_size(net->team);
  return size < net->parts ? size : net->parts;
}

/* The number of threads for an operation now. */
static size_t hands(const mg_network *net) {
  const size_t n = all_hands(net) >> net->pace.halvings;
  return n < 2 || mg_team_alone(net->team) ? 1 : n;
}

void mg_parallel_pass(mg_network *net) { mg_pace_pass(&net->pace, all_hands(net)); }

/* Divides the numbers 0 .. n - 1 into count parts: returns the length of part index, which begins at *first.
   Lengths are multiples of grain, so that the tiles of the products are whole. */
static size_t share(size_t n, size_t grain, size_t index, size_t count, size_t *first) {
  const size_t each = ((n + count - 1) / count + grain - 1) / grain * grain;
  *first = index * each < n ? index * each : n;
  return n - *first < each ? n - *first : each;
}

#define ROW_GRAIN  ((size_t)12) /* whole tiles of 4 and of 6 */
#define UNIT_GRAIN ((size_t)12)
#define WIDE_GRAIN ((size_t)64) /* whole panels of the products */

typedef struct op_job {
  mg_network *net;
  mg_op op;
  size_t from, to;
} op_job;

/* Are a layer's units divided among the threads, and not the rows? Each thread then reads its own part of the
   weights, and all rows. Speed on {784, 1024, 1024, 10}, batches of 256: two threads by units 1.81 times one
   thread, by rows 1.74; two programs side by side 1.87. */
static bool by_units(const mg_layer *y, size_t rows, size_t count) {
  return y->n_out >= count * WIDE_GRAIN || rows < count * ROW_GRAIN;
}

static size_t share_units(const mg_layer *y, size_t index, size_t count, size_t *first) {
  return share(y->n_out, y->n_out >= count * WIDE_GRAIN ? WIDE_GRAIN : UNIT_GRAIN, index, count, first);
}

static void *room_of(const mg_network *net, size_t index) {
  return mg_at(net->room, (ptrdiff_t)(index * net->room_size), net->type);
}

static void z_part(void *context, size_t index, size_t count) {
  const op_job *j = context;
  const mg_layer *y = &j->net->layer[j->op.layer];
  void *room = room_of(j->net, index);
  size_t first;
  if (by_units(y, j->to - j->from, count)) {
    const size_t n = share_units(y, index, count, &first);
    if (n == 0) return;
    const mg_mat theta = mg_mat_rows(y->theta, first, n);
    mg_mat z = mg_mat_cols(y->z, first, n);
    j->net->kernels->products->z(&y->in, &theta, &z, j->from, j->to, room);
  } else {
    const size_t n = share(j->to - j->from, ROW_GRAIN, index, count, &first);
    mg_mat z = y->z;
    const size_t from = j->from + first;
    if (n > 0) j->net->kernels->products->z(&y->in, &y->theta, &z, from, from + n, room);
  }
}

static void a_part(void *context, size_t index, size_t count) {
  const op_job *j = context;
  size_t first;
  const size_t n = share(j->to - j->from, 1, index, count, &first);
  if (n > 0) mg_op_rows(j->net, j->op, j->from + first, j->from + first + n);
}

static void delta_part(void *context, size_t index, size_t count) {
  const op_job *j = context;
  mg_network *net = j->net;
  mg_layer *y = &net->layer[j->op.layer], *above = y + 1;
  mg_mat theta = above->theta, z = y->z, a = y->out, delta = y->delta;
  size_t from = j->from, to = j->to, first, n;
  if (by_units(y, to - from, count)) {
    n = share_units(y, index, count, &first);
    theta = mg_mat_cols(theta, first, 1 + n); /* its column 0 is not used, as that of the biases */
    z = mg_mat_cols(z, first, n);
    a = mg_mat_cols(a, first, n);
    delta = mg_mat_cols(delta, first, n);
  } else {
    n = share(to - from, ROW_GRAIN, index, count, &first);
    from += first;
    to = from + n;
  }
  if (n == 0) return;
  net->kernels->products->back(&above->delta, &theta, &delta, from, to, room_of(net, index));
  y->activation->backward(y->activation, &z, &a, &delta, from, to);
}

static void grad_part(void *context, size_t index, size_t count) {
  const op_job *j = context;
  const mg_layer *y = &j->net->layer[j->op.layer];
  size_t first;
  const size_t n = share(1 + y->n_in, UNIT_GRAIN, index, count, &first);
  if (n == 0) return;
  const mg_mat a = mg_mat_cols(y->in, first, n);
  mg_mat grad = mg_mat_cols(y->grad, first, n);
  j->net->kernels->products->grad(&y->delta, &a, &grad, j->from, j->to, room_of(j->net, index));
}

/* Is the activation of layer l built in? Others must not be called from another thread. */
static bool built_in(const mg_network *net, size_t l) {
  return mg_builtin_activation(net->kernels, net->layer[l].activation);
}

mg_status mg_parallel_op(mg_network *net, mg_op op, size_t from, size_t to) {
  const size_t count = hands(net), l = op.layer, rows = to - from;
  const mg_layer *y = &net->layer[l];
  if (count < 2 || op.kind == MG_OP_COST || op.kind == MG_OP_UPDATE) return mg_op_rows(net, op, from, to);
  op_job job = {net, op, from, to};
  const size_t products = rows * y->n_in * y->n_out, activations = rows * y->n_out;
  if (op.kind == MG_OP_Z && products >= MANY_PRODUCTS) {
    mg_clear_bias(net, l);
    mg_team_run(net->team, count, z_part, &job);
  } else if (op.kind == MG_OP_A && activations >= MANY_ACTIVATIONS && built_in(net, l)) {
    mg_team_run(net->team, count, a_part, &job);
  } else if (op.kind == MG_OP_DELTA && l + 1 < net->n_layers && built_in(net, l) && y->dropout == 0 &&
             rows * y->n_out * y[1].n_out >= MANY_PRODUCTS) {
    mg_team_run(net->team, count, delta_part, &job);
  } else if (op.kind == MG_OP_GRAD && products >= MANY_PRODUCTS) {
    mg_team_run(net->team, count, grad_part, &job);
    if (to == net->rows) mg_finish_grad(net, l);
  } else {
    return mg_op_rows(net, op, from, to);
  }
  return MG_OK;
}

typedef struct update_job {
  const mg_network *net;
  bool finite[MG_MAX_PARTS];
} update_job;

static void update_part(void *context, size_t index, size_t count) {
  update_job *j = context;
  const mg_network *net = j->net;
  bool finite = true;
  for (size_t k = 0; k < net->n_ranges; k++) {
    mg_range part = net->range[k];
    size_t first;
    part.count = share(part.count, WIDE_GRAIN, index, count, &first);
    part.from += first;
    if (part.count > 0) finite &= mg_update_range(net, &part);
  }
  j->finite[index] = finite;
}

mg_status mg_parallel_update(mg_network *net) {
  const size_t count = hands(net);
  if (count < 2 || net->n_theta < MANY_UPDATES || net->optimiser->whole != NULL) return mg_update(net);
  update_job job = {.net = net};
  mg_team_run(net->team, count, update_part, &job);
  bool finite = true;
  for (size_t i = 0; i < count; i++) finite &= job.finite[i];
  return mg_end_update(net, finite);
}

typedef struct descend_job {
  mg_network *net;
  const mg_layer *layer;
  const mg_mat *next;
  bool finite[MG_MAX_PARTS];
} descend_job;

static void descend_part(void *context, size_t index, size_t count) {
  descend_job *j = context;
  const mg_layer *y = j->layer;
  size_t first;
  const size_t n = share(1 + y->n_in, UNIT_GRAIN, index, count, &first);
  j->finite[index] = true;
  if (n == 0) return;
  const mg_mat a = mg_mat_cols(y->in, first, n), theta = mg_mat_cols(y->theta, first, n);
  mg_mat next = mg_mat_cols(*j->next, first, n);
  j->finite[index] = j->net->kernels->products->descend(&y->delta, &a, &theta, &next, j->net->rows,
                                                        first == 0, j->net->eta * y->eta_scale, j->net->l1,
                                                        j->net->l2, room_of(j->net, index));
}

bool mg_parallel_descend(mg_network *net, size_t l, mg_mat *next) {
  const mg_layer *y = &net->layer[l];
  descend_job job = {.net = net, .layer = y, .next = next};
  size_t count = hands(net);
  if (count < 2 || net->rows * y->n_in * y->n_out < MANY_PRODUCTS) count = 1;
  if (count == 1)
    descend_part(&job, 0, 1);
  else
    mg_team_run(net->team, count, descend_part, &job);
  bool finite = true;
  for (size_t i = 0; i < count; i++) finite &= job.finite[i];
  return finite;
}

typedef struct gather_job {
  mg_mat *dst;
  const mg_mat *src;
  const uint32_t *order;
} gather_job;

static void gather_part(void *context, size_t index, size_t count) {
  const gather_job *j = context;
  size_t first;
  const size_t n = share(j->dst->nrows, 1, index, count, &first);
  if (n == 0) return;
  mg_mat dst = mg_mat_rows(*j->dst, first, n);
  if (j->order != NULL) {
    mg_mat_gather(&dst, j->src, j->order + first);
  } else {
    const mg_mat src = mg_mat_rows(*j->src, first, n);
    mg_mat_copy(&dst, &src);
  }
}

void mg_split_gather(mg_network *net, mg_mat *dst, const mg_mat *src, const uint32_t *order) {
  gather_job job = {dst, src, order};
  const size_t count = hands(net);
  if (count < 2 || dst->nrows * dst->ncols < MANY_COPIES)
    gather_part(&job, 0, 1);
  else
    mg_team_run(net->team, count, gather_part, &job);
}
