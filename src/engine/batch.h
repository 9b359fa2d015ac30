/* batch.h - bringing data into a network. */

#ifndef MG_BATCH_H
#define MG_BATCH_H

#include "network.h"

/* Copies rows of x (any x n_in) and y (any x K) into the batch: all rows when order is NULL,
   else rows order[0 .. rows - 1]. rows <= capacity. x or y may be NULL: that part stays.
   MG_STOPPED leaves the batch empty. */
mg_status mg_network_stage(mg_network *net, const mg_mat *x, const mg_mat *y, size_t rows,
                           const uint32_t *order);

#endif
