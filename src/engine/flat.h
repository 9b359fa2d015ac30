/* flat.h - kernels over stretches of the flat arrays: the update and the penalties. */

#ifndef MG_FLAT_H
#define MG_FLAT_H

#include <stdbool.h>
#include <stddef.h>

/* Plain gradient descent over count parameters: previous = theta, dtheta = -eta grad,
   theta += dtheta. False when a theta is no longer finite. */
bool mg_descend(const void *grad, double eta, void *theta, void *dtheta, void *previous, size_t count);

/* grad += l1 sign(w) + l2 w over count weights. */
void mg_regularise(const void *w, double l1, double l2, void *grad, size_t count);

/* l1 * sum of |w| + l2/2 * sum of w^2 over count weights. */
double mg_penalty_of(const void *w, double l1, double l2, size_t count);

#endif
