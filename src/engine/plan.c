/* plan.c - the order of the operations of a training step, and running them. */

#include "plan.h"

#include <math.h>

#include "parallel.h"
#include "planted.h"

/* --- the plan --------------------------------------------------------------------- */

size_t mg_ops_through(const mg_network *net, mg_op_kind kind) {
  const size_t L = net->n_layers, forward = 2 * L + net->n_dropouts;
  switch (kind) {
  case MG_OP_Z: return forward - 1;
  case MG_OP_A:
  case MG_OP_DROPOUT: return forward;
  case MG_OP_COST: return forward + 1;
  case MG_OP_DELTA: return forward + L + 1;
  case MG_OP_GRAD: return forward + 2 * L + 1;
  case MG_OP_UPDATE: return forward + 2 * L + 2;
  }
  return 0;
}

/* How many operations of a forward pass layer l has. */
static size_t ops_of(const mg_network *net, size_t l) { return net->layer[l].dropout > 0 ? 3 : 2; }

mg_op mg_op_at(const mg_network *net, size_t k) {
  if (k < mg_ops_through(net, MG_OP_A)) {
    size_t l = 0;
    for (; k >= ops_of(net, l); l++) k -= ops_of(net, l);
    return (mg_op){k == 0 ? MG_OP_Z : k == 1 ? MG_OP_A : MG_OP_DROPOUT, l};
  }
  mg_op_kind kind = MG_OP_COST;
  while (kind < MG_OP_UPDATE && k >= mg_ops_through(net, kind)) kind++;
  const bool layers = kind == MG_OP_DELTA || kind == MG_OP_GRAD; /* from the last layer down */
  return (mg_op){kind, layers ? mg_ops_through(net, kind) - 1 - k : 0};
}

size_t mg_op_index(const mg_network *net, mg_op op) {
  if (op.kind > MG_OP_DROPOUT) return mg_ops_through(net, op.kind) - 1 - op.layer;
  size_t at = (size_t)op.kind;
  for (size_t l = 0; l < op.layer; l++) at += ops_of(net, l);
  return at;
}

mg_made mg_made_by(const mg_network *net, size_t count) {
  if (count >= mg_ops_through(net, MG_OP_GRAD)) return MG_BACKWARD;
  return count >= mg_ops_through(net, MG_OP_A) ? MG_FORWARD : MG_NOTHING;
}

/* --- running operations, block by block -------------------------------------------------- */

/* A pass of fewer multiply-adds takes only some ms: mg_stopped is then called only once. */
#define QUICK ((size_t)1 << 22)

bool mg_is_quick(const mg_network *net) { return net->rows <= QUICK / net->n_theta; }

/* With a planted mistake, each operation runs over all rows before the next one begins. */
static mg_status run_bugged(mg_network *net, size_t first, size_t last) {
  mg_status status = MG_OK;
  for (size_t k = first; k < last && status == MG_OK; k++) status = mg_op_run(net, mg_op_at(net, k));
  return status;
}

mg_status mg_run_plan(mg_network *net, size_t first, size_t last) {
  if (net->bug != MG_NO_BUG) return run_bugged(net, first, last);
  const bool quick = mg_is_quick(net);
  for (size_t from = 0; from < net->rows; from += net->block) {
    const size_t to = net->rows - from < net->block ? net->rows : from + net->block;
    for (size_t k = first; k < last; k++) {
      if (!quick && mg_stopped(&net->stop)) return MG_STOPPED;
      mg_status status = mg_parallel_op(net, mg_op_at(net, k), from, to);
      if (status != MG_OK) return status;
    }
  }
  return MG_OK;
}

mg_status mg_op_run(mg_network *net, mg_op op) {
  return mg_op_blocks(net, op, net->bug == MG_NO_BUG ? mg_parallel_op : mg_bug_rows);
}

/* --- forward, backward, a whole pass --------------------------------------------------------- */

mg_status mg_forward(mg_network *net) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_NOTHING;
  mg_draw_masks(net);
  mg_status status = mg_run_plan(net, 0, mg_ops_through(net, MG_OP_A));
  if (status == MG_OK) net->made = MG_FORWARD;
  return status;
}

mg_status mg_backward(mg_network *net) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_FORWARD;
  mg_status status = mg_run_plan(net, mg_ops_through(net, MG_OP_A), mg_ops_through(net, MG_OP_GRAD));
  if (status == MG_OK) net->made = MG_BACKWARD;
  return status;
}

mg_status mg_pass(mg_network *net) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_NOTHING;
  mg_draw_masks(net);
  mg_status status = mg_run_plan(net, 0, mg_ops_through(net, MG_OP_COST));
  if (status != MG_OK) return status;
  net->made = MG_FORWARD;
  if (!isfinite(net->j)) return MG_NONFINITE;
  status = mg_run_plan(net, mg_ops_through(net, MG_OP_COST), mg_ops_through(net, MG_OP_GRAD));
  if (status != MG_OK) return status;
  net->made = MG_BACKWARD;
  const mg_training *t = net->training;
  if (t != NULL && t->clip > 0) mg_clip(net);
  status = mg_parallel_update(net);
  if (status == MG_OK && t != NULL && t->max_norm > 0) mg_shorten(net);
  return status;
}
