/* batch.c - copying rows of data into a network as its current batch. */

#include "batch.h"

#include "parallel.h"

/* Sets the number of rows of every view of the batch. */
static void set_rows(mg_network *net, size_t rows) {
  if (rows == net->rows) return;
  net->rows = net->y.nrows = rows;
  for (size_t l = 0; l < net->n_layers; l++) {
    mg_layer *y = &net->layer[l];
    y->in.nrows = y->z.nrows = y->out.nrows = y->delta.nrows = rows;
  }
}

/* Rows to copy between two calls of mg_stopped: about a million numbers, some ms. */
static size_t copy_rows(const mg_mat *m) {
  const size_t rows = ((size_t)1 << 20) / m->ncols;
  return rows < 1 ? 1 : rows;
}

static mg_status copy_in(mg_network *net, mg_mat to, const mg_mat *from, const uint32_t *order) {
  const size_t step = copy_rows(from);
  for (size_t r = 0; r < to.nrows; r += step) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t count = to.nrows - r < step ? to.nrows - r : step;
    mg_mat dst = mg_mat_rows(to, r, count);
    const mg_mat src = order == NULL ? mg_mat_rows(*from, r, count) : *from;
    mg_split_gather(net, &dst, &src, order == NULL ? NULL : order + r);
  }
  return MG_OK;
}

mg_status mg_network_stage(mg_network *net, const mg_mat *x, const mg_mat *y, size_t rows,
                           const uint32_t *order) {
  mg_status status = MG_OK;
  net->gathered = false;
  set_rows(net, rows);
  if (x != NULL) {
    net->made = MG_NOTHING;
    status = copy_in(net, mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in), x, order);
  }
  if (y != NULL && status == MG_OK) status = copy_in(net, net->y, y, order);
  if (status != MG_OK) set_rows(net, 0);
  return status;
}
