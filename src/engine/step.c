/* step.c - training: epochs of passes; where a number first became NaN or infinite. */

#include "step.h"

#include <math.h>

#include "arrays.h"
#include "batch.h"
#include "fused.h"
#include "parallel.h"
#include "plan.h"

static size_t upto(size_t n, size_t most) { return n < most ? n : most; }

/* --- where a number first went wrong ---------------------------------------------------- */

static bool bad(mg_where *where, const char *quantity, size_t layer, const mg_mat *m) {
  size_t i, j;
  if (mg_mat_finite(m, &i, &j)) return false;
  *where = (mg_where){quantity, layer, i, j, mg_mat_get(m, i, j)};
  return true;
}

/* The first quantity that is not finite, in the order of a forward pass over all rows. */
static mg_where bad_forward(mg_network *net) {
  mg_where first = {.quantity = "J"};
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  size_t depth = net->n_layers; /* later rows are searched only in layers before the first bad one so far */
  for (size_t r = 0; r < net->rows;) {
    const size_t count = upto(net->rows - r, net->scratch_rows);
    const mg_mat xs = mg_mat_rows(x, r, count);
    mg_scratch s = mg_scratch_begin(net, &xs);
    for (size_t l = 0; l < depth; l++) {
      mg_where here = {NULL, 0, 0, 0, 0};
      if (mg_scratch_layer(net, &s, l) != MG_OK) break;
      if (!bad(&here, "Z", l, &s.z) && !bad(&here, "A", l + 1, &s.out)) continue;
      here.i += r;
      first = here;
      depth = l;
    }
    r += count;
  }
  return first;
}

mg_where mg_bad_update(mg_network *net) {
  mg_where where = {.quantity = "THETA"};
  for (size_t l = net->n_layers; l-- > 0;)
    if (bad(&where, "DELTA", l, &net->layer[l].delta)) return where;
  for (size_t l = net->n_layers; l-- > 0;)
    if (bad(&where, "GRAD", l, &net->layer[l].grad)) return where;
  for (size_t l = net->n_layers; l-- > 0;)
    if (bad(&where, "DTHETA", l, &net->layer[l].dtheta)) return where;
  return where; /* all are finite; only THETA + DTHETA is not */
}

/* --- epochs ------------------------------------------------------------------------------- */

static const mg_metrics nothing_known = {NAN, NAN, NAN, NAN};

/* The metrics of the staged batch. */
static mg_status evaluate_batch(mg_network *net, mg_metrics *metrics) {
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  return mg_evaluate(net, &x, &net->y, &net->cost, net->targets, metrics, NULL);
}

/* The metrics of the staged batch, after mg_fuse returned MG_FUSE_TINY. */
static mg_status evaluate_fused(mg_network *net, mg_metrics *m) {
  mg_mat yhat;
  m->cost = mg_cost_fused(net, &yhat);
  m->tss = 0;
  const size_t right = (*net->kernels->score)(&yhat, &net->y, net->targets, 0, net->rows, &m->tss);
  m->mse = m->tss / (double)(net->rows * yhat.ncols);
  m->accuracy = net->targets == MG_VALUES ? NAN : (double)right / (double)net->rows;
  return MG_OK;
}

/* Undoes the update of the last pass, which led to a J that is not finite. */
static mg_status refuse_last(mg_network *net, mg_run *run) {
  run->where = bad_forward(net);
  run->refused = true;
  mg_take_back(net);
  net->epoch--;
  return MG_NONFINITE;
}

/* After a stop: the metrics of THETA, if that takes one block of rows only. */
static void evaluate_stopped(mg_network *net, mg_run *run) {
  const mg_stop stop = net->stop;
  if (net->rows == 0 || net->rows > mg_scratch_block(net)) return;
  net->stop = (mg_stop){NULL, NULL};
  if (evaluate_batch(net, &run->metrics) != MG_OK) run->metrics = nothing_known;
  net->stop = stop;
}

/* After a stop in a run of fused passes: undoes the last update and computes it again by a plain pass, which
   stores A, Z, DELTA, GRAD and DTHETA. */
static void see_last_again(mg_network *net) {
  const mg_stop stop = net->stop;
  net->stop = (mg_stop){NULL, NULL};
  mg_take_back(net);
  net->epoch--;
  mg_pass(net);
  net->stop = stop;
}

/* After a pass and its update: J was that of THETA an epoch ago. */
static void trace_pass(mg_network *net) {
  if (mg_trace_due(net->trace, net->epoch - 1)) mg_trace_add(net->trace, net->epoch - 1, net->j);
}

/* What the generator of the masks was before the pass that is made, and before the one whose update was the last. */
typedef struct drawn {
  mg_rng pass, updated;
} drawn;

/* A pass that draws. */
static mg_status pass_drawing(mg_network *net, drawn *d) {
  if (net->rng != NULL) d->updated = d->pass;
  if (net->rng != NULL) d->pass = *net->rng;
  return mg_pass(net);
}

/* The generator is as it was. */
static void undraw(mg_network *net, const mg_rng *was) {
  if (net->rng != NULL) *net->rng = *was;
}

/* n passes. They may be fused, the last where it is whole all the same; one that goes wrong is made again, to see
   where. */
static mg_status passes(mg_network *net, uint64_t n, mg_fusion how, mg_run *run, drawn *d) {
  mg_status status = MG_OK;
  const uint64_t plain = how == MG_FUSE_TINY ? 0 : 1;
  mg_parallel_pass(net);
  while (how != MG_PLAIN && run->done + plain < n &&
         (status = mg_pass_fused(net, how, run->done + 1 == n)) == MG_OK) {
    trace_pass(net);
    mg_parallel_pass(net);
    run->done++;
  }
  mg_unfuse(net);
  while (status != MG_STOPPED && run->done < n && (status = pass_drawing(net, d)) == MG_OK) {
    trace_pass(net);
    mg_parallel_pass(net);
    run->done++;
  }
  mg_pace_end(&net->pace);
  return status;
}

/* A pass was not finite: where, and what had led there is taken back. */
static void refuse_pass(mg_network *net, mg_run *run, const drawn *d) {
  if (net->made == MG_BACKWARD) {
    run->where = mg_bad_update(net);
    run->refused = true;
    undraw(net, &d->pass);
  } else if (run->done == 0) {
    run->where = bad_forward(net);
    undraw(net, &d->pass);
  } else {
    refuse_last(net, run);
    run->done--;
    undraw(net, &d->updated);
    /* As after single steps: a, z, delta and grad are of a pass at the THETA that is kept. */
    if (mg_forward(net) != MG_OK || mg_backward(net) != MG_OK) net->made = MG_NOTHING;
    undraw(net, &d->updated);
  }
}

mg_status mg_step(mg_network *net, uint64_t n, mg_run *run) {
  drawn d;
  if (net->rng != NULL) d.pass = d.updated = *net->rng;
  *run = (mg_run){.metrics = nothing_known};
  const mg_fusion how = n > 0 ? mg_fuse(net, false) : MG_PLAIN;
  mg_status status = passes(net, n, how, run, &d);
  if (status == MG_NONFINITE) {
    refuse_pass(net, run, &d);
  } else if (status == MG_OK) {
    status = how == MG_FUSE_TINY ? evaluate_fused(net, &run->metrics) : evaluate_batch(net, &run->metrics);
    if (status == MG_OK && !isfinite(run->metrics.cost) && n > 0) {
      status = refuse_last(net, run);
      run->done--;
      undraw(net, &d.pass);
    }
    if (status == MG_FAILED && n > 0) { /* a THETA that cannot be evaluated is not kept */
      mg_take_back(net);
      net->epoch--;
      run->done--;
    }
  }
  if ((status == MG_STOPPED || status == MG_FAILED) && run->done < n) undraw(net, &d.pass);
  if (status == MG_STOPPED) {
    if (run->done > 0 && net->made == MG_NOTHING && mg_is_quick(net)) see_last_again(net);
    evaluate_stopped(net, run);
  }
  return status;
}

/* Stages rows r .. r + count - 1 of an epoch's order. */
static mg_status stage_batch(mg_network *net, const mg_mat *x, const mg_mat *y, const uint32_t *order,
                             size_t r, size_t count) {
  if (order != NULL) return mg_network_stage(net, x, y, count, order + r);
  const mg_mat xs = mg_mat_rows(*x, r, count), ys = mg_mat_rows(*y, r, count);
  return mg_network_stage(net, &xs, &ys, count, NULL);
}

/* Sums over the batches of an epoch. */
typedef struct tally {
  double costs, tss, batches;
  size_t right;
} tally;

/* The passes over all batches; stops at the first that does not return MG_OK. */
static mg_status run_batches(mg_network *net, const mg_mat *x, const mg_mat *y, const uint32_t *order,
                             size_t batch, mg_targets targets, tally *t) {
  const size_t n = x->nrows;
  for (size_t r = 0; r < n; r += batch) {
    const size_t count = upto(n - r, batch);
    mg_parallel_pass(net);
    mg_status status = stage_batch(net, x, y, order, r, count);
    if (status != MG_OK) return status;
    net->targets = targets;
    if (net->training != NULL) {
      net->training->order = order != NULL ? order + r : NULL;
      net->training->first = r;
    }
    const mg_fusion how = r + count < n ? mg_fuse(net, true) : MG_PLAIN;
    if (how != MG_PLAIN) status = mg_pass_fused(net, how, false);
    if (how == MG_PLAIN || status == MG_NONFINITE) {
      mg_unfuse(net);
      status = mg_pass(net);
    }
    if (status != MG_OK) return status;
    t->costs += net->j;
    t->right +=
        (*net->kernels->score)(&net->layer[net->n_layers - 1].out, &net->y, targets, 0, count, &t->tss);
    t->batches++;
  }
  return MG_OK;
}

/* After the batches: undoes the last update if J of the last batch is then not finite or cannot be
   computed. */
static mg_status look_at_last(mg_network *net, mg_run *run) {
  mg_metrics last;
  mg_status status = evaluate_batch(net, &last);
  if (status == MG_OK && !isfinite(last.cost)) status = refuse_last(net, run);
  if (status == MG_FAILED || status == MG_STOPPED) mg_take_back(net);
  return status;
}

/* After MG_STOPPED: may the batches that were done stay? Not if J would not be finite for THETA as it now is. */
static bool keep_batches(mg_network *net, const tally *t) {
  const mg_stop stop = net->stop;
  mg_metrics last = nothing_known;
  if (t->batches == 0) return false;
  net->stop = (mg_stop){NULL, NULL};
  const bool looks = net->rows > 0 && mg_is_quick(net); /* else it would take too long */
  const mg_status status = looks ? evaluate_batch(net, &last) : MG_OK;
  net->stop = stop;
  return status == MG_OK && (!looks || isfinite(last.cost));
}

/* After a pass returned MG_NONFINITE: fills run->where. moved: did batches before it in the epoch update
   THETA? */
static void find_refused(mg_network *net, bool moved, mg_run *run) {
  run->refused = moved || net->made == MG_BACKWARD;
  run->where = net->made == MG_BACKWARD ? mg_bad_update(net) : bad_forward(net);
}

mg_status mg_epoch(mg_network *net, const mg_mat *x, const mg_mat *y, const uint32_t *order, size_t batch,
                   mg_targets targets, void *before, mg_run *run) {
  const bool several = batch < x->nrows;
  const uint64_t epoch = net->epoch, updates = net->t; /* a pass adds 1 to both; here it is one batch */
  tally t = {0};
  *run = (mg_run){.metrics = nothing_known};
  if (several) mg_arrays_take(net, MG_NEEDED, before);
  mg_status status = run_batches(net, x, y, order, batch, targets, &t);
  mg_pace_end(&net->pace);
  mg_unfuse(net);
  if (status == MG_NONFINITE) find_refused(net, t.batches > 0, run);
  if (status == MG_OK && (status = look_at_last(net, run)) == MG_STOPPED) t.batches--; /* taken back */
  net->epoch = epoch;
  if (status == MG_STOPPED && several && keep_batches(net, &t)) run->batches = (uint64_t)t.batches;
  if (status != MG_OK && several) {
    if (run->batches == 0) {
      mg_arrays_put(net, MG_NEEDED, before);
      net->t = updates;
    }
    net->made = MG_NOTHING;
    net->updated = false;
  }
  if (status != MG_OK) return status;
  net->epoch++;
  run->done = 1;
  const double N = (double)x->nrows, K = (double)y->ncols;
  run->metrics = (mg_metrics){t.costs / t.batches, t.tss / (N * K), t.tss,
                              targets == MG_VALUES ? NAN : (double)t.right / N};
  if (mg_trace_due(net->trace, net->epoch)) mg_trace_add(net->trace, net->epoch, run->metrics.cost);
  return MG_OK;
}
