/* ops.h - the named operations that a training step is made of.

   Each is for one layer, and for rows from .. to - 1 of the batch. A row's numbers depend on that row
   alone, and sums over rows go on where the last block ended: any division into blocks leaves the same
   bits. plan.h has their order. */

#ifndef MG_OPS_H
#define MG_OPS_H

#include "network.h"

typedef enum mg_op_kind {
  MG_OP_Z,
  MG_OP_A,
  MG_OP_DROPOUT, /* of layers that have it */
  MG_OP_COST,
  MG_OP_DELTA,
  MG_OP_GRAD,
  MG_OP_UPDATE
} mg_op_kind;

typedef struct mg_op {
  mg_op_kind kind;
  size_t layer; /* 0 .. L - 1; of cost and update: 0 */
} mg_op;

/* Runs op for rows from .. to - 1 of the batch. Blocks of an operation come in order,
   from 0 to rows; cost is whole (net->j) and grad has its l1 and l2 after the last. */
typedef mg_status mg_op_runner(mg_network *net, mg_op op, size_t from, size_t to);
mg_op_runner mg_op_rows;

/* Runs op for all rows by run, in blocks, asking whether to stop between them. The update is one block. */
mg_status mg_op_blocks(mg_network *net, mg_op op, mg_op_runner *run);

/* dtheta, theta and the optimiser's states, epoch + 1. MG_NONFINITE leaves theta and states as they were,
   dtheta is the refused update. MG_FAILED: of a caller's own optimiser; nothing has changed. */
mg_status mg_update(mg_network *net);

/* What the epoch that runs may ask: GRAD shortened to its clip; after an update, the weights into each unit to
   its max_norm. */
void mg_clip(mg_network *net);
void mg_shorten(mg_network *net);

/* The update of one stretch; false when a theta is no longer finite. */
bool mg_update_range(const mg_network *net, const mg_range *range);

/* Before a pass: draws its masks from net->rng, layer by layer, row by row, so that no division into blocks
   changes them; none when that is NULL. */
void mg_draw_masks(mg_network *net);

/* delta of a hidden layer, from dJ/da to dJ/dz, for rows from .. to - 1. */
mg_status mg_through_activation(mg_network *net, size_t l, size_t from, size_t to);

/* What is to be done once all stretches were updated, in another way: finite, are they all? */
mg_status mg_end_update(mg_network *net, bool finite);

/* theta and the states become what they were before the last update; the epoch stays. */
void mg_take_back(mg_network *net);

/* What the update from grad makes of one parameter. */
typedef struct mg_update_of_one {
  double theta, dtheta;             /* what they become */
  double was, state[MG_MAX_STATES]; /* theta and the states it goes out from */
  uint64_t t;                       /* which update it is, from 1 */
} mg_update_of_one;

/* That of the parameter at a place, by plain descent where the optimiser is a caller's own, as it is; again: as it was before the last update. Nothing changes. */
void mg_update_of(const mg_network *net, size_t place, bool again, mg_update_of_one *one);

/* --- parts of them, for those who put them together in another way --------------------- */

/* z = in theta[l]^T for rows from .. to - 1; in: rows x (1 + n_in) with its ones, z: rows x n_out. */
void mg_layer_z(mg_network *net, size_t l, const mg_mat *in, mg_mat *z, size_t from, size_t to);

/* a = g(z) of layer l, likewise; a: rows x n_out. */
mg_status mg_layer_a(mg_network *net, size_t l, const mg_mat *z, mg_mat *a, size_t from, size_t to);

/* l1 * sum of |w| + l2/2 * sum of w^2 over the weights, biases excluded. */
double mg_penalty(const mg_network *net);

/* J, when the sum of losses is whole. */
double mg_j_of(const mg_network *net);

/* What GRAD of layer l gets besides its product: no bias where there is none, l1 and l2. */
void mg_finish_grad(mg_network *net, size_t l);

#endif
