/* plan.h - the operations of a training step in their order, and a step as a whole.

     z 1, a 1, ..., z L, a L, cost, delta L, ..., delta 1, grad L, ..., grad 1, update

   A step runs them row block by row block (all but update, which comes once);
   someone who walks runs one at a time over all rows. Both leave the same bits. */

#ifndef MG_PLAN_H
#define MG_PLAN_H

#include "ops.h"

/* How many operations of a step of net come up to the last of this kind: where that part of the plan ends.
   Those of MG_OP_A are all z and a. The second: of the whole step. */
size_t mg_ops_through(const mg_network *net, mg_op_kind kind);
static inline size_t mg_op_count(const mg_network *net) { return mg_ops_through(net, MG_OP_UPDATE); }

/* The k-th of them, k from 0, and which one op is. */
mg_op mg_op_at(const mg_network *net, size_t k);
size_t mg_op_index(const mg_network *net, mg_op op);

/* How much of a pass the first count operations make. */
mg_made mg_made_by(const mg_network *net, size_t count);

/* Runs op for all rows, in blocks, asking whether to stop between them. */
mg_status mg_op_run(mg_network *net, mg_op op);

/* Operations first .. last - 1 of the plan, block by block, asking whether to stop between them. */
mg_status mg_run_plan(mg_network *net, size_t first, size_t last);

/* Is a pass made within some ms, so that it need be asked only once whether to stop? */
bool mg_is_quick(const mg_network *net);

/* forward: z, a; backward: cost, delta, grad. MG_STOPPED leaves theta as it was. Backward wants a forward
   pass, mg_update a backward one: callers check net->made. */
mg_status mg_forward(mg_network *net);
mg_status mg_backward(mg_network *net);

/* Forward, backward and update of the batch, in row blocks. MG_NONFINITE: J of theta as it
   was is not finite (net->made is MG_FORWARD, theta untouched), or theta would not have been
   (net->made is MG_BACKWARD; theta is as before, dtheta the refused update). */
mg_status mg_pass(mg_network *net);

#endif
