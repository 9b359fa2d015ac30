/* pass.h - one training step as named operations, and as a whole.

   The operations of a step, in order, each for one layer:

     z 1, a 1, ..., z L, a L, cost, delta L, ..., delta 1, grad L, ..., grad 1, update

   A step runs them row block by row block (all but update, which comes once);
   someone who walks runs one at a time over all rows. Both leave the same bits:
   a row's numbers depend on that row alone, and sums over rows go on where the
   last block ended. */

#ifndef MG_PASS_H
#define MG_PASS_H

#include "network.h"

typedef enum mg_op_kind { MG_OP_Z, MG_OP_A, MG_OP_COST, MG_OP_DELTA, MG_OP_GRAD, MG_OP_UPDATE } mg_op_kind;

typedef struct mg_op {
  mg_op_kind kind;
  size_t layer; /* 0 .. L - 1; of cost and update: 0 */
} mg_op;

/* How many operations a step of net has, and the k-th of them, k from 0. */
size_t mg_op_count(const mg_network *net);
mg_op mg_op_at(const mg_network *net, size_t k);

/* Runs op for rows from .. to - 1 of the batch. Blocks of an operation come in order,
   from 0 to rows; cost is whole (net->j) and grad has its l1 and l2 after the last. */
mg_status mg_op_rows(mg_network *net, mg_op op, size_t from, size_t to);

/* Runs op for all rows, in blocks, asking whether to stop between them. */
mg_status mg_op_run(mg_network *net, mg_op op);

/* forward: z, a, cost when there are targets; backward: delta, grad; update: dtheta, theta,
   epoch + 1. MG_STOPPED leaves theta as it was. Backward wants a forward pass,
   update a backward one: callers check net->made. */
mg_status mg_forward(mg_network *net);
mg_status mg_backward(mg_network *net);
mg_status mg_update(mg_network *net);

/* Forward, backward and update of the batch, in row blocks. MG_NONFINITE: J of theta as it
   was is not finite (net->made is MG_FORWARD, theta untouched), or theta would not have been
   (net->made is MG_BACKWARD; theta is as before, dtheta the refused update). */
mg_status mg_pass(mg_network *net);

/* theta = theta before the last update. */
void mg_take_back(mg_network *net);

/* l1 * sum of |w| + l2/2 * sum of w^2 over the weights, biases excluded. */
double mg_penalty(const mg_network *net);

/* --- parts that fuse.c puts together in another way ----------------------------------- */

/* Is a pass made within some ms, so that it need be asked only once whether to stop? */
bool mg_is_quick(const mg_network *net);

/* Operations first .. last - 1 of the plan, block by block, asking whether to stop between them. */
mg_status mg_run_plan(mg_network *net, size_t first, size_t last);

/* J, when the sum of losses is whole. */
double mg_j_of(const mg_network *net);

/* What GRAD of layer l gets besides its product: no bias where there is none, l1 and l2. */
void mg_finish_grad(mg_network *net, size_t l);

#endif
