/* parallel.h - runs one operation of a pass in several threads when it is large enough.

   z and delta are divided by units in wide layers and by rows in narrow ones, a by rows, grad and descend by
   sending units. Every number is computed as by one thread, so the bits are the same. */

#ifndef MG_PARALLEL_H
#define MG_PARALLEL_H

#include "ops.h"

/* A pass of training begins, and the one before it ended: chooses how many threads it takes (pace.h). */
void mg_parallel_pass(mg_network *net);

/* mg_op_rows, by the threads of net->team when that is faster. */
mg_op_runner mg_parallel_op;

/* mg_update, likewise. */
mg_status mg_parallel_update(mg_network *net);

/* The kernels' descend for layer l, by the threads of net->team when that is faster. */
bool mg_parallel_descend(mg_network *net, size_t l, mg_mat *next);

/* mg_mat_gather, or mg_mat_copy when order is NULL, by the threads of net->team when that is faster. */
void mg_split_gather(mg_network *net, mg_mat *dst, const mg_mat *src, const uint32_t *order);

#endif
