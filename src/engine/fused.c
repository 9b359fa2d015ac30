/* fused.c - faster passes that do not store results which nobody will look at. */

#include "fused.h"

#include <math.h>
#include <string.h>

#include "parallel.h"
#include "plan.h"
#include "planted.h"

/* Are all functions built in? A function of the caller may fail, or look at THETA during the pass. */
static bool built_in(const mg_network *net) {
  for (size_t l = 0; l < net->n_layers; l++)
    if (!mg_builtin_activation(net->kernels, net->layer[l].activation)) return false;
  return mg_builtin_cost(net->kernels, net->cost.kind) && net->optimiser->whole == NULL;
}

/* Does tiny.c apply: narrow layers, few rows, all activations element by element, a cost without kinks? */
static bool tiny_fits(const mg_network *net) {
  if (net->tiny == NULL || net->rows > MG_FEW_ROWS || net->cost.kind->side != NULL) return false;
  for (size_t l = 0; l < net->n_layers; l++)
    if (net->layer[l].activation->by_row) return false;
  return true;
}

/* Does the products' descend apply? It computes this optimiser's update, of all of THETA, from one block. */
static bool update_fits(const mg_network *net) {
  if (!net->optimiser->fused || net->bias_l1 != 0 || net->bias_l2 != 0) return false;
  for (size_t l = 0; l < net->n_layers; l++)
    if (!net->layer[l].bias || net->layer[l].frozen != 0) return false;
  return net->rows <= net->block;
}

mg_fusion mg_fuse(mg_network *net, bool outputs) {
  if (net->bug != MG_NO_BUG || net->training != NULL || net->n_dropouts > 0 || !built_in(net))
    return MG_PLAIN;
  if (!outputs && tiny_fits(net)) {
    for (size_t l = 0; l < net->n_layers; l++) mg_clear_bias(net, l);
    net->kernels->tiny->begin(net);
    return MG_FUSE_TINY;
  }
  return update_fits(net) ? MG_FUSE_UPDATE : MG_PLAIN;
}

static mg_status pass_tiny(mg_network *net, bool last) {
  net->sum = net->kernels->tiny->pass(net, last);
  net->j = mg_j_of(net);
  if (!isfinite(net->j)) return MG_NONFINITE;
  for (size_t l = 0; l < net->n_layers; l++) mg_finish_grad(net, l);
  if (last) net->made = MG_BACKWARD;
  return mg_update(net);
}

double mg_cost_fused(mg_network *net, mg_mat *yhat) {
  *yhat = net->scratch_z;
  yhat->nrows = net->rows;
  yhat->ncols = mg_network_n_out(net);
  const double sum = net->kernels->tiny->evaluate(net, yhat);
  return net->cost.kind->factor(&net->cost, net->rows, yhat->ncols) * sum + mg_penalty(net);
}

/* Exchanges theta and previous: pass_update wrote the next THETA into previous. */
static void swap(mg_network *net) {
  void *theta = net->flat.theta;
  const ptrdiff_t moved = (char *)net->flat.previous - (char *)theta;
  net->flat.theta = net->flat.previous;
  net->flat.previous = theta;
  for (size_t l = 0; l < net->n_layers; l++) {
    mg_mat *m = &net->layer[l].theta;
    m->data = (char *)m->data + moved;
  }
}

static mg_status pass_update(mg_network *net) {
  const size_t forward = mg_ops_through(net, MG_OP_COST), deltas = mg_ops_through(net, MG_OP_DELTA);
  mg_status status = mg_run_plan(net, 0, forward);
  if (status != MG_OK) return status;
  if (!isfinite(net->j)) return MG_NONFINITE;
  status = mg_run_plan(net, forward, deltas);
  if (status != MG_OK) return status;
  const ptrdiff_t away = (char *)net->flat.previous - (char *)net->flat.theta;
  bool finite = true;
  for (size_t l = net->n_layers; l-- > 0;) {
    mg_layer *y = &net->layer[l];
    mg_mat next = y->theta;
    next.data = (char *)next.data + away;
    finite &= mg_parallel_descend(net, l, &next);
  }
  if (!finite) return MG_NONFINITE;
  swap(net);
  net->updated = true;
  net->t++;
  net->epoch++;
  return MG_OK;
}

mg_status mg_pass_fused(mg_network *net, mg_fusion how, bool last) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_NOTHING;
  return how == MG_FUSE_TINY ? pass_tiny(net, last) : pass_update(net);
}

void mg_unfuse(mg_network *net) {
  if (net->flat.theta == net->home) return;
  char *a = net->flat.theta, *b = net->flat.previous, kept[4096];
  const size_t bytes = net->n_theta * mg_type_size(net->type);
  for (size_t i = 0; i < bytes; i += sizeof kept) {
    const size_t n = bytes - i < sizeof kept ? bytes - i : sizeof kept;
    memcpy(kept, a + i, n);
    memcpy(a + i, b + i, n);
    memcpy(b + i, kept, n);
  }
  swap(net);
}
