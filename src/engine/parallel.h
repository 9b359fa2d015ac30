/* parallel.h - one operation of a pass, done by several threads when it is large enough.

   Units are shared out where a layer has many, rows where it has few (z, a, the delta below), sending units
   where sums go over rows (grad, and the update that follows at once). Every number is made as by one
   thread. */

#ifndef MG_PARALLEL_H
#define MG_PARALLEL_H

#include "ops.h"

/* mg_op_rows, by the network's team where that is worth it. */
mg_op_runner mg_parallel_op;

/* mg_update, likewise. */
mg_status mg_parallel_update(mg_network *net);

/* The kernels' descend for layer l, likewise. */
bool mg_parallel_descend(mg_network *net, size_t l, mg_mat *next);

/* mg_mat_gather, or a copy of rows in order when order is NULL, likewise. */
void mg_split_gather(mg_network *net, mg_mat *dst, const mg_mat *src, const uint32_t *order);

#endif
