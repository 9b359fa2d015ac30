/* plan.h - the order of the operations of a training step, and running them:

     z 1, a 1, ..., z L, a L, cost, delta L, ..., delta 1, grad L, ..., grad 1, update

   A pass runs all operations but the update for one block of rows, then for the next block, and
   the update at the end. A walk runs one operation at a time, over all rows. Both give the same
   bits. */

#ifndef MG_PLAN_H
#define MG_PLAN_H

#include "ops.h"

/* The number of operations of a step up to the last one of this kind, which is the index of the operation
   after it. Up to the last of MG_OP_Z or MG_OP_A these are z and a of all layers.
   mg_op_count: the number of operations of the whole step. */
size_t mg_ops_through(const mg_network *net, mg_op_kind kind);
static inline size_t mg_op_count(const mg_network *net) { return mg_ops_through(net, MG_OP_UPDATE); }

/* The operation at index k of the step, from 0; the index of op. */
mg_op mg_op_at(const mg_network *net, size_t k);
size_t mg_op_index(const mg_network *net, mg_op op);

/* How much of a pass has been computed after the first count operations. */
mg_made mg_made_by(const mg_network *net, size_t count);

/* Runs op for all rows, in blocks; asks between blocks whether to stop. */
mg_status mg_op_run(mg_network *net, mg_op op);

/* Runs the operations at index first .. last - 1, block by block; asks between operations whether to stop. */
mg_status mg_run_plan(mg_network *net, size_t first, size_t last);

/* Does a pass take only some ms, so that asking once whether to stop is enough? */
bool mg_is_quick(const mg_network *net);

/* mg_forward computes z and a, mg_backward cost, delta and grad; theta does not change. mg_backward requires
   a forward pass over the batch, mg_update a backward one: callers check net->made. */
mg_status mg_forward(mg_network *net);
mg_status mg_backward(mg_network *net);

/* Forward pass, backward pass and update for the batch. MG_NONFINITE: J is not finite
   (net->made is MG_FORWARD; theta is unchanged), or the new theta would not be
   (net->made is MG_BACKWARD; theta is unchanged, dtheta is the refused update). */
mg_status mg_pass(mg_network *net);

#endif
