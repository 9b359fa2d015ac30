/* batch.h - copying rows of data into a network as its current batch. */

#ifndef MG_BATCH_H
#define MG_BATCH_H

#include "network.h"

/* Copies rows of x (N x n_in) and y (N x K) into the batch: rows 0 .. rows - 1 when order is NULL,
   else rows order[0 .. rows - 1]. rows <= capacity. When x or y is NULL, that part of the batch stays
   as it is. MG_STOPPED leaves the batch empty. */
mg_status mg_network_stage(mg_network *net, const mg_mat *x, const mg_mat *y, size_t rows,
                           const uint32_t *order);

#endif
