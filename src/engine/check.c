/* check.c - the numerical gradient of a layer, by differences of J. */

#include "check.h"

#include <math.h>

typedef struct differences {
  const mg_check *how;
  mg_mat *numeric, *kinked;
} differences;

static mg_status take(mg_differ *d, void *context) {
  const differences *to = context;
  mg_slope s;
  const mg_status status = mg_differ_at(d, d->j, to->how->method, to->how->epsilon, &s);
  if (status != MG_OK) return status;
  mg_mat_set(to->numeric, d->i, d->j, s.slope);
  mg_mat_set(to->kinked, d->i, d->j, s.is_kinked);
  return MG_OK;
}

mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked) {
  mg_differ d = {.net = net, .cost = how->cost, .room = how->room};
  differences to = {how, numeric, kinked};
  mg_mat_fill(numeric, NAN);
  mg_mat_fill(kinked, 0);
  return mg_differ_each(&d, l, chosen, take, &to);
}

double mg_relative(double backprop, double numeric, double floor) {
  const double apart = fabs(backprop - numeric);
  const double larger = fabs(backprop) > fabs(numeric) ? fabs(backprop) : fabs(numeric);
  return apart == 0 ? 0 : apart / (larger > floor ? larger : floor);
}
